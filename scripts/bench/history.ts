/**
 * Owns the long history: a store with a million finished jobs, what each question about it takes,
 * and what an append costs meanwhile. Beside it the append while nobody asks anything.
 */

import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Entry } from '../../src/dispatcher/core/journal.js';
import { openSqliteStore } from '../../src/dispatcher/store/open-sqlite.js';
import type { Queries } from '../../src/dispatcher/store/queries.js';
import { QueryThread } from '../../src/dispatcher/store/query-thread.js';
import type { SqliteStore } from '../../src/dispatcher/store/sqlite.js';
import { type Commit, type RunId, runId } from '../../src/protocol/ids.js';
import { defaultJob } from '../../src/protocol/job-bodies.js';
import { type Benchmark, type Figure, quantile } from './figures.js';
import { inRoom } from './room.js';

const jobs = 1_000_000;
const repositories = 4;
const branches = 50;
const runners = 100;
const asked = 500;
const appended = 500;

export const history: Benchmark = {
  name: 'history',
  says: `questions about ${jobs.toLocaleString('en')} finished jobs`,
  run: () =>
    inRoom(async (room) => {
      const startedAt = performance.now();
      const path = remember(room.folder);
      const madeInS = (performance.now() - startedAt) / 1_000;
      const store = openSqliteStore(room.folder);
      const queries = new QueryThread(path);
      try {
        const first = await took(() => queries.commits({ most: 1 }));
        const alone = await appends(store);
        const figures: Figure[] = [];
        for (const [says, ask] of Object.entries(questions(queries))) {
          const samples: number[] = [];
          for (let time = 0; time < asked; time += 1) samples.push(await took(() => ask(time)));
          figures.push({ says, unit: 'ms', samples, target: 5 });
        }
        const end = whileAsked(queries);
        const meanwhile = await appends(store);
        const answered = await end();
        const floor: Figure = { says: 'append, while nobody asks', unit: 'ms', samples: alone };
        const p99s = figures.map(({ samples }) => quantile(samples, 0.99).toFixed(2));
        return {
          figures: [
            ...figures,
            { says: 'append, while 8 ask all the time', unit: 'ms', samples: meanwhile, floor },
          ],
          floors: [floor],
          notes: [
            `Worst 1 % of each question: ${p99s.join(', ')} ms.`,
            `${answered} answers during those ${appended} appends. The first question, which ` +
              `starts the thread: ${first.toFixed(0)} ms. The store was made in ${madeInS.toFixed(0)} s.`,
          ],
        };
      } finally {
        await queries.close();
        store.close();
      }
    }),
};

type Ask = (time: number) => Promise<readonly unknown[]>;

