import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Entry } from '../../src/dispatcher/core/journal.js';
import { keeping, type PastCommit, parseKeep, spellKeep } from '../../src/dispatcher/store/keep.js';
import { Keeper } from '../../src/dispatcher/store/keeper.js';
import { LogFiles } from '../../src/dispatcher/store/logs.js';
import { openSqliteStore } from '../../src/dispatcher/store/open-sqlite.js';
import { questionsOf } from '../../src/dispatcher/store/questions.js';
import { sql } from '../../src/dispatcher/store/removal.js';
import type { StepReport } from '../../src/protocol/work.js';
import type { Told } from '../../src/world/story.js';
import { type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { spawnDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { handClock } from '../support/hand-clock.js';
import { life } from '../support/lives.js';
import { modernPeer } from '../support/modern-peers.js';

const pauseMs = 50;
const dayMs = 24 * 3_600_000;

describe('--keep says', () => {
  test.each([
    ['all', { ageMs: Infinity, logBytes: Infinity, commits: Infinity }],
    ['90d', { ageMs: 90 * dayMs, logBytes: Infinity, commits: Infinity }],
    ['36h', { ageMs: 1.5 * dayMs, logBytes: Infinity, commits: Infinity }],
    ['500MB', { ageMs: Infinity, logBytes: 500_000_000, commits: Infinity }],
    ['2w,20GB,10000', { ageMs: 14 * dayMs, logBytes: 20_000_000_000, commits: 10_000 }],
  ])('%s', (text, keep) => {
    expect(parseKeep(text)).toEqual(keep);
    expect(parseKeep(spellKeep(keep))).toEqual(keep);
  });

  test.each([
    '',
    '0',
    '-1',
    '90',
    'd',
    '90 d',
    '90x',
    '0.5d',
    'all,90d',
    '90d,',
    '1e9',
    '9d 1GB',
    '90d,30d',
    '20GB,1MB',
  ])('nothing: "%s"', (text) => {
    // A number alone is so many commits.
    if (text === '90') expect(parseKeep(text)).toMatchObject({ commits: 90 });
    else expect(parseKeep(text)).toBeNull();
  });
});

describe('what is beyond it', () => {
  const nowMs = 1_000 * dayMs;
  const beyond = (text: string, ages: readonly (number | null)[], logBytes = 1e6) => {
    const keep = parseKeep(text);
    if (keep === null) throw new Error(text);
    const isBeyond = keeping(keep, nowMs);
    return ages.map((age): boolean => {
      const past: PastCommit = {
        finishedAtMs: age === null ? null : nowMs - age * dayMs,
        logBytes,
      };
      return isBeyond(past);
    });
  };

  test('is what ended longer ago than the age', () => {
    expect(beyond('90d', [1, 89, 91, 400])).toEqual([false, false, true, true]);
  });

  test('is what comes after so many commits', () => {
    expect(beyond('2', [1, 2, 3, 4])).toEqual([false, false, true, true]);
  });

  test('is what comes once the logs are as large as that', () => {
    expect(beyond('3MB', [1, 2, 3, 4, 5])).toEqual([false, false, false, true, true]);
  });

  test('is what any of several limits says', () => {
    expect(beyond('3,10d', [1, 20, 3, 4])).toEqual([false, true, false, true]);
  });

  test('is never what is not over', () => {
    expect(beyond('1', [null, null, 1])).toEqual([false, false, true]);
  });
});

/** A store with that history, its logs, and a keeper whose time passes by hand. */
function kept(text: string, entries: readonly Entry[], remembered: readonly number[] = []) {
  const folder = temporaryFolder();
  const store = openSqliteStore(folder);
  const logs = new LogFiles(join(folder, 'logs'), join(folder, 'results'));
  store.append(entries);
  for (const entry of entries) {
    if (entry.kind !== 'accepted') continue;
    const name = { commit: entry.commit, job: entry.job, number: 1 };
    logs.append(name, 0, Buffer.from(`log ${entry.job}\n`));
    logs.release(name);
    logs.publish(name);
  }
  const reading = new Database(join(folder, 'trivet.db'), { readonly: true });
  const questions = questionsOf(reading);
  const keep = parseKeep(text);
  if (keep === null) throw new Error(text);
  const clock = handClock();
  const told: Told[] = [];
  const keeper = new Keeper({
    keep,
    clock,
    store,
    logs,
    queries: { past: async (question) => questions.past(question) },
    isRemembered: (job) => remembered.includes(job),
    tell: (line) => told.push(line),
  });
  onTestFinished(() => {
    keeper.close();
    reading.close();
    store.close();
  });
  /** Until it has been through all of it, and only waits for the next hour. */
  const sweep = async () => {
    clock.pass(3_600_000);
    await eventually('it has been through', () => {
      const before = clock.called;
      clock.pass(pauseMs);
      return clock.pending === 1 && clock.called === before;
    });
  };
  const left = () => questions.commits({ most: 99 }).map((row) => row.commit);
  const files = () => [
    readdirSync(join(folder, 'results')).sort(),
    readdirSync(logFolder()).sort(),
  ];
  const logFolder = () => join(folder, 'logs', '00');
  return { store, logs, folder, told, sweep, left, files, keeper, reading };
}

/** How a step ended that printed so much. */
function told(index: number, logBytes: number): StepReport {
  return {
    ...{ number: index + 1, name: `step ${index}`, isService: false, state: 'passed' },
    ...{ isIgnored: false, exitCode: 0, reason: '', startedAfterMs: 1, durationMs: 1, logBytes },
  };
}

/** Its first run is lost, and somebody gives it up. */
const lostBefore = () => ({ verdict: 'errored', isLost: true }) as const;

/** Each a day older than the next; the last is a day old when the clock begins. */
function days(count: number, given: (number: number) => Parameters<typeof life>[1] = () => ({})) {
  return Array.from({ length: count }, (_, index) => {
    const atMs = 1_700_000_000_000 - (count - index) * dayMs;
    return life(index + 1, { atMs, ...given(index + 1) });
  }).flat();
}

describe('the keeper', () => {
  test('removes jobs, runs, entries, logs and results of what is beyond', async () => {
    const { store, sweep, left, files, told, reading } = kept('2', days(4));
    await sweep();
    expect(left()).toEqual([commit(4), commit(3)]);
    expect(store.history(1)).toEqual([]);
    const [results, logs] = files();
    expect(results).toEqual([commit(3), commit(4)]);
    expect(logs).toEqual([`${commit(3)}-3.1.log`, `${commit(4)}-4.1.log`]);
    for (const table of ['run', 'journal']) {
      const jobs = reading.prepare(`SELECT DISTINCT job FROM ${table} ORDER BY job`).pluck().all();
      expect(jobs, table).toEqual([3, 4]);
    }
    expect(told).toMatchObject([{ event: 'removed', commits: 2 }]);
  });

  test('counts the logs of steps, each as a block at least, and none where a step said nothing', async () => {
    const steps = (bytes: readonly number[]) =>
      bytes.map((logBytes, index) => told(index, logBytes));
    const large = days(6, (number) => ({ steps: steps(number < 6 ? [300_000, 200_000] : []) }));
    const one = kept('1MB', large);
    await one.sweep();
    expect(one.left()).toEqual([commit(6), commit(5)]);
    const small = days(6, () => ({ steps: steps(Array(128).fill(1)) }));
    const other = kept('2MB', small);
    await other.sweep();
    expect(other.left()).toEqual([commit(6), commit(5), commit(4)]);
    const silent = kept(
      '2MB',
      days(6, () => ({ steps: steps(Array(128).fill(0)) })),
    );
    await silent.sweep();
    expect(silent.left()).toHaveLength(6);
  });

  test('counts those of lost runs as they lie on disk', async () => {
    const { store, logs, sweep, left } = kept('1MB', days(4, lostBefore));
    for (const job of [1, 2, 3, 4]) {
      const name = { commit: commit(job), job, number: 1 };
      for (const step of [2, 257]) logs.append({ ...name, step }, 0, Buffer.alloc(300_000));
      logs.release(name);
    }
    await sweep();
    expect(left()).toEqual([commit(4)]);
    expect(store.history(3)).toEqual([]);
  });

  test('takes many bites, and reads on where it was', async () => {
    const { sweep, left } = kept('1', days(130));
    await sweep();
    expect(left()).toEqual([commit(130)]);
  });

  test('leaves the newest commit of each branch that is over, in each repository', async () => {
    const where = [
      { branch: 'main' },
      { branch: 'old' },
      { branch: 'old' },
      { branch: 'main', repository: 'other' },
      { branch: 'main' },
      { branch: 'main', verdict: null },
    ] as const;
    const { sweep, left } = kept(
      '1',
      days(6, (number) => where[number - 1]),
    );
    await sweep();
    expect(left()).toEqual([6, 5, 4, 3].map((number) => commit(number)));
  });

  test('leaves what was seen last on another branch', async () => {
    const { store, sweep, left } = kept(
      '1',
      days(3, (number) => ({ branch: number === 1 ? 'x' : 'main' })),
    );
    store.append([{ kind: 'known-on', job: 2, branch: 'x', atMs: 1_699_999_990_000 }]);
    await sweep();
    expect(left()).toEqual([3, 2].map((number) => commit(number)));
  });

  test('leaves what is not over, and all jobs of its commit', async () => {
    const entries = [
      ...days(1),
      ...life(2, { commit: commit(1), name: 'lint', verdict: null }),
      ...life(3, { commit: commit(1), repository: 'other' }),
      ...life(4, { repository: 'other' }),
      ...life(5),
    ];
    const { sweep, left } = kept('1', entries);
    await sweep();
    expect(left()).toEqual([5, 4, 1].map((number) => commit(number)));
  });

  test('leaves what the core may yet speak of', async () => {
    const { sweep, left } = kept('1', days(3), [2]);
    await sweep();
    expect(left()).toEqual([3, 2].map((number) => commit(number)));
  });

  test('finds what it removes by an index, however long the history', () => {
    const { reading } = kept('all', []);
    const names = ['commit', 'repository', 'branch', 'atMs', 'job'];
    const any = Object.fromEntries(names.map((name) => [name, null]));
    for (const [name, text] of Object.entries(sql)) {
      const plan = reading.prepare(`EXPLAIN QUERY PLAN ${text}`).all(any) as { detail: string }[];
      const details = plan.map(({ detail }) => detail).join('\n');
      expect(details, name).not.toMatch(/SCAN (job|run|journal|known_on|removed|open|other)\b/);
      expect(details, name).not.toContain('job_of_repository');
    }
  });

  test('gives no id twice, whatever goes', async () => {
    // Without a branch nothing is the newest of one.
    const entries = days(3, () => ({ branch: '', repository: null }));
    const { store, sweep, left } = kept('1h', entries);
    await sweep();
    expect(left()).toEqual([commit(3)]);
    expect(store.nextJob()).toBe(4);
  });

  test('removes what several jobs of a commit are called in the results folder', async () => {
    const lint = { commit: commit(1), name: 'lint' };
    const entries = [...days(1), ...life(2, { ...lint, atMs: 1_699_999_990_000 }), ...life(3)];
    const { folder, sweep, files } = kept('1', entries);
    const logs = new LogFiles(join(folder, 'logs'), join(folder, 'results'));
    logs.publish({ commit: commit(1), job: 1, number: 1 }, 'default');
    logs.publish({ commit: commit(1), job: 2, number: 1 }, 'demo~lint');
    await sweep();
    expect(files()).toEqual([[commit(3)], [`${commit(3)}-3.1.log`]]);
  });

  test('leaves the results of a commit that another repository has, also where they are copies', async () => {
    const shared = { commit: commit(1), repository: 'other' };
    const later = { atMs: 1_699_999_999_000 };
    const entries = [...days(2), ...life(3, { ...shared, ...later }), ...life(4)];
    const { folder, logs, sweep, files, left } = kept('1', entries);
    const copies = [null, 'default', 'demo', 'other~default'];
    for (const apart of copies) await logs.publishAll([], commit(1), apart, async () => {});
    for (const job of [1, 3]) {
      const log = { commit: commit(1), job, number: 1 };
      logs.append({ ...log, step: 1 }, 0, Buffer.from('a step\n'));
      logs.release(log);
    }
    await sweep();
    expect(left()).toEqual([commit(4), commit(1)]);
    const one = commit(1);
    expect(files()[0]).toEqual([one, `${one}.default`, `${one}.other~default`, commit(4)]);
    expect(existsSync(join(folder, 'results', `${one}.demo`))).toBe(false);
  });

  test('removes them with the last repository that has the commit', async () => {
    const shared = { commit: commit(1), repository: 'other' };
    const entries = [...days(1), ...life(2, { ...shared, atMs: 1_699_000_000_000 })];
    const { logs, sweep, files } = kept('1', [
      ...entries,
      ...life(3),
      ...life(4, { repository: 'other' }),
    ]);
    for (const apart of [null, 'demo']) await logs.publishAll([], commit(1), apart, async () => {});
    for (const job of [1, 2]) {
      const log = { commit: commit(1), job, number: 1 };
      logs.append({ ...log, step: 1 }, 0, Buffer.from('a step\n'));
      logs.release(log);
    }
    await sweep();
    expect(files()[0]).toEqual([commit(3), commit(4)]);
  });

  test('leaves a results file that somebody wrote, and one of another run', async () => {
    const shared = { commit: commit(1), repository: 'other' };
    const entries = [...days(2), ...life(3, { ...shared, atMs: 1_699_999_999_000 }), ...life(4)];
    const { folder, sweep, files, left } = kept('1', entries);
    // The commit's file is the other repository's, whose newest it is.
    rmSync(join(folder, 'results', commit(2)));
    writeFileSync(join(folder, 'results', commit(2)), 'a note of somebody');
    await sweep();
    expect(left()).toEqual([commit(4), commit(1)]);
    expect(readFileSync(join(folder, 'results', commit(1)), 'utf8')).toBe('log 3\n');
    expect(readFileSync(join(folder, 'results', commit(2)), 'utf8')).toBe('a note of somebody');
    expect(files()[1]).toEqual([`${commit(1)}-3.1.log`, `${commit(4)}-4.1.log`]);
  });

  test('makes no observer hand over again what it removed', async () => {
    const { store, sweep } = kept('1', days(3));
    await sweep();
    expect(store.jobsOf(commit(1))).toEqual([]);
    expect(store.hasJob(commit(1), 'demo')).toBe(true);
    expect(store.hasJob(commit(1), 'other')).toBe(false);
    expect(store.hasJob(commit(7), 'demo')).toBe(false);
  });

  test('remembers so many removed commits of each repository, and no more', () => {
    const { store } = kept('all', []);
    const commits = Array.from({ length: 10_300 }, (_, index) => commit(index + 1));
    store.append(commits.flatMap((_, index) => life(index + 1, { branch: '' })));
    store.append(life(20_000, { repository: 'other' }));
    store.remove(commits.map((one) => ({ repository: 'demo', commit: one })));
    const known = commits.filter((one) => store.hasJob(one, 'demo'));
    expect(known).toEqual(commits.slice(-10_240));
  });

  test('keeps all where it is told so, and asks nothing', async () => {
    const { sweep, left } = kept('all', days(3));
    await sweep();
    expect(left()).toHaveLength(3);
  });

  test('says why it could not go on, and goes on an hour later', async () => {
    const { store, sweep, left, told } = kept('1', days(3));
    const remove = store.remove.bind(store);
    store.remove = () => {
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    };
    await sweep();
    expect(told).toMatchObject([{ event: 'not-removed', level: 'warn' }]);
    store.remove = remove;
    await sweep();
    expect(left()).toEqual([commit(3)]);
  });
});

test('a dispatcher at work removes what its --keep lets go, and tells observers that it had it', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'data'));
  const store = openSqliteStore(join(folder, 'data'));
  const logs = new LogFiles(join(folder, 'data', 'logs'), join(folder, 'results'));
  const now = Date.now();
  for (let number = 1; number <= 40; number += 1) {
    store.append(life(number, { atMs: now - (141 - number) * dayMs }));
    logs.append({ commit: commit(number), job: number, number: 1 }, 0, Buffer.from('fine\n'));
    logs.publish({ commit: commit(number), job: number, number: 1 });
  }
  store.append(life(41, { atMs: now - 80 * dayMs }));
  logs.close();
  store.close();

  const { port, told } = await spawnDispatcher(folder);
  const removed = await eventually('it removes', () =>
    told.find(({ event }) => event === 'removed'),
  );
  expect(removed).toMatchObject({ commits: 40 });
  expect(existsSync(join(folder, 'results', commit(1)))).toBe(false);
  expect(await type(port, `verdict:${commit(1)}`)).toBe('unknown\n');
  expect(await type(port, `verdict:${commit(41)}`)).toBe('passed\n');
  const handedOver = [commit(39), commit(40), commit(41), commit(99)];
  const hello = { role: 'observer', name: 'eve', repository: 'demo', handedOver } as const;
  const eve = await modernPeer(port, hello);
  const welcome = eve.heard.find(({ verb }) => verb === 'welcome');
  expect(welcome).toMatchObject({ body: { lacks: [commit(99)], isNew: false } });
});
