import { appendFileSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Job } from '../../src/dispatcher/core/job.js';
import type { Entry } from '../../src/dispatcher/core/journal.js';
import { openSqliteStore } from '../../src/dispatcher/store/open-sqlite.js';
import type { SqliteStore } from '../../src/dispatcher/store/sqlite.js';
import { defaultJob } from '../../src/protocol/job-bodies.js';
import { UsageError } from '../../src/world/exit.js';
import { commit } from '../support/commits.js';
import { replayed } from '../support/dispatcher-journal.js';
import { scenario } from '../support/dispatcher-scenario.js';
import { temporaryFolder } from '../support/git.js';

/** A store that is closed after the test, and its folder. */
function opened(folder = temporaryFolder()): {
  store: SqliteStore;
  folder: string;
  close: () => void;
} {
  const store = openSqliteStore(folder);
  let isOpen = true;
  const close = () => {
    if (isOpen) store.close();
    isOpen = false;
  };
  onTestFinished(close);
  return { store, folder, close };
}

/** What a second process would read. */
function query<Row>(folder: string, sql: string, ...values: unknown[]): Row[] {
  const database = new Database(join(folder, 'trivet.db'), { readonly: true });
  try {
    return database.prepare(sql).all(...values) as Row[];
  } finally {
    database.close();
  }
}

/** The life of some commits: passed, failed and run again, given up, lost, cancelled, waiting. */
function lives(): Entry[] {
  const s = scenario();
  s.given(() => {
    s.observer('eve', { repository: 'demo' });
    s.runner('ada', { capacity: 2 });
    for (const number of [1, 2, 3, 4, 5]) s.dispatch(number, 'eve');
    s.reports('ada', s.runOf(1), { durationMs: 12.5, logBytes: 7 });
    s.reports('ada', s.runOf(2), { end: 'failed', exitCode: 1 });
    s.rerun(2);
    s.handsBack('ada', s.runOf(3), 'could-not-fetch', 'no route');
    s.cancel(5);
    s.leaves('ada');
    s.runner('bob', { runs: [s.runOf(4)] });
  });
  return s.journal;
}

