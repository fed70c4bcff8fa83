import { describe, expect, test } from 'vitest';
import type { Documents, JobOfCommit, RunOfJob } from '../../../src/protocol/documents.js';
import { busySpans, waterfallOf } from '../../../src/web/page/commit/waterfall-rows.js';

function aJob(job: Partial<JobOfCommit>): JobOfCommit {
  return {
    ...{ job: 1, repository: 'shop', name: 'build', state: 'passed', needs: [], labels: [] },
    ...{ branch: 'main', alsoOn: [], acceptedAtMs: 0, finishedAtMs: null, exitCode: null },
    ...{ reason: '', estimateMs: null, runs: [], plan: [], tests: null, story: [] },
    ...job,
  };
}

function aRun(run: Partial<RunOfJob>): RunOfJob {
  return {
    ...{ run: 'c0ffee00-1', number: 1, runner: 'ada', leasedAtMs: 0, endedAtMs: null },
    ...{ ending: 'running', because: '', steps: [] },
    ...run,
  };
}

function aStep(number: number, startedAfterMs: number | null, durationMs: number | null) {
  const isOver = durationMs !== null;
  return {
    ...{ number, name: `step ${number}`, isService: false, isIgnored: false, exitCode: null },
    ...{ state: isOver ? ('passed' as const) : ('running' as const), reason: '', logBytes: 0 },
    ...{ startedAfterMs, durationMs },
  };
}

function commitOf(...jobs: JobOfCommit[]): Documents['commit'] {
  const isOver = jobs.every(({ finishedAtMs }) => finishedAtMs !== null);
  return {
    ...{ nowMs: 0, seq: 1, commit: 'c0ffee', branch: 'main', author: '', subject: '' },
    ...{ state: 'passed', atMs: 0, finishedAtMs: isOver ? 1 : null, jobs },
  };
}

/** The bars of the first job as `what from-until`. */
function barsOf(nowMs: number, ...jobs: JobOfCommit[]): string[] {
  const [first] = waterfallOf(commitOf(...jobs), nowMs).rows;
  return (first?.bars ?? []).map(
    ({ kind, says, fromMs, untilMs }) => `${kind === 'ran' ? says : kind} ${fromMs}-${untilMs}`,
  );
}

describe('the bars of a job', () => {
  test('it waits for what it needs, then for a runner, then it runs', () => {
    const build = aJob({ job: 2, finishedAtMs: 40 });
    const tests = aJob({
      ...{ name: 'test', needs: ['build'], state: 'running' },
      runs: [aRun({ leasedAtMs: 50 })],
    });
    expect(barsOf(90, tests, build)).toEqual(['blocked 0-40', 'waited 40-50', 'running 50-90']);
  });

  test('after a lost run it waits for the next; after a verdict nothing waits until it is run again', () => {
    const runs = [
      aRun({ leasedAtMs: 10, endedAtMs: 20, ending: 'lost' }),
      aRun({ number: 2, leasedAtMs: 30, endedAtMs: 50, ending: 'failed' }),
      aRun({ number: 3, leasedAtMs: 900, endedAtMs: 950, ending: 'passed' }),
    ];
    expect(barsOf(999, aJob({ runs, finishedAtMs: 950 }))).toEqual([
      ...['waited 0-10', 'lost 10-20', 'waited 20-30', 'failed 30-50', 'passed 900-950'],
    ]);
  });

  test('one that waits grows, one that was never run ends where that was decided', () => {
    expect(barsOf(70, aJob({ state: 'waiting' }))).toEqual(['waited 0-70']);
    const skipped = aJob({ state: 'skipped', needs: ['build'], name: 'deploy', finishedAtMs: 60 });
    const failed = aJob({ job: 2, state: 'failed', finishedAtMs: 60 });
    expect(barsOf(70, skipped, failed)).toEqual(['blocked 0-60']);
  });
});

test('a job that never came to run does not stretch the axis over the night before a re-run', () => {
  const runs = [
    aRun({ leasedAtMs: 0, endedAtMs: 10, ending: 'failed' }),
    aRun({ number: 2, leasedAtMs: 900, endedAtMs: 910, ending: 'failed' }),
  ];
  const build = aJob({ runs, state: 'failed', finishedAtMs: 910 });
  const deploy = aJob({
    ...{ job: 2, name: 'deploy', state: 'skipped', needs: ['build'], finishedAtMs: 911 },
  });
  const spans = busySpans(waterfallOf(commitOf(build, deploy), 1_000));
  expect(spans.map(({ fromMs, untilMs }) => [fromMs, untilMs])).toEqual([
    [0, 10],
    [900, 910],
    [910, 911],
  ]);
});

describe('the steps of a job', () => {
  test('they lie in its last run, each with a log of its own; what is to come is named already', () => {
    const plan = [1, 2].map((number) => ({
      ...{ number, name: `step ${number}`, needs: [], isService: false },
    }));
    const runs = [aRun({ leasedAtMs: 100, steps: [aStep(1, 5, null)] })];
    const [row] = waterfallOf(commitOf(aJob({ state: 'running', plan, runs })), 130).rows;
    expect(row?.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      ...['step 1 running', 'step 2 waiting'],
    ]);
    expect(row?.steps[0]?.bars).toMatchObject([{ fromMs: 105, untilMs: 130, log: 'c0ffee00-1.1' }]);
    expect(row?.steps[1]?.bars).toEqual([]);
  });
});

describe('the critical path', () => {
  const plan = [
    { number: 1, name: 'fetch', needs: [], isService: false },
    { number: 2, name: 'compile', needs: ['fetch'], isService: false },
    { number: 3, name: 'lint', needs: ['fetch'], isService: false },
  ];
  const steps = [aStep(1, 0, 10), aStep(2, 10, 50), aStep(3, 10, 5)];
  const build = aJob({ finishedAtMs: 60, plan, runs: [aRun({ endedAtMs: 60, steps })] });
  const docs = aJob({ job: 2, name: 'docs', finishedAtMs: 30 });
  const release = aJob({ job: 3, name: 'release', needs: ['build', 'docs'], finishedAtMs: 90 });

  test('it goes through jobs, and within each through the steps', () => {
    const { path, rows } = waterfallOf(commitOf(build, docs, release), 90);
    expect(path.map(({ name }) => name)).toEqual(['build', 'release']);
    expect(rows[0]?.steps.map(({ isCritical }) => isCritical)).toEqual([true, true, false]);
  });

  test('nobody knows it before the end, and jobs of other repositories have no part in it', () => {
    const running = aJob({ job: 4, name: 'more', state: 'running' });
    expect(waterfallOf(commitOf(build, running), 90).path).toEqual([]);
    const elsewhere = { ...build, job: 5, repository: 'books' };
    const { path } = waterfallOf(commitOf(release, elsewhere), 90);
    expect(path.map(({ job }) => job)).toEqual([3]);
  });
});
