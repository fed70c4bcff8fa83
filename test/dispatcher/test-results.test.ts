import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Tested } from '../../src/dispatcher/core/events.js';
import type { Entry, JobId } from '../../src/dispatcher/core/journal.js';
import { openSqliteStore } from '../../src/dispatcher/store/open-sqlite.js';
import { questionsOf } from '../../src/dispatcher/store/questions.js';
import { sql } from '../../src/dispatcher/store/test-questions.js';
import { runId } from '../../src/protocol/ids.js';
import type { TestReport } from '../../src/protocol/tests.js';
import { summaryOf } from '../../src/protocol/tests.js';
import { type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { spawnDispatcher, startDispatcher } from '../support/dispatchers.js';
import { temporaryFolder } from '../support/git.js';
import { life } from '../support/lives.js';
import { modernPeer } from '../support/modern-peers.js';
import { portToKeep } from '../support/ports.js';
import { testsOf } from '../support/tests.js';

/** A store at work, what answers questions about it, and the database itself. */
function opened() {
  const folder = temporaryFolder();
  const store = openSqliteStore(folder);
  const reading = new Database(join(folder, 'trivet.db'), { readonly: true });
  onTestFinished(() => {
    reading.close();
    store.close();
  });
  const count = (table: string) =>
    reading.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
  return { store, queries: questionsOf(reading), reading, count };
}

const startMs = 1_700_000_000_000;

/** The job's only run, or a further one on that runner, came to those tests. */
function tested(job: JobId, tests: TestReport, run = runId('0badcafe', job)): Tested {
  return { job, run, atMs: startMs + job * 1_000, tests };
}

/** A further run of a job that is over. */
function again(job: JobId, runner: string): { run: Tested['run']; entries: Entry[] } {
  const [run, atMs] = [runId('0badcafe', 100 + job), startMs + job * 1_000 + 500];
  const ending = { exitCode: 0, signal: null, reason: '', logBytes: 1, durationMs: 1 };
  return {
    run,
    entries: [
      { kind: 'rerun-asked', job, atMs },
      { kind: 'leased', job, atMs, run, number: 2, runner, classic: false },
      { kind: 'finished', job, atMs, run, verdict: 'passed', ...ending },
    ],
  };
}

test('each question about tests is answered by an index', () => {
  const { reading } = opened();
  const names = ['commit', 'repository', 'atMs', 'job', 'test', 'name', 'list', 'rows'];
  const any = Object.fromEntries(names.map((name) => [name, null]));
  for (const [name, text] of Object.entries(sql)) {
    const rows = reading.prepare(`EXPLAIN QUERY PLAN ${text}`).all(any) as { detail: string }[];
    const plan = rows.map(({ detail }) => detail).join('\n');
    expect(plan, name).not.toMatch(/SCAN |TEMP B-TREE/);
  }
});

describe('what tests came to', () => {
  test('is told of the last run of each job of a commit', () => {
    const { store, queries } = opened();
    store.append(
      [...life(1, { verdict: 'failed' }), ...life(2, { commit: commit(1), name: 'lint' })],
      [],
      [tested(1, testsOf({ adds: 'f', minus: 'f', plus: 'p' })), tested(2, testsOf({ tidy: 'f' }))],
    );
    const demo = { repository: 'demo', commit: commit(1) };
    const failing = () => queries.failing({ ...demo, most: 9 });
    expect(failing().map(({ name, test }) => [name, test])).toEqual([
      ['default', 'adds'],
      ['default', 'minus'],
      ['lint', 'tidy'],
    ]);
    expect(failing()[0]).toMatchObject({ file: 'sums.test.ts', line: 7, repository: 'demo' });
    const { run, entries } = again(1, 'bob');
    store.append(
      entries,
      [],
      [{ ...tested(1, testsOf({ adds: 'p', minus: 'f' })), run, atMs: startMs * 2 }],
    );
    expect(failing().map(({ test }) => test)).toEqual(['minus', 'tidy']);
    expect(queries.failing({ ...demo, commit: commit(9), most: 9 })).toEqual([]);
  });

  test('is told of one repository, however many failed before in another', () => {
    const { store, queries } = opened();
    store.append(
      [...life(1, { verdict: 'failed' }), ...life(2, { commit: commit(1), repository: 'other' })],
      [],
      [tested(1, testsOf({ adds: 'f', minus: 'f' })), tested(2, testsOf({ tidy: 'f' }))],
    );
    const failing = (repository: string | null) =>
      queries.failing({ repository, commit: commit(1), most: 2 }).map(({ test }) => test);
    expect(failing('other')).toEqual(['tidy']);
    expect(failing('demo')).toEqual(['adds', 'minus']);
    expect(failing(null)).toEqual([]);
  });

  test('is the history of a test: how it ended, run by run, newest first', () => {
    const { store, queries } = opened();
    for (const job of [1, 2, 3, 4]) {
      const outcomes = job === 2 ? testsOf({ adds: 'f' }) : testsOf({ adds: 'p', minus: 's' });
      store.append(life(job, { runner: `r${job}` }), [], [tested(job, outcomes)]);
    }
    store.append(life(5, { repository: 'other' }), [], [tested(5, testsOf({ adds: 'f' }))]);
    const history = (test: string, more = {}) =>
      queries
        .testHistory({ repository: 'demo', name: 'default', test, most: 9, ...more })
        .map((row) => [row.outcome, row.runner]);
    expect(history('adds')).toEqual([
      ['p', 'r4'],
      ['p', 'r3'],
      ['f', 'r2'],
      ['p', 'r1'],
    ]);
    expect(history('minus', { most: 2 })).toEqual([
      ['s', 'r4'],
      ['s', 'r3'],
    ]);
    expect(history('adds', { beforeMs: startMs + 2_000 })).toEqual([['p', 'r1']]);
    expect(history('unheard of')).toEqual([]);
  });

  test('takes no room where it is what it was before', () => {
    const { store, count } = opened();
    for (const job of [1, 2, 3]) {
      store.append(
        life(job),
        [],
        [tested(job, testsOf({ adds: 'p', minus: job === 3 ? 'f' : 'p' }))],
      );
    }
    expect([count('test_run'), count('test_list')]).toEqual([3, 2]);
  });

  test('goes with its job where --keep lets that go, and what others share stays', () => {
    const { store, count } = opened();
    const green = testsOf({ adds: 'p' });
    store.append(life(1, { verdict: 'failed' }), [], [tested(1, testsOf({ adds: 'f' }))]);
    const { run, entries } = again(1, 'bob');
    store.append(entries, [], [tested(1, green, run)]);
    store.append([...life(2), ...life(3)], [], [tested(2, green), tested(3, green)]);
    const tables = ['test_run', 'test_list', 'failed_test', 'flaky_test'];
    expect(tables.map(count)).toEqual([4, 2, 1, 1]);
    expect(store.remove([{ commit: commit(1), repository: 'demo' }])).toBe(1);
    expect(tables.map(count)).toEqual([2, 1, 0, 0]);
  });
});

describe('a test that failed and passed on the same commit is flaky', () => {
  test('in whatever order; one that failed on another commit is not', () => {
    const { store, queries } = opened();
    const jobs = [1, 2, 3];
    const before = testsOf({ adds: 'f', minus: 'p', plus: 'f', times: 's' });
    store.append(
      jobs.flatMap((job) => life(job, { verdict: 'failed' })),
      [],
      jobs.map((job) => tested(job, before)),
    );
    const after = testsOf({ adds: 'p', minus: 'f', plus: 'f', times: 'f' });
    const { run, entries } = again(2, 'bob');
    store.append(entries, [], [tested(2, after, run)]);
    const flaky = queries.flaky({ repository: 'demo', most: 9 });
    const of = { job: 2, commit: commit(2), repository: 'demo', name: 'default' };
    expect(flaky).toMatchObject([
      { ...of, test: 'minus', failedOn: 'bob', passedOn: 'ada' },
      { ...of, test: 'adds', failedOn: 'ada', passedOn: 'bob' },
    ]);
    const [newest, ...rest] = flaky;
    if (newest === undefined) throw new Error('none');
    expect(queries.flaky({ repository: 'demo', before: newest, most: 9 })).toEqual(rest);
    expect(queries.flaky({ repository: 'other', most: 9 })).toEqual([]);
  });
});

describe('why', () => {
  const hello = { role: 'runner', repository: 'demo' } as const;

  test('names the tests that failed, and says which of them are known as flaky', async () => {
    const { port } = await startDispatcher();
    const runner = await modernPeer(port, { ...hello, name: 'ada' });
    await modernPeer(port, { role: 'observer', name: 'obs', repository: 'demo' });
    const tests = async (letters: Parameters<typeof testsOf>[0]) => {
      const { run } = await runner.hears('runtest');
      const report = testsOf(letters);
      runner.finishes(run, '', report.failed > 0 ? 'failed' : 'passed', report);
      await runner.hears('recorded');
    };
    await type(port, `dispatch:${commit(1)}`);
    await tests({ adds: 'f', minus: 'p' });
    await type(port, `rerun:${commit(1)}`);
    await tests({ adds: 'p', minus: 'p' });
    await type(port, `dispatch:${commit(2)}`);
    await tests(Object.fromEntries([...'abcdefghijkl', 'adds'].map((name) => [name, 'f'])));
    const why = await type(port, `why:${commit(2)}`);
    expect(why).toContain('failed after 0.0 s with exit code 1. Of 13 tests 13 failed.\n');
    expect(why).toContain('\n  a (sums.test.ts:7): expected 1 to be 2\n');
    expect(why).toContain(
      `\n  adds (sums.test.ts:7): expected 1 to be 2 (known as flaky: once, last at 0000000)\n`,
    );
    expect(why).toMatch(/\n {2}and 3 more\n$/);
    expect(await type(port, 'status')).not.toContain('adds');
  });

  test('names the runner on which alone things fail', async () => {
    const { port } = await startDispatcher();
    const [ada, bob] = await Promise.all(
      ['ada', 'bob'].map((name) => modernPeer(port, { ...hello, name })),
    );
    if (ada === undefined || bob === undefined) throw new Error('no runners');
    for (const number of [1, 2, 3]) {
      // Whoever has been idle longest is ada, and then bob.
      await type(port, `dispatch:${commit(number)}`);
      ada.finishes((await ada.hears('runtest')).run, '', 'failed', testsOf({ adds: 'f', b: 'f' }));
      await ada.hears('recorded');
      await type(port, `rerun:${commit(number)}`);
      bob.finishes((await bob.hears('runtest')).run, '', 'passed', testsOf({ adds: 'p', b: 'p' }));
      await bob.hears('recorded');
      const says = (await type(port, `why:${commit(1)}`)).split('\n').at(-2);
      if (number < 3) expect(says).not.toContain('elsewhere');
      else {
        expect(says).toBe('3 of the last 3 failures that passed elsewhere were on runner ada.');
      }
    }
  });
});

test('--retry-flaky: a dispatcher that is killed between the two runs goes on with the second', async () => {
  const folder = temporaryFolder();
  const port = await portToKeep();
  const flags = ['--retry-flaky'];
  const first = await spawnDispatcher(folder, { port, flags });
  const runner = { role: 'runner', repository: 'demo' } as const;
  const ada = await modernPeer(port, { ...runner, name: 'ada' });
  const bob = await modernPeer(port, { ...runner, name: 'bob' });
  await type(port, `dispatch:${commit(1)}`);
  const one = await ada.hears('runtest');
  ada.finishes(one.run, 'red\n', 'failed', testsOf({ adds: 'f', minus: 'p' }));
  await ada.hears('recorded');
  const two = await bob.hears('runtest');
  expect(await type(port, `verdict:${commit(1)}`)).toBe('running\n');
  first.kill('SIGKILL');
  await first.exit;

  await spawnDispatcher(folder, { port, flags });
  const back = { ...runner, name: 'bob', runs: [{ run: two.run, commit: two.commit }] };
  const returned = await modernPeer(port, back);
  await returned.hears('want');
  returned.finishes(two.run, 'green\n', 'passed', testsOf({ adds: 'p', minus: 'p' }));
  await returned.hears('recorded');
  const why = await type(port, `why:${commit(1)}`);
  expect(why).toContain('with exit code 1. Of 2 tests 1 failed. It is run once more');
  expect(why).toContain('adds (sums.test.ts:7): expected 1 to be 2 (known as flaky: once');
  expect(why).toContain(': passed on the second run; flaky: adds. Of 2 tests none failed.');
  expect(await type(port, `log:${commit(1)}`)).toContain('green\n');
  expect(await type(port, `verdict:${commit(1)}`)).toBe('passed\n');
});

test('of the largest report the journal keeps what a spectator is told of', () => {
  const many = Object.fromEntries(
    Array.from({ length: 100 }, (_, number) => [`${'ß'.repeat(190)}${number}`, 'f' as const]),
  );
  const report = testsOf(many);
  const longest = report.failures.map((one) => ({ ...one, message: '漢'.repeat(400) }));
  const { failures, failed } = summaryOf({ ...report, failures: longest });
  expect([failures.length, failed]).toEqual([10, 100]);
  expect(Buffer.byteLength(JSON.stringify(failures))).toBeLessThan(20_000);
});
