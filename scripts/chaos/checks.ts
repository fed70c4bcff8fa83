/**
 * Owns the judgement over what is on disk after the storm: each check is a sentence, and names
 * the commits for which it does not hold. Reads the store, the results and the witness; trusts
 * nothing that a process told.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Expected, Project } from './project.js';

export interface Check {
  readonly says: string;
  /** One line for each commit for which it does not hold. */
  readonly violations: readonly string[];
}

export interface Judgement {
  readonly checks: readonly Check[];
  /** Commits that were pushed and have no verdict. */
  readonly lost: number;
  /** Commits with more than one. */
  readonly doubled: number;
  readonly runs: number;
  readonly lostRuns: number;
  /** Commits that cost three runners in the storm, and were errored with that evidence. */
  readonly poisoned: number;
  /** From the loss of a run to the next lease of its job, at most. */
  readonly longestRecoveryMs: number;
}

interface Entry {
  readonly kind: string;
  readonly job: number;
  readonly atMs: number;
  readonly run?: string | null;
  readonly verdict?: string;
  readonly reason?: string;
  readonly commit?: string;
}

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
  const histories = readHistories(data);
  const byCommit = new Map([...histories.values()].map((story) => [story[0]?.commit ?? '', story]));
  const check = (
    says: string,
    violates: (one: Expected, story: readonly Entry[]) => string | null,
  ) => ({
    says,
    violations: project.expected.flatMap((one) => {
      const found = violates(one, byCommit.get(one.commit) ?? []);
      return found === null ? [] : [`${one.commit.slice(0, 7)}: ${found}`];
    }),
  });
  const poisoned = project.expected.filter(({ commit }) => isPoisoned(byCommit.get(commit) ?? []));
  const isExcused = ({ commit }: Expected) => poisoned.some((other) => other.commit === commit);
  const all = [...histories.values()].flat();
  const verdicts = project.expected.map(({ commit }) => verdictsIn(byCommit.get(commit) ?? []));
  return {
    checks: [
      check('every commit that was pushed was accepted, once', ({ commit }) => {
        const jobs = [...histories.values()].filter((story) => story[0]?.commit === commit).length;
        return jobs === 1 ? null : `${jobs} jobs`;
      }),
      check('every job has exactly one verdict', (_, story) => {
        const verdicts = verdictsIn(story);
        return verdicts === 1 ? null : `${verdicts} verdicts`;
      }),
      check('red is red and green is green', (one, story) => {
        const verdict = story.findLast(({ kind }) => kind === 'finished')?.verdict;
        return verdict === one.verdict || isExcused(one) ? null : `${verdict}, not ${one.verdict}`;
      }),
      check('the output is there, byte for byte', (one) => {
        const path = join(results, one.commit);
        if (isExcused(one)) return null;
        if (!existsSync(path)) return 'no output';
        return readFileSync(path, 'latin1') === one.output ? null : 'other bytes';
      }),
      check('no two leases of a job at once, no verdict without the lease', (_, story) =>
        leaseFault(story),
      ),
      check('no run completed twice, and each verdict’s run completed', (one, story) => {
        const completed = project.witnessed('completed', one.commit);
        const run = story.findLast(({ kind }) => kind === 'finished')?.run;
        if (new Set(completed).size < completed.length) return 'a run completed twice';
        return isExcused(one) || completed.includes(run ?? '') ? null : 'a verdict without a run';
      }),
      check('completed again only where the run before was lost or given back', (one, story) => {
        const deciding = story.findLast(({ kind }) => kind === 'finished')?.run;
        const wasInterrupted = (run: string) =>
          story.some((entry) => entry.run === run && /^(?:lost|handed-back)$/.test(entry.kind));
        const others = project.witnessed('completed', one.commit).filter((run) => run !== deciding);
        return others.every(wasInterrupted) ? null : 'completed twice without need';
      }),
    ],
    lost: verdicts.filter((count) => count === 0).length,
    doubled: verdicts.filter((count) => count > 1).length,
    runs: all.filter(({ kind }) => kind === 'leased').length,
    lostRuns: all.filter(({ kind }) => kind === 'lost').length,
    poisoned: poisoned.length,
    longestRecoveryMs: Math.max(0, ...[...histories.values()].flatMap(recoveries)),
  };
}

function verdictsIn(story: readonly Entry[]): number {
  return story.filter(({ kind }) => kind === 'finished').length;
}

function isPoisoned(story: readonly Entry[]): boolean {
  const last = story.at(-1);
  return last?.verdict === 'errored' && /runners were lost/.test(last.reason ?? '');
}

/** Walks a job's life; a lease may begin only where none is live. */
function leaseFault(story: readonly Entry[]): string | null {
  let live: string | null = null;
  const lost = new Set<string>();
  for (const { kind, run } of story) {
    if (kind === 'leased' && live !== null) return `${run} leased while ${live} had the lease`;
    if (kind === 'leased' || kind === 'resumed') live = run ?? null;
    if (kind === 'lost' || kind === 'handed-back') {
      if (live !== run) return `${run} lost a lease that it did not have`;
      lost.add(run ?? '');
      live = null;
    }
    if (kind === 'finished' && run !== null && run !== undefined) {
      // Promise 3: a lost run's result counts while its job merely waits.
      const isLate = live === null && lost.has(run);
      if (live !== run && !isLate) return `${run} gave the verdict without the lease`;
    }
  }
  return null;
}

function recoveries(story: readonly Entry[]): number[] {
  return story.flatMap(({ kind, atMs }, index) => {
    if (kind !== 'lost') return [];
    const next = story
      .slice(index + 1)
      .find((entry) => /^(?:leased|resumed|finished)$/.test(entry.kind));
    return next === undefined ? [] : [next.atMs - atMs];
  });
}

function readHistories(data: string): Map<number, Entry[]> {
  return withStore(data, (database) => {
    const histories = new Map<number, Entry[]>();
    const texts = database.prepare('SELECT entry FROM journal ORDER BY seq').pluck().all();
    for (const text of texts as string[]) {
      const entry = JSON.parse(text) as Entry;
      histories.set(entry.job, [...(histories.get(entry.job) ?? []), entry]);
    }
    return histories;
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
