/**
 * A job's life as a trace: what a collector is told, and that a suite's own spans find their place in it.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Entry } from '../../src/dispatcher/core/journal.js';
import type { Finished } from '../../src/notices/commit-then.js';
import { traceOf } from '../../src/notices/trace.js';
import { runId } from '../../src/protocol/ids.js';
import { defaultJob } from '../../src/protocol/job-bodies.js';
import { stepReport } from '../../src/protocol/work.js';
import { spanIdOf, traceIdOf } from '../../src/world/trace.js';
import { aTrio, headOf } from '../support/a-trio.js';
import { commit } from '../support/commits.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { standInHttp } from '../support/stand-in-http.js';

type Document = ReturnType<typeof traceOf>;

/** The spans of a document, each with its attributes by name. */
function spansOf({ resourceSpans }: Document) {
  return resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ attributes, ...span }) => ({ ...span, ...named(attributes) })),
    ),
  );
}

function named(attributes: readonly { readonly key: string; readonly value: object }[]) {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

const [lost, second] = [runId('0badcafe', 1), runId('0badcafe', 2)];

/** Accepted at 1 s, lost with its first runner, and failed by its second in its second step. */
function aLife(): Entry[] {
  const what = { ...defaultJob, repository: 'shop', commit: commit(1), branch: 'main' };
  const who = { author: 'Ada', subject: 'Change it', by: 'eve' };
  const leased = { kind: 'leased', job: 1, classic: false } as const;
  const steps = [
    { number: 1, name: 'build', state: 'passed', startedAfterMs: 10.5, durationMs: 100 },
    { number: 2, name: 'test', state: 'failed', exitCode: 1, startedAfterMs: 120, durationMs: 300 },
    { number: 3, name: 'deploy', state: 'skipped' },
  ].map((step) => stepReport.parse(step));
  const ending = { exitCode: 1, signal: null, reason: '', logBytes: 0, durationMs: 500, steps };
  return [
    { kind: 'accepted', job: 1, atMs: 1_000, ...what, ...who },
    { ...leased, atMs: 1_500, run: lost, number: 1, runner: 'ada' },
    { kind: 'lost', job: 1, atMs: 3_000, run: lost, runner: 'ada', reason: 'fell silent' },
    { ...leased, atMs: 3_250, run: second, number: 2, runner: 'bob' },
    { kind: 'finished', job: 1, atMs: 4_000, run: second, verdict: 'failed', ...ending },
  ];
}

function traced(entries: readonly Entry[]): Document {
  const about = { repository: 'shop', commit: commit(1), name: 'default' };
  const ending = entries.at(-1) as Finished;
  const job = { branch: 'main', acceptedAtMs: 1_000 };
  const row = { seq: 5, entry: ending, job: { id: 1, ...about } };
  return traceOf(row, { job, entries, ending, link: null });
}

test('a trace shows what was waited for, the run that was lost, and each step that began', () => {
  const document = traced(aLife());
  const spans = spansOf(document);
  const trace = traceIdOf({ repository: 'shop', commit: commit(1), job: 'default' });
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([trace]));
  const names = Object.fromEntries(spans.map(({ spanId, name }) => [spanId, name]));
  const ms = (nanoseconds: string) => Number(BigInt(nanoseconds) / 1_000n) / 1_000;
  const shown = spans.map((span) => [
    ...[span.name, names[span.parentSpanId ?? ''] ?? null],
    ...[ms(span.startTimeUnixNano), ms(span.endTimeUnixNano)],
  ]);
  expect(shown).toEqual([
    ['RUN default', null, 1_000, 4_000],
    ['queue', 'RUN default', 1_000, 1_500],
    ['queue', 'RUN default', 3_000, 3_250],
    ['run 1', 'RUN default', 1_500, 3_000],
    ['run 2', 'RUN default', 3_250, 4_000],
    ['build', 'run 2', 3_260.5, 3_360.5],
    ['test', 'run 2', 3_370, 3_670],
  ]);
});

test('its attributes are those of the conventions for CI/CD', () => {
  const document = traced(aLife());
  const [root, , , first, , , test] = spansOf(document);
  expect(root).toMatchObject({
    ...{ kind: 2, status: { code: 2 }, 'cicd.pipeline.action.name': 'RUN' },
    ...{ 'cicd.pipeline.result': 'failure', 'error.type': 'failure' },
  });
  expect(first).toMatchObject({
    ...{ kind: 1, 'cicd.pipeline.task.run.result': 'error', 'error.type': 'runner_lost' },
    ...{ 'cicd.worker.name': 'ada', 'cicd.pipeline.task.run.id': lost },
  });
  expect(test).toMatchObject({
    ...{ spanId: spanIdOf(`${second}.2` as never), 'process.exit.code': '1' },
    ...{ 'cicd.pipeline.task.name': 'test', 'cicd.pipeline.task.run.id': `${second}.2` },
  });
  expect(named(document.resourceSpans[0]?.resource.attributes ?? [])).toMatchObject({
    ...{ 'service.name': 'trivet', 'cicd.pipeline.name': 'default', 'vcs.ref.type': 'branch' },
    ...{ 'vcs.repository.name': 'shop', 'vcs.ref.head.name': 'main' },
    ...{ 'vcs.ref.head.revision': commit(1), 'cicd.pipeline.run.id': '1' },
  });
});

test('the same job, told again or by another process, has the same trace', () => {
  expect(traced(aLife())).toEqual(traced(aLife()));
});

const workflow = `
steps:
  greet:
    commands: ['echo "in $TRACEPARENT"']
`;

test('TRACEPARENT in a suite, and in a step, names the span that the collector is told of', async () => {
  const collector = await standInHttp();
  collector.answers(() => ({ status: 200, text: '{}' }));
  const file = join(temporaryFolder(), 'notify.json');
  writeFileSync(file, JSON.stringify([{ to: 'otlp', endpoint: collector.url }]));
  const { author, verdict, asked } = await aTrio({ dispatcher: ['--notify', file] });
  author.commit('one', { '.ci/run': '#!/bin/sh\necho "in $TRACEPARENT"\n' });
  author.git('update-index', '--chmod=+x', '.ci/run');
  author.git('commit', '-q', '--amend', '--no-edit');
  author.push();
  const suite = headOf(author);
  expect(await verdict(suite)).toBe('passed');
  const steps = author.commit('two', { '.trivet.yml': workflow });
  author.push();
  expect(await verdict(steps)).toBe('passed');

  await eventually('the collector is told of both', () => collector.told.length === 2);
  expect(collector.told.map(({ path }) => path)).toEqual(['/v1/traces', '/v1/traces']);
  const spans = collector.told.map(({ text }) => spansOf(JSON.parse(text) as Document));
  const parent = ({ traceId = '', spanId = '' } = {}) => `in 00-${traceId}-${spanId}-01\n`;
  const called = (name: string, all = spans[0]) => all?.find((span) => span.name === name);
  expect(await asked(`log:${suite}`)).toContain(parent(called('run 1')));
  expect(await asked(`log:${steps}`)).toContain(parent(called('greet', spans[1])));
}, 120_000);