/** Each about something else at each time. */
function questions(queries: Queries): Readonly<Record<string, Ask>> {
  const repository = (time: number) => `repository-${time % repositories}`;
  const branch = (time: number) => `branch-${time % branches}`;
  const before = (time: number) => ({ atMs: 0, job: 1 + ((time * 7_919) % jobs) });
  return {
    '50 commits of all': (time) => queries.commits({ before: before(time), most: 50 }),
    '50 commits of a repository': (time) =>
      queries.commits({ repository: repository(time), before: before(time), most: 50 }),
    '50 commits of a branch': (time) =>
      queries.commits({ repository: repository(time), branch: branch(time), most: 50 }),
    "a commit's story": (time) => queries.story({ commit: commitOf(1 + ((time * 7_919) % jobs)) }),
    '50 runs of a runner': (time) =>
      queries.runsOf({ runner: `runner-${time % runners}`, most: 50 }),
    '50 branches of a repository': (time) =>
      queries.branches({ repository: repository(time), most: 50 }),
    '50 durations of a job': (time) =>
      queries.durations({ repository: repository(time), name: 'lint', most: 50 }),
  };
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Asks eight questions at a time, until that is called; answers how many were answered. */
function whileAsked(queries: Queries): () => Promise<number> {
  let isOver = false;
  let answered = 0;
  const all = Object.values(questions(queries));
  const ask = async (first: number) => {
    for (let time = first; !isOver; time += 1) {
      await all[time % all.length]?.(time);
      answered += 1;
    }
  };
  const asking = Array.from({ length: 8 }, (_, index) => ask(index));
  return async () => {
    isOver = true;
    await Promise.all(asking);
    return answered;
  };
}

/** As a dispatcher appends: a few entries at a time, other things between. */
async function appends(store: SqliteStore): Promise<number[]> {
  const samples: number[] = [];
  for (let time = 0; time < appended; time += 1) {
    const entries = life(store.nextJob());
    const startedAt = performance.now();
    store.append(entries);
    samples.push(performance.now() - startedAt);
    await new Promise(setImmediate);
  }
  return samples;
}

/** As SQL computes it in `remember`; two jobs have one commit. */
function commitOf(job: number): Commit {
  const number = Math.floor(job / 2);
  const mixed = Number((BigInt(number) * 2_654_435_761n) % 4_294_967_296n);
  const digits = mixed.toString(16).padStart(8, '0') + number.toString(16).padStart(32, '0');
  return digits as Commit;
}

function life(job: number): Entry[] {
  const atMs = 1_800_000_000_000 + job;
  const run: RunId = runId('11111111', job);
  const who = { branch: 'branch-0', author: 'Ada', subject: `Change ${job}`, by: 'observer O' };
  const what = { ...defaultJob, repository: 'repository-0', commit: commitOf(2 * job) };
  const ending = { exitCode: 0, signal: null, reason: '', logBytes: 100, durationMs: 1_000 };
  return [
    { kind: 'accepted', job, atMs, ...what, ...who },
    { kind: 'leased', job, atMs, run, number: 1, runner: 'runner-0', classic: false },
    { kind: 'finished', job, atMs, run, verdict: 'passed', ...ending },
  ];
}

/**
 * Makes that store, table by table: a million jobs through `append` would take minutes. Answers its
 * path. What it writes is what `append` would; indexes are made last, as that is faster.
 */
function remember(folder: string): string {
  openSqliteStore(folder).close();
  const path = join(folder, 'trivet.db');
  const database = new Database(path);
  database.pragma('journal_mode = OFF');
  database.pragma('synchronous = OFF');
  database.pragma('cache_size = -200000');
  const indexes = database
    .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    .all() as { name: string; sql: string }[];
  for (const { name } of indexes) database.exec(`DROP INDEX ${name}`);
  database.exec(`
    CREATE TEMP TABLE made AS
      WITH RECURSIVE n (job) AS (SELECT 1 UNION ALL SELECT job + 1 FROM n WHERE job < ${jobs})
      SELECT job, 1700000000000 + job * 1000 AS at,
        'repository-' || (job / 2 % ${repositories}) AS repository,
        printf('%08x%032x', job / 2 * 2654435761 % 4294967296, job / 2) AS "commit",
        'branch-' || (job / 8 % ${branches}) AS branch,
        CASE job % 2 WHEN 0 THEN 'default' ELSE 'lint' END AS name,
        printf('00000000-%08d', job) AS run, 'runner-' || (job % ${runners}) AS runner,
        CASE job % 5 WHEN 0 THEN 'failed' ELSE 'passed' END AS verdict
      FROM n;
    INSERT INTO job (id, repository, commit_id, branch, author, subject, accepted_at_ms, verdict,
                     finished_at_ms, name)
      SELECT job, repository, "commit", branch, 'Ada', 'Change ' || job, at, verdict, at + 900, name
      FROM made;
    INSERT INTO run (id, job, number, runner, leased_at_ms, ended_at_ms, ending, exit_code,
                     log_bytes, duration_ms)
      SELECT run, job, 1, runner, at, at + 900, verdict, 0, 100, 900 FROM made;
    INSERT INTO branch
      SELECT repository, branch, max(accepted_at_ms), max(id) FROM job GROUP BY repository, branch;
    INSERT INTO journal (job, at_ms, kind, entry)
      SELECT job, at + column1, column2, CASE column2
        WHEN 'accepted' THEN json_object('kind', column2, 'job', job, 'repository', repository,
          'commit', "commit", 'name', name, 'labels', json('[]'), 'needs', json('[]'), 'group', NULL,
          'branch', branch, 'author', 'Ada', 'subject', 'Change ' || job, 'by', 'O', 'atMs', at)
        WHEN 'leased' THEN json_object('kind', column2, 'job', job, 'run', run, 'number', 1,
          'runner', runner, 'classic', json('false'), 'atMs', at)
        ELSE json_object('kind', column2, 'job', job, 'run', run, 'verdict', verdict, 'exitCode', 0,
          'signal', NULL, 'reason', '', 'logBytes', 100, 'durationMs', 900, 'atMs', at + 900) END
      FROM made CROSS JOIN (VALUES (0, 'accepted'), (0, 'leased'), (900, 'finished'));
    ${indexes.map(({ sql }) => sql).join(';\n')};
  `);
  database.close();
  return path;
}
