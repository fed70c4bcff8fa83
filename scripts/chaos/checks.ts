/**
 * Owns the judgement over what is on disk after the storm, by the laws of the simulated worlds:
 * the same ledger reads the journal; the suites' own notes and the outputs are held against it.
 * Trusts nothing that a process told.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Entry, JobId } from '../../src/dispatcher/core/journal.js';
import { lostRunsMax } from '../../src/dispatcher/core/rules.js';
import { type Broken, laws } from '../../test/simulation/laws.js';
import { Ledger, type LedgerJob } from '../../test/simulation/ledger.js';
import type { Expected, Project } from './project.js';

export interface Check {
  readonly says: string;
  /** How it was broken, one line each time. */
  readonly violations: readonly string[];
}

export interface Judgement {
  readonly checks: readonly Check[];
  /** Commits that were pushed and have no verdict. */
  readonly lost: number;
  /** Verdicts beyond the first. */
  readonly doubled: number;
  readonly runs: number;
  readonly lostRuns: number;
  /** Commits that cost three runners in the storm, and were errored with that evidence. */
  readonly poisoned: number;
  /** From the loss of a run to what came next for its job, at most. */
  readonly longestRecoveryMs: number;
}

/** What can be judged from the disk alone. */
const judged = [
  'kept',
  'same',
  'verdict',
  'single',
  'lease',
  'poison',
  'once',
  'truth',
  'log',
] as const;

/** Whether every commit that was pushed has its verdict by now. */
export function areAllFinished(data: string, expected: readonly Expected[]): boolean {
  return withStore(data, (database) => {
    const done = database
      .prepare('SELECT count(DISTINCT commit_id) FROM job WHERE verdict IS NOT NULL')
      .pluck()
      .get();
    return Number(done) >= expected.length;
  });
}

export function judge(data: string, results: string, project: Project): Judgement {
  const broken: Broken[] = [];
  const ledger = new Ledger((law, how) => broken.push({ law, how }));
  const journal = readJournal(data);
  for (const entry of journal) ledger.happened(entry);
  const jobs = [...ledger.jobs.values()];
  for (const expected of project.expected) {
    const [job] = ledger.jobsOf(expected.commit);
    const completed = project.witnessed('completed', expected.commit);
    const result = join(results, expected.commit);
    for (const law of judgeOne(expected, job, completed, result)) broken.push(law);
  }
  return {
    checks: judged.map((law) => ({
      says: laws[law],
      violations: broken.filter((one) => one.law === law).map(({ how }) => how),
    })),
    lost: project.expected.filter(({ commit }) => !ledger.jobsOf(commit)[0]?.verdict).length,
    doubled: count(journal, 'finished') - jobs.filter(({ verdict }) => verdict !== null).length,
    runs: jobs.reduce((sum, { runs }) => sum + runs.length, 0),
    lostRuns: count(journal, 'lost'),
    poisoned: jobs.filter(isPoisoned).length,
    longestRecoveryMs: longestRecoveryMs(journal),
  };
}

/** What the ledger cannot see: how the commit's suite was to end, did end, and what it printed. */
function* judgeOne(
  { commit, verdict, output }: Expected,
  job: LedgerJob | undefined,
  completed: readonly string[],
  result: string,
): Generator<Broken> {
  const name = commit.slice(0, 7);
  if (job === undefined) return yield { law: 'kept', how: `${name} was never accepted` };
  if (job.verdict === null) yield { law: 'verdict', how: `${name} has none` };
  for (const run of job.runs) {
    const times = completed.filter((id) => id === run.id).length;
    if (times > 1) yield { law: 'once', how: `${name}: run ${run.id} ended ${times} times` };
    if (times > 0 && run.end === null) {
      yield { law: 'once', how: `${name}: run ${run.id} ended, and nobody heard of it` };
    }
    if (times === 0 && run.end === 'finished') {
      yield { law: 'truth', how: `${name} got its verdict from run ${run.id}, which did not end` };
    }
  }
  if (isPoisoned(job)) return;
  if (job.verdict !== verdict)
    yield { law: 'truth', how: `${name} is ${job.verdict}, not ${verdict}` };
  const isThere = existsSync(result);
  if (!isThere || readFileSync(result, 'latin1') !== output) {
    yield { law: 'log', how: `${name}: ${isThere ? 'other bytes' : 'no output'}` };
  }
}

/** In a storm three runners may be lost without any fault of the commit. */
function isPoisoned({ verdict, runs }: LedgerJob): boolean {
  return verdict === 'errored' && runs.filter(({ end }) => end === 'lost').length === lostRunsMax;
}

function longestRecoveryMs(journal: readonly Entry[]): number {
  const lostAtMs = new Map<JobId, number>();
  let longestMs = 0;
  for (const { kind, job, atMs } of journal) {
    longestMs = Math.max(longestMs, atMs - (lostAtMs.get(job) ?? atMs));
    if (kind === 'lost') lostAtMs.set(job, atMs);
    else lostAtMs.delete(job);
  }
  return longestMs;
}

function count(journal: readonly Entry[], wanted: Entry['kind']): number {
  return journal.filter(({ kind }) => kind === wanted).length;
}

function readJournal(data: string): Entry[] {
  return withStore(data, (database) => {
    const texts = database.prepare('SELECT entry FROM journal ORDER BY seq').pluck().all();
    return (texts as string[]).map((text) => JSON.parse(text) as Entry);
  });
}

function withStore<Out>(data: string, read: (database: Database.Database) => Out): Out {
  const database = new Database(join(data, 'trivet.db'), { readonly: true });
  try {
    return read(database);
  } finally {
    database.close();
  }
}
