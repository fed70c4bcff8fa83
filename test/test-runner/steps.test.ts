/**
 * A job's steps as real processes on a real checkout: what they see, what they print, how they end,
 * and what of that reaches the dispatcher.
 */

import { expect, test } from 'vitest';
import type { Report } from '../../src/protocol/job-bodies.js';
import type { StepReport } from '../../src/protocol/work.js';
import { taggedWith } from '../../src/world/process-tree.js';
import { eventually } from '../support/eventually.js';
import type { RunnerSettings } from '../support/runners.js';
import { runnerAtWork, tagged } from '../support/runners-at-work.js';
import { mayBuildSandbox } from '../support/tools.js';
import { workFor } from '../support/works.js';

const knows = ['offer', 'steps'];

test('steps run one after the other, each with its own log, and share the checkout', async () => {
  const { report, log } = await ran(`
    steps:
      build:
        commands: [cd sub || mkdir sub && cd sub, echo made > it, 'pwd | grep -o /sub$']
      test:
        environment: { GREETING: hello }
        commands: [cat sub/it, echo $GREETING $CI_STEP_NAME of $CI_REPO]
  `);
  expect(report).toMatchObject({ end: 'passed', exitCode: 0, reason: '' });
  expect(log(1)).toContain('+ echo made > it\n');
  expect(log(1)).toContain('+ pwd | grep -o /sub$\n/sub\n');
  expect(log(2)).toBe(
    '+ cat sub/it\nmade\n+ echo $GREETING $CI_STEP_NAME of $CI_REPO\nhello test of team/demo\n',
  );
  expect(stepsOf(report)).toEqual({ build: 'passed', test: 'passed' });
  for (const { startedAfterMs, durationMs } of report.steps ?? []) {
    expect(startedAfterMs).not.toBeNull();
    expect(durationMs).not.toBeNull();
  }
});

test('a step that fails names itself; what comes after is left out, but for who wants to know', async () => {
  const { report, log } = await ran(`
    steps:
      build: { commands: [echo one, exit 3, echo two] }
      test: { commands: [echo never] }
      tell:
        commands: ['echo $CI_PIPELINE_STATUS $DRONE_FAILED_STEPS']
        when: [{ status: [failure] }]
  `);
  expect(report).toMatchObject({ end: 'failed', exitCode: 3, reason: 'step "build" failed' });
  expect(stepsOf(report)).toEqual({ build: 'failed 3', test: 'skipped', tell: 'passed' });
  expect(log(1)).toBe('+ echo one\none\n+ exit 3\n');
  expect(log(3)).toContain('failure build\n');
  expect(log(0)).toContain('step "build" failed.\n');
});

test('steps that need nothing of each other run at once', async () => {
  const { report } = await ran(`
    steps:
      - { name: one, depends_on: [], commands: [mkfifo pipe || true, echo from one > pipe] }
      - { name: two, depends_on: [], commands: [while test ! -p pipe; do :; done, cat pipe] }
  `);
  expect(report.end).toBe('passed');
});

test('a plan of somebody else’s in which steps wait for each other is errored at once', async () => {
  const { dispatcher, commit } = await runnerAtWork({ command: null }, knows);
  const work = workFor('steps: {a: {commands: a}, b: {commands: b}, c: {commands: c}}');
  const steps = work.steps.map((step) => (step.name === 'b' ? { ...step, needs: ['b'] } : step));
  const run = dispatcher.runtest(commit, 'a change', { ...work, steps });
  expect(await eventually('a report', () => dispatcher.reports.get(run))).toMatchObject({
    end: 'errored',
    reason: 'These steps wait for each other: b, c',
  });
});

test('a detached step is ended when the others are over, with all that it started', async () => {
  const { report, run } = await ran(`
    steps:
      serve: { detach: true, commands: ['setsid sleep 600 & echo up > up', 'sleep 600'] }
      test: { commands: ['while test ! -s up; do :; done'] }
  `);
  expect(stepsOf(report)).toEqual({ serve: 'stopped', test: 'passed' });
  expect(report.end).toBe('passed');
  expect(tagged(run)).toEqual([]);
});

