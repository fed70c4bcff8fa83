/**
 * Owns how a job's life reads as a trace, by OpenTelemetry's conventions for CI/CD. Pure. What was lost, and
 * what was waited for, is seen there beside what ran:
 *
 *   RUN default ──────────────────────────────────────────────────────
 *     queue ─────  run 1 (runner_lost) ────────  queue ─  run 2 ────────
 *                    build ───  test ─────                  build ──  test ─────
 */

import type { Conclusion, Entry } from '../dispatcher/core/journal.js';
import type { JobThenRow, JournalRow } from '../dispatcher/store/queries.js';
import { logIdOf, type RunId } from '../protocol/ids.js';
import { type Result, results } from '../protocol/telemetry.js';
import type { StepReport } from '../protocol/work.js';
import { spanIdFrom, spanIdOf, traceIdOf } from '../world/trace.js';
import type { Finished } from './commit-then.js';
import { documentOf, type Span } from './otlp-document.js';

/** A run from its lease to what ended it. */
interface RunThen {
  readonly run: RunId;
  readonly number: number;
  readonly runner: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly result: Result;
  readonly errorType: string | null;
  readonly steps: readonly StepReport[];
}

/** What is told of a job. */
export interface Traced {
  readonly job: Pick<JobThenRow, 'branch' | 'acceptedAtMs'>;
  /** What has happened to it, as far back as is known. */
  readonly entries: readonly Entry[];
  readonly ending: Finished;
  /** Where people read more; null: nowhere. */
  readonly link: string | null;
}

/** The life of a job that the row's entry ended, as OTLP has it. */
export function traceOf(row: JournalRow, { job, entries, ending, link }: Traced) {
  const { repository, commit, name } = row.job;
  const life = lastLife(entries, job.acceptedAtMs);
  const traceId = traceIdOf({ repository, commit, job: name });
  const root = spanIdFrom(traceId, 'root', life.sinceMs);
  const resource = {
    'cicd.pipeline.name': name,
    'cicd.pipeline.run.id': String(row.job.id),
    'cicd.pipeline.run.url.full': link,
    'vcs.repository.name': repository,
    'vcs.ref.head.revision': commit,
    ...ref(job.branch),
  };
  const runs = runsOf(life, ending);
  return documentOf(traceId, resource, [
    rootSpan(root, name, life, ending),
    ...waits(life, ending, root, traceId),
    ...runs.flatMap((run) => [runSpan(run, root, name, link), ...stepSpans(run, link)]),
  ]);
}

/** Since a job was accepted, or was asked for again. */
interface Life {
  readonly sinceMs: number;
  readonly entries: readonly Entry[];
}

function lastLife(entries: readonly Entry[], acceptedAtMs: number): Life {
  const again = entries.findLastIndex(({ kind }) => kind === 'rerun-asked');
  return { sinceMs: entries[again]?.atMs ?? acceptedAtMs, entries: entries.slice(again + 1) };
}