const refusal = (folder: string): string => {
  try {
    openSqliteStore(folder).close();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'opened';
};

describe('what was appended', () => {
  test('A32: is there after the process is gone, job by job and in order', () => {
    const entries = lives();
    const { store, folder, close } = opened();
    store.append(entries);
    close();

    const { store: again } = opened(folder);
    const open = [...replayed(entries).values()].filter(({ state }) => state.kind !== 'finished');
    const ids = new Set(open.map(({ id }) => id));
    expect(open.length).toBeGreaterThan(1);
    expect(again.unfinished()).toEqual(entries.filter(({ job }) => ids.has(job)));
    expect(again.history(1)).toEqual(entries.filter(({ job }) => job === 1));
    expect(again.nextJob()).toBe(6);
    expect(again.lastAtMs()).toBe(entries.at(-1)?.atMs);
    expect(again.repositories()).toEqual(['demo']);
    expect(again.history(99)).toEqual([]);
  });

  test('has a number of its own, one after the other, which is never given again', () => {
    const [one, two, ...rest] = lives();
    if (one === undefined || two === undefined) throw new Error('too short a life');
    const { store, folder, close } = opened();
    expect(store.append([one, two])).toBe(2);
    close();
    const { store: again } = opened(folder);
    expect(() => again.append([one])).toThrow();
    expect(again.append(rest)).toBe(2 + rest.length);
    const seqs = query<{ seq: number }>(folder, 'SELECT seq FROM journal ORDER BY seq');
    expect(seqs.map(({ seq }) => seq)).toEqual(Array.from(lives(), (_, index) => index + 1));
  });

  test('derives rows that say what replaying says', () => {
    const entries = lives();
    const { store, folder } = opened();
    for (const entry of entries) store.append([entry]);
    const jobs = [...replayed(entries).values()];

    expect(query(folder, 'SELECT id, commit_id, verdict FROM job ORDER BY id')).toEqual(
      jobs.map((job) => ({ id: job.id, commit_id: job.commit, verdict: verdictOf(job) })),
    );
    const rows = query<{ id: string; job: number; number: number; runner: string; open: number }>(
      folder,
      'SELECT id, job, number, runner, ending IS NULL AS open FROM run ORDER BY job, number',
    );
    expect(rows).toEqual(
      jobs.flatMap(({ id: job, runs }) =>
        runs.map(({ id, number, runner, end }) => ({
          id,
          job,
          number,
          runner,
          open: end === null ? 1 : 0,
        })),
      ),
    );
    for (const job of jobs) {
      expect(store.jobsOf(job.commit)).toEqual([
        {
          id: job.id,
          commit: job.commit,
          name: job.name,
          verdict: verdictOf(job),
        },
      ]);
    }
  });

  test('A26: tells whether a run’s result was recorded, also after a rerun', () => {
    const entries = lives();
    const { store } = opened();
    store.append(entries);
    const recorded = entries.flatMap((entry) =>
      entry.kind === 'finished' ? (entry.run ?? []) : [],
    );
    const runs = entries.flatMap((entry) => (entry.kind === 'leased' ? entry.run : []));
    expect(runs.length).toBeGreaterThan(recorded.length);
    expect(runs.filter((run) => store.isRecorded(run))).toEqual(recorded);
  });

  test('is all there or nothing: a transaction that cannot be whole leaves no trace', () => {
    const { store, folder } = opened();
    const [accepted, leased] = lives();
    if (accepted === undefined || leased === undefined) throw new Error('too short a life');
    expect(() => store.append([accepted, accepted])).toThrow();
    expect(query(folder, 'SELECT * FROM journal')).toEqual([]);
    expect(store.nextJob()).toBe(1);
    expect(store.lastAtMs()).toBe(0);
  });

  test('any fraction of a millisecond and any length of log fit their columns', () => {
    const { store } = opened();
    const accepted = {
      kind: 'accepted',
      repository: null,
      ...defaultJob,
      branch: '',
      author: '',
      subject: '',
      by: 'eve',
    } as const;
    const numbers = fc.tuple(
      fc.double({ min: 0, max: Number.MAX_SAFE_INTEGER, noNaN: true }),
      fc.maxSafeNat(),
    );
    let job = 0;
    fc.assert(
      fc.property(numbers, ([durationMs, logBytes]) => {
        job += 1;
        const ending = { verdict: 'passed', exitCode: 0, signal: null, reason: '' } as const;
        const at = { job, atMs: 1 };
        const run = `0badcafe-${job}` as Job['runs'][number]['id'];
        store.append([
          { ...accepted, ...at, commit: commit(job) },
          { kind: 'leased', run, number: 1, runner: 'ada', classic: false, ...at },
          { kind: 'finished', run, ...ending, durationMs, logBytes, ...at },
        ]);
        expect(store.isRecorded(run)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('start-up', () => {
  test('reads what is unfinished by an index as long as the queue, not as the history', () => {
    const { folder } = opened();
    const plan = query<{ detail: string }>(
      folder,
      `EXPLAIN QUERY PLAN SELECT entry FROM journal
       WHERE job IN (SELECT id FROM job WHERE verdict IS NULL) ORDER BY seq`,
    ).map(({ detail }) => detail);
    expect(plan.join('\n')).toContain('job_unfinished');
    expect(plan.join('\n')).toContain('journal_of_job (job=?)');
    expect(plan.join('\n')).not.toMatch(/SCAN journal/);
  });

  test('finds the next id and the names of repositories without reading every job', () => {
    const { folder } = opened();
    const plan = query<{ detail: string }>(folder, 'EXPLAIN QUERY PLAN SELECT max(id) FROM job');
    expect(plan.map(({ detail }) => detail)).toEqual(['SEARCH job']);
  });
});

describe('a folder that cannot be used is refused with a sentence', () => {
  test('a store of a newer Trivet', () => {
    const { folder, close } = opened();
    close();
    const database = new Database(join(folder, 'trivet.db'));
    database.pragma('user_version = 99');
    database.close();
    expect(refusal(folder)).toMatch(/made by a newer Trivet \(its version is 99, ours is \d+\)/);
    expect(refusal(folder)).toMatch(/newer Trivet/);
  });

  test('a folder that another dispatcher uses', () => {
    const { folder, close } = opened();
    expect(refusal(folder)).toBe(
      `Another dispatcher uses the data folder ${folder}: stop it, or choose --data.`,
    );
    close();
    expect(refusal(folder)).toBe('opened');
  });

  test('a file that is no database', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'trivet.db'), 'this is not a database, '.repeat(100));
    expect(refusal(folder)).toMatch(/^The store in .* is damaged .*: restore a copy/);
  });

  test('somebody else’s database', () => {
    const folder = temporaryFolder();
    const database = new Database(join(folder, 'trivet.db'));
    database.exec('CREATE TABLE recipe (name TEXT)');
    database.close();
    expect(refusal(folder)).toMatch(/is not Trivet's: choose another folder/);
  });

  test('a database that lost its end', () => {
    const { store, folder, close } = opened();
    store.append(lives());
    close();
    truncateSync(join(folder, 'trivet.db'), 5_000);
    appendFileSync(join(folder, 'trivet.db'), Buffer.alloc(3_000, 0x5a));
    expect(refusal(folder)).toMatch(/is damaged/);
  });

  test('a file in its place', () => {
    const path = join(temporaryFolder(), 'data');
    writeFileSync(path, '');
    expect(refusal(path)).toMatch(/^Cannot use the data folder .*data \(EEXIST\)/);
    expect(refusal(join(path, 'deeper'))).toMatch(/^Cannot use the data folder .* \(ENOTDIR\)/);
  });

  test('a folder in the database’s place', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'trivet.db'));
    expect(refusal(folder)).toMatch(/^Cannot use the data folder/);
  });
});

function verdictOf({ state }: Job): string | null {
  return state.kind === 'finished' ? state.verdict : null;
}