test('a step that takes too long, or is silent for too long, is ended, and the job with it', async () => {
  const late = await ran('steps: { wait: { timeout: 1s, commands: [sleep 600] } }');
  expect(late.report).toMatchObject({
    end: 'timed-out',
    reason: 'step "wait": it took longer than 1 s and was ended',
  });
  const silent = await ran('steps: { wait: { silence: 1s, commands: [echo one, sleep 600] } }');
  expect(silent.report.reason).toBe('step "wait": it printed nothing for 1 s and was ended');
  expect(silent.log(1)).toContain('it printed nothing for 1 s and was ended.\n');
});

test('what has no program here says what it needs', async () => {
  const plugin = await ran(
    'steps: { publish: { image: plugins/no-such-thing:1, settings: { a: b } } }',
  );
  expect(plugin.report).toMatchObject({ end: 'errored', exitCode: null });
  expect(plugin.report.reason).toContain('plugins/no-such-thing:1 needs a runner with containers');
  const service = await ran(`
    services: { db: { image: 'postgres:16' } }
    steps: { test: { commands: [echo never] } }
  `);
  expect(service.report.reason).toContain('the service postgres:16 needs a runner with containers');
  expect(stepsOf(service.report)).toEqual({ test: 'skipped', db: 'errored' });
});

test('an image is a shell, or is told of in the run’s own log', async () => {
  const { report, log } = await ran(`
    steps:
      one: { image: bash, commands: ['echo $BASH_VERSION | wc -w'] }
      two: { image: 'golang:1.22', commands: [echo here] }
  `);
  expect(report.end).toBe('passed');
  expect(log(1)).toContain('\n1\n');
  expect(log(0)).toContain('This runner has no containers: what is made for golang:1.22');
});

test('a secret that is not given is named, and its step does not run', async () => {
  const { report } = await ran(`
    steps:
      deploy: { environment: { KEY: { from_secret: deploy_key } }, commands: [echo never] }
  `);
  expect(report.reason).toBe(
    'step "deploy": the secret "deploy_key" is not given: the dispatcher has said nothing of it',
  );
});

test('steps begin and end before the eyes of the dispatcher, which hears it again after a break', async () => {
  const { dispatcher, commit } = await runnerAtWork({ command: null }, knows);
  const work = workFor(`
    steps:
      one: { commands: [echo first] }
      two: { commands: ['echo second; while test ! -e go; do sleep 0.05; done; echo third'] }
  `);
  const run = dispatcher.runtest(commit, 'a change', work);
  await eventually('the second goes on', () => dispatcher.log(run, 2).includes('\nsecond\n'));
  expect(states(dispatcher.steps(run))).toEqual({ one: 'passed', two: 'running' });
  await dispatcher.stop();
  dispatcher.heard.length = 0;
  await dispatcher.start();
  await eventually('it is told again', () => dispatcher.steps(run).size === 2);
  expect(states(dispatcher.steps(run))).toEqual({ one: 'passed', two: 'running' });
  dispatcher.send({ verb: 'cancel', run });
  const report = await eventually('a report', () => dispatcher.reports.get(run));
  expect(report.end).toBe('cancelled');
  expect(states(new Map(report.steps?.map((step) => [step.name, step])))).toEqual({
    one: 'passed',
    two: 'cancelled',
  });
  await eventually('nothing is left', () => taggedWith(`TRIVET_STEP=${run}.2`).length === 0);
});

test('a dispatcher that knows no logs of steps gets all in one, a step below the other', async () => {
  const { dispatcher, commit } = await runnerAtWork({ command: null });
  const work = workFor(
    'steps: { one: { commands: [echo 1] }, two: { commands: [echo 2; false] } }',
  );
  const run = dispatcher.runtest(commit, 'a change', work);
  const report = await eventually('a report', () => dispatcher.reports.get(run));
  expect(report.logBytes).toBe(dispatcher.log(run).length);
  expect(dispatcher.log(run).toString()).toBe(
    '=== one ===\n+ echo 1\n1\n=== two ===\n+ echo 2; false\n2\nstep "two" failed.\n',
  );
  expect(dispatcher.said('step')).toEqual([]);
});

test('all logs of a run together hold no more than one may', async () => {
  const { report, log } = await ran(
    `
    steps:
      one: { commands: ['printf %080d 1'] }
      two: { commands: ['printf %080d 2; sleep 600'] }
  `,
    { logBytesMax: 150 },
  );
  expect(report).toMatchObject({
    end: 'errored',
    reason: expect.stringContaining('more than 150'),
  });
  expect(log(1).length + log(2).length).toBe(150);
});