function ref(branch: string) {
  if (branch === '') return {};
  const isTag = branch.startsWith('refs/tags/');
  return {
    'vcs.ref.head.name': branch.replace(/^refs\/(?:tags|heads)\//, ''),
    'vcs.ref.type': isTag ? 'tag' : branch.startsWith('refs/') ? null : 'branch',
  };
}

function rootSpan(spanId: string, name: string, { sinceMs }: Life, ending: Finished): Span {
  const result = results[ending.verdict];
  return {
    ...{ spanId, parentSpanId: null, name: `RUN ${name}`, isServer: true },
    ...{ fromMs: sinceMs, toMs: ending.atMs, isError: isError(result) },
    attributes: {
      'cicd.pipeline.action.name': 'RUN',
      'cicd.pipeline.result': result,
      'error.type': errorTypeOf(result),
    },
  };
}

/** Each time that it waited: for the jobs that it needs, or for a runner. */
function waits(
  { entries, sinceMs }: Life,
  ending: Finished,
  root: string,
  traceId: string,
): Span[] {
  const spans: Span[] = [];
  let since: number | null = sinceMs;
  const wait = (name: string, toMs: number) => {
    if (since === null) return;
    const spanId = spanIdFrom(traceId, name, since);
    const times = { fromMs: since, toMs, isError: false };
    spans.push({ spanId, parentSpanId: root, name, isServer: false, ...times, attributes: {} });
  };
  for (const entry of entries) {
    if (entry.kind === 'unblocked') wait('needs', entry.atMs);
    if (entry.kind === 'leased') wait('queue', entry.atMs);
    if (isLeaseTaken(entry)) since = null;
    if (entry.kind === 'unblocked' || isInterruption(entry)) since = entry.atMs;
  }
  wait('queue', ending.atMs);
  return spans;
}

function isLeaseTaken({ kind }: Entry): boolean {
  return kind === 'leased' || kind === 'resumed';
}

function isInterruption({ kind }: Entry): boolean {
  return kind === 'lost' || kind === 'handed-back' || kind === 'retried';
}

/** Its runs as they ended; one that came back after it was lost ended the second time. */
function runsOf({ entries }: Life, ending: Finished): RunThen[] {
  const runs = new Map<RunId, RunThen>();
  for (const entry of entries) {
    if (entry.kind === 'leased') {
      const { run, number, runner, atMs: fromMs } = entry;
      // As it stands where another of the job's runs is what ended it.
      const abandoned = { result: 'cancellation', errorType: null } as const;
      runs.set(run, { run, number, runner, fromMs, toMs: ending.atMs, ...abandoned, steps: [] });
      continue;
    }
    const run = 'run' in entry && entry.run !== null ? runs.get(entry.run) : undefined;
    if (run !== undefined) runs.set(run.run, { ...run, ...whatBecame(entry, run) });
  }
  return [...runs.values()];
}

function whatBecame(entry: Entry, { runner }: RunThen): Partial<RunThen> {
  switch (entry.kind) {
    case 'resumed':
      return { runner: entry.runner, result: 'cancellation', errorType: null };
    case 'lost':
      return { toMs: entry.atMs, result: 'error', errorType: 'runner_lost' };
    case 'handed-back':
      return { toMs: entry.atMs, result: 'error', errorType: entry.reason.replaceAll('-', '_') };
    case 'retried':
    case 'finished':
      return { runner, toMs: entry.atMs, ...concluded(entry) };
    default:
      return {};
  }
}

function concluded({ verdict, steps = [] }: Conclusion) {
  const result = results[verdict];
  return { result, errorType: errorTypeOf(result), steps };
}

function runSpan(run: RunThen, root: string, job: string, link: string | null): Span {
  const { number, runner, fromMs, toMs, result, errorType } = run;
  return {
    ...{ spanId: spanIdOf(run.run), parentSpanId: root, name: `run ${number}`, isServer: false },
    ...{ fromMs, toMs, isError: isError(result) },
    attributes: {
      ...task(job, run.run, result, link),
      'cicd.worker.name': runner,
      'error.type': errorType,
    },
  };
}

/** Those that began: by the runner's clock, counted from the beginning of the run. */
function stepSpans({ run, fromMs, toMs, steps }: RunThen, link: string | null): Span[] {
  return steps.flatMap(({ number, name, state, startedAfterMs, durationMs, exitCode }) => {
    if (startedAfterMs === null) return [];
    const log = logIdOf(run, number);
    const began = fromMs + startedAfterMs;
    const result = results[state];
    const span = { spanId: spanIdOf(log), parentSpanId: spanIdOf(run), name, isServer: false };
    const times = { fromMs: began, toMs: durationMs === null ? toMs : began + durationMs };
    const attributes = {
      ...task(name, log, result, link),
      'error.type': errorTypeOf(result),
      'process.exit.code': exitCode,
    };
    return [{ ...span, ...times, attributes, isError: isError(result) }];
  });
}

function task(name: string, id: string, result: Result, link: string | null) {
  return {
    'cicd.pipeline.task.name': name,
    'cicd.pipeline.task.type': 'test',
    'cicd.pipeline.task.run.id': id,
    'cicd.pipeline.task.run.result': result,
    'cicd.pipeline.task.run.url.full': link,
  };
}

function isError(result: Result): boolean {
  return errorTypeOf(result) !== null;
}

/** By the convention it is said what kind of error it is. */
function errorTypeOf(result: Result): string | null {
  return result === 'failure' || result === 'error' || result === 'timeout' ? result : null;
}
