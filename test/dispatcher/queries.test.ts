import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openSqliteStore } from '../../src/dispatcher/store/open-sqlite.js';
import { QueryThread } from '../../src/dispatcher/store/query-thread.js';
import { sql as now, questionsOf } from '../../src/dispatcher/store/questions.js';
import { sql as then } from '../../src/dispatcher/store/then-questions.js';
import { commit } from '../support/commits.js';
import { temporaryFolder } from '../support/git.js';
import { life } from '../support/lives.js';

/** A store at work, and what answers questions about it upon a second connection. */
function opened() {
  const folder = temporaryFolder();
  const store = openSqliteStore(folder);
  const path = join(folder, 'trivet.db');
  const reading = new Database(path, { readonly: true });
  onTestFinished(() => {
    reading.close();
    store.close();
  });
  return { store, queries: questionsOf(reading), path };
}

/** Works on the file as no process of ours does. */
function by<Out>(path: string, work: (database: Database.Database) => Out): Out {
  const database = new Database(path);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

test('each question is answered by an index: its cost does not grow with the history', () => {
  const { path } = opened();
  const names = ['job', 'atMs', 'repository', 'branch', 'commit', 'runner', 'leasedAtMs', 'run'];
  const any = Object.fromEntries(
    [...names, 'name', 'after', 'upTo', 'rows'].map((name) => [name, null]),
  );
  const details = (text: string) =>
    by(path, (database) => database.prepare(`EXPLAIN QUERY PLAN ${text}`).all(any));
  const plans = Object.fromEntries(
    Object.entries({ ...now, ...then }).map(([name, text]) => [
      name,
      (details(text) as { detail: string }[]).map(({ detail }) => detail).join('\n'),
    ]),
  );
  for (const [name, plan] of Object.entries(plans)) {
    expect(plan, name).not.toMatch(/SCAN (job|run|step|journal|branch|known_on)\b/);
    // The few rows of one answer may be sorted, or a commit's jobs.
    if (name !== 'durations') expect(plan, name).not.toContain('TEMP B-TREE');
  }
  expect(plans['ofBranch']).toContain('MERGE (UNION ALL)');
  expect(plans['durations']).toContain('job_judged');
  expect(plans['runs']).toContain('run_of_runner');
  expect(plans['branches']).toContain('branch_newest');
});

describe('the newest commits', () => {
  test('come first, each with its jobs and their verdicts, page by page', () => {
    const { store, queries } = opened();
    const lint = { commit: commit(2), name: 'lint', verdict: 'failed' } as const;
    store.append([...life(1), ...life(2), ...life(3, lint), ...life(4, { verdict: null })]);
    const [newest, middle] = queries.commits({ repository: 'demo', most: 2 });
    expect(newest).toMatchObject({
      commit: commit(4),
      subject: 'Change 4',
      branch: 'main',
      jobs: [{ name: 'default', verdict: null, finishedAtMs: null }],
    });
    expect(middle?.jobs).toMatchObject([
      { job: 2, name: 'default', verdict: 'passed' },
      { job: 3, name: 'lint', verdict: 'failed' },
    ]);
    if (middle === undefined) throw new Error('no second commit');
    const rest = queries.commits({ before: middle.position, most: 2 });
    expect(rest.map((row) => row.commit)).toEqual([commit(1)]);
  });

  test('are those of one repository, or of all', () => {
    const { store, queries } = opened();
    store.append([...life(1), ...life(2, { repository: 'other', commit: commit(1) })]);
    store.append(life(3, { repository: null, branch: '' }));
    const jobs = (repository?: string | null) => {
      const rows = queries.commits({
        most: 9,
        ...(repository === undefined ? {} : { repository }),
      });
      return rows.map((row) => row.jobs.map(({ job }) => job));
    };
    expect(jobs()).toEqual([[3], [2], [1]]);
    expect(jobs('demo')).toEqual([[1]]);
    expect(jobs(null)).toEqual([[3]]);
    expect(jobs('unheard of')).toEqual([]);
  });

  test('of a branch are in the order in which they were seen there', () => {
    const { store, queries } = opened();
    store.append([...life(1, { branch: 'x' }), ...life(2), ...life(3, { branch: 'y' })]);
    const later = 1_700_000_000_010;
    store.append([{ kind: 'known-on', job: 1, branch: 'main', atMs: later }]);
    const most = { repository: 'demo', branch: 'main', most: 9 };
    const rows = queries.commits(most);
    expect(rows.map((row) => row.commit)).toEqual([commit(1), commit(2)]);
    const [merged] = rows;
    if (merged === undefined) throw new Error('no commit');
    expect(merged.position).toEqual({ atMs: later, job: 1 });
    const before = queries.commits({ ...most, before: merged.position });
    expect(before.map((row) => row.commit)).toEqual([commit(2)]);
  });

  test('of a branch that came back to one stand where they were seen last', () => {
    const { store, queries } = opened();
    store.append([...life(1), ...life(2)]);
    const later = 1_700_000_000_010;
    const back = { kind: 'known-on', job: 1, branch: 'main', atMs: later, again: true } as const;
    // Twice within a millisecond.
    store.append([back, back]);
    expect(store.newestOn('demo', 'main')).toBe(commit(1));
    const rows = queries.commits({ repository: 'demo', branch: 'main', most: 9 });
    expect(rows.map((row) => row.commit)).toEqual([commit(1), commit(2)]);
    expect(rows[0]?.position).toEqual({ atMs: later, job: 1 });
    const [branch] = queries.branches({ repository: 'demo', most: 9 });
    expect(branch).toMatchObject({ branch: 'main', atMs: later, newest: { commit: commit(1) } });
  });

  test('are few where each has many jobs: an answer is bounded', () => {
    const { store, queries } = opened();
    for (let number = 0; number < 600; number += 1) {
      store.append(life(number + 1, { commit: commit(number % 3), name: `job-${number}` }));
    }
    const [row, ...others] = queries.commits({ most: 9 });
    expect(others).toHaveLength(2);
    expect(row?.jobs).toHaveLength(200);
  });
});

test('a commit’s story holds each of its jobs with its entries', () => {
  const { store, queries } = opened();
  const [one, two] = [life(1), life(2, { commit: commit(1), repository: 'other' })];
  store.append([...one, ...two, ...life(3)]);
  const story = queries.story({ commit: commit(1) });
  expect(story.map(({ repository, entries }) => ({ repository, entries }))).toEqual([
    { repository: 'demo', entries: one },
    { repository: 'other', entries: two },
  ]);
  expect(queries.story({ commit: commit(9) })).toEqual([]);
});

test('a commit is known as it was at any entry of the journal', () => {
  const { store, queries } = opened();
  const [one, two] = [life(1), life(2, { commit: commit(1), name: 'lint' })];
  const known = { kind: 'known-on', job: 1, atMs: 1_700_000_000_009, branch: 'next' } as const;
  store.append([...one, ...two, known]);
  const which = { repository: 'demo', commit: commit(1) };
  const then = (upTo: number) =>
    queries.commitThen({ ...which, upTo }).map(({ name, last }) => [name, last?.kind ?? null]);
  expect(then(2)).toEqual([
    ['default', 'accepted'],
    ['lint', null],
  ]);
  expect(then(6)).toEqual([
    ['default', 'finished'],
    ['lint', 'finished'],
  ]);
  const sightings = (upTo: number) => queries.sightings({ job: 1, upTo, most: 9 });
  expect(sightings(6)).toEqual([]);
  expect(sightings(7)).toEqual([{ branch: 'next', atMs: known.atMs }]);
  expect(queries.life({ job: 1, upTo: 2, most: 9 })).toEqual(one.slice(0, 2));
  expect(queries.life({ job: 1, upTo: 3, most: 1 })).toEqual(one.slice(2));
});

test('of a job that was tried for weeks a story holds the newest entries', () => {
  const { store, queries } = opened();
  const entries = life(1);
  const [leased] = entries.splice(1, 1);
  if (leased?.kind !== 'leased') throw new Error('no lease');
  const { run, runner, atMs } = leased;
  const back = { kind: 'handed-back', job: 1, atMs, run, runner } as const;
  store.append([...entries.slice(0, 1), leased]);
  for (let number = 0; number < 300; number += 1) {
    store.append([{ ...back, reason: 'could-not-fetch', detail: `try ${number}` }]);
  }
  const [job] = queries.story({ commit: commit(1) });
  expect(job?.entries).toHaveLength(200);
  expect(job?.entries.at(-1)).toMatchObject({ detail: 'try 299' });
});

test('the runs of a runner come newest first, with what they tested', () => {
  const { store, queries } = opened();
  store.append([...life(1), ...life(2, { runner: 'bob' }), ...life(3, { verdict: null })]);
  const [newest, ...rest] = queries.runsOf({ runner: 'ada', most: 9 });
  expect(newest).toMatchObject({ commit: commit(3), number: 1, ending: null, endedAtMs: null });
  expect(rest).toMatchObject([{ commit: commit(1), repository: 'demo', ending: 'passed' }]);
  if (newest === undefined) throw new Error('no run');
  expect(queries.runsOf({ runner: 'ada', before: newest, most: 9 })).toEqual(rest);
});

test('branches come in the order in which they moved last, with their newest commit', () => {
  const { store, queries } = opened();
  store.append([...life(1, { branch: 'x' }), ...life(2, { branch: 'y', verdict: 'failed' })]);
  store.append([...life(3, { branch: 'x' }), ...life(4, { repository: 'other' })]);
  const rows = queries.branches({ repository: 'demo', most: 9 });
  expect(rows).toMatchObject([
    { branch: 'x', newest: { commit: commit(3), jobs: [{ verdict: 'passed' }] } },
    { branch: 'y', newest: { commit: commit(2), jobs: [{ verdict: 'failed' }] } },
  ]);
  const [first] = rows;
  if (first === undefined) throw new Error('no branch');
  const rest = queries.branches({ repository: 'demo', before: first, most: 9 });
  expect(rest).toEqual(rows.slice(1));
});

test('durations are those of the runs that judged last, job by job', () => {
  const { store, queries } = opened();
  store.append([...life(1, { durationMs: 100 }), ...life(2, { durationMs: 200 })]);
  store.append(life(3, { name: 'lint', durationMs: 7 }));
  store.append([
    ...life(4, { verdict: 'cancelled', durationMs: 1 }),
    ...life(5, { verdict: null }),
  ]);
  const of = (name: string) => queries.durations({ repository: 'demo', name, most: 9 });
  expect(of('default')).toEqual([200, 100]);
  expect(of('lint')).toEqual([7]);
});

describe('the thread that reads', () => {
  function threaded() {
    const { store, path } = opened();
    const queries = new QueryThread(path);
    onTestFinished(() => queries.close());
    return { store, queries, path };
  }

  test('is started by the first question, and sees what was appended before it', async () => {
    const { store, queries } = threaded();
    store.append(life(1));
    expect(await queries.commits({ most: 1 })).toHaveLength(1);
    store.append(life(2));
    expect(await queries.commits({ most: 9 })).toHaveLength(2);
  });

  test('that dies fails what it was asked, and the next question starts another', async () => {
    const { store, queries, path } = threaded();
    const gone = new QueryThread(join(path, 'nowhere'));
    onTestFinished(() => gone.close());
    await expect(gone.commits({ most: 1 })).rejects.toThrow('has ended');
    await expect(gone.commits({ most: 1 })).rejects.toThrow('has ended');
    store.append(life(1));
    expect(await queries.commits({ most: 1 })).toHaveLength(1);
  });

  test('hands on an error of one question, and goes on with the others', async () => {
    const { store, queries, path } = threaded();
    store.append([...life(1), ...life(2)]);
    by(path, (database) => database.exec("UPDATE journal SET entry = '{}' WHERE job = 1"));
    await expect(queries.story({ commit: commit(1) })).rejects.toThrow('The store is damaged');
    expect(await queries.story({ commit: commit(2) })).toHaveLength(1);
  });

  test('has so many questions before it, and no more', async () => {
    const { queries } = threaded();
    const asked = Array.from({ length: 1_001 }, () => queries.commits({ most: 1 }));
    const all = await Promise.allSettled(asked);
    expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });

  test('is gone when the store is closed, with what it was asked', async () => {
    const { queries } = threaded();
    const asked = queries.commits({ most: 1 });
    const failed = expect(asked).rejects.toThrow('has ended');
    await queries.close();
    await failed;
    await expect(queries.commits({ most: 1 })).rejects.toThrow('closed');
  });
});