test('where nobody has planned, the runner reads the workflow files in its checkout', async () => {
  const { dispatcher, repository } = await runnerAtWork({ command: null }, knows);
  const commit = repository.commit('workflows', {
    '.trivet/lint.yml':
      'steps: { lint: { commands: [echo "$CI_COMMIT_MESSAGE by $CI_COMMIT_AUTHOR"] } }',
    '.trivet/test.yml': 'steps: { one: { commands: [echo 1] }, two: { commands: [echo 2] } }',
  });
  const { report, run } = await dispatcher.verdict(commit);
  expect(report.end).toBe('passed');
  expect(Object.keys(stepsOf(report))).toEqual(['lint: lint', 'test: one', 'test: two']);
  expect(dispatcher.log(run, 1).toString()).toContain('\nworkflows by Ada\n');
  expect(dispatcher.log(run).toString()).toContain('one after the other, in one checkout');

  const broken = repository.commit('broken', { '.trivet/test.yml': 'steps: { one: {} }' });
  const { report: wrong, log } = await dispatcher.verdict(broken);
  expect(wrong).toMatchObject({
    end: 'errored',
    reason: expect.stringContaining('.trivet/test.yml:1'),
  });
  expect(log).toContain('.trivet/test.yml:1:15: error:');
});

test('a job that checks nothing out finds an empty folder, and the next finds its commit', async () => {
  const { dispatcher, commit } = await runnerAtWork({ command: null }, knows);
  const look = async (text: string) => {
    const work = workFor(`${text}\nsteps: { look: { commands: [ls] } }`);
    const run = dispatcher.runtest(commit, 'a change', work);
    await eventually('a report', () => dispatcher.reports.get(run));
    return dispatcher.log(run, 1).toString();
  };
  expect(await look('skip_clone: true')).toBe('+ ls\n');
  expect(await look('')).toBe('+ ls\na.txt\n');
});

test.runIf(mayBuildSandbox)(
  'with --sandbox each step has one of its own, in one checkout',
  async () => {
    const { report, log } = await ran(
      `
    steps:
      one: { commands: [echo made > it, touch /tmp/trivet-there] }
      two: { directory: sub, commands: [cat ../it, test ! -e /tmp/trivet-there, echo a > /usr/evil] }
  `,
      { secrets: [] },
    );
    expect(log(2)).toContain('+ cat ../it\nmade\n');
    expect(report).toMatchObject({ end: 'failed', reason: 'step "two" failed' });
    expect(log(2)).toContain('Read-only file system');
  },
);

/** The job of that workflow, from its beginning to its end. */
test('a job whose workflow file is wrong stays errored when it is asked for again', async () => {
  const { dispatcher, commit } = await runnerAtWork({ command: null }, knows);
  const wrong = {
    ...workFor('steps: { a: { commands: x } }'),
    steps: [],
    remarks: ['it is wrong'],
  };
  const run = dispatcher.runtest(commit, 'a change', wrong);
  const report = await eventually('a report', () => dispatcher.reports.get(run));
  const reason = '.trivet.yml has no steps that could be run';
  expect(report).toMatchObject({ end: 'errored', reason });
  expect(dispatcher.log(run, 0).toString()).toBe(`it is wrong\n${reason}.\n`);
});

async function ran(text: string, settings: Partial<RunnerSettings> = {}) {
  const { dispatcher, commit } = await runnerAtWork({ command: null, ...settings }, knows);
  const run = dispatcher.runtest(commit, 'a change', workFor(text));
  const report = await eventually('a report', () => dispatcher.reports.get(run));
  return { report, run, log: (step: number) => dispatcher.log(run, step).toString() };
}

/** How each ended, with its exit code where that is not plain. */
function stepsOf({ steps = [] }: Report): Record<string, string> {
  const told = steps.map(({ name, state, exitCode }) => [
    name,
    exitCode === null || exitCode === 0 || state === 'stopped' ? state : `${state} ${exitCode}`,
  ]);
  return Object.fromEntries(told);
}

function states(steps: ReadonlyMap<string, StepReport>): Record<string, string> {
  return Object.fromEntries([...steps].map(([name, { state }]) => [name, state]));
}
