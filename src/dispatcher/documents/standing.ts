/**
 * Owns what a team asks when it comes in: what is red and since when, what is often red, what is flaky.
 * Read from the newest commits, within bounds; made anew only once something has ended since.
 */

import type { CommitInLine, Documents, RedBranch } from '../../protocol/documents.js';
import type { Known } from './known.js';
import { commitInLine } from './rows.js';
import { isRed } from './states.js';

/** Repositories, branches of each, and commits of each branch that are looked at. */
const repositoriesMost = 20;
const branchesMost = 30;
const commitsMost = 50;

/** Listed of each. */
const listedMost = 10;

/** A name is often red where so many of its last ends are. */
const endsMost = 20;
const endsMin = 4;
const oftenFrom = 0.25;

const flakyRowsMost = 200;

export type Standing = Pick<Documents['overview'], 'red' | 'oftenRed' | 'flaky'>;

/** Tells how things stand; `seq` of the journal says whether that has changed. */
export class Standings {
  readonly #known: Known;
  #madeAt = -1;
  #standing: Promise<Standing> | null = null;

  constructor(known: Known) {
    this.#known = known;
  }

  now(): Promise<Standing> {
    const seq = this.#known.lastSeq();
    if (this.#standing === null || this.#madeAt !== seq) {
      this.#madeAt = seq;
      this.#standing = standing(this.#known);
      // One that failed is no answer for the next who asks.
      this.#standing.catch(() => {
        this.#standing = null;
      });
    }
    return this.#standing;
  }
}

async function standing(known: Known): Promise<Standing> {
  const repositories = [...known.core.repositories].slice(0, repositoriesMost);
  const all = await Promise.all(repositories.map((name) => standingOf(known, name)));
  return {
    red: all
      .flatMap(({ red }) => red)
      .sort((one, other) => other.newest.atMs - one.newest.atMs)
      .slice(0, listedMost),
    oftenRed: all
      .flatMap(({ oftenRed }) => oftenRed)
      .sort((one, other) => other.red / other.of - one.red / one.of)
      .slice(0, listedMost),
    flaky: all
      .flatMap(({ flaky }) => flaky)
      .sort((one, other) => other.times - one.times || other.lastAtMs - one.lastAtMs)
      .slice(0, listedMost),
  };
}

async function standingOf(known: Known, repository: string): Promise<Standing> {
  const { queries } = known;
  const [branches, newest, flakyRows] = await Promise.all([
    queries.branches({ repository, most: branchesMost }),
    queries.commits({ repository, most: commitsMost }),
    queries.flaky({ repository, most: flakyRowsMost }),
  ]);
  const red = branches
    .map(({ branch, newest: row }) => ({ branch, newest: commitInLine(known, row) }))
    .filter(({ newest: { state } }) => isRed(state));
  return {
    red: await Promise.all(red.map((one) => sinceWhen(known, repository, one))),
    oftenRed: oftenRedOf(
      repository,
      newest.map((row) => commitInLine(known, row)),
    ),
    flaky: flakyOf(repository, flakyRows),
  };
}

async function sinceWhen(
  known: Known,
  repository: string,
  { branch, newest }: { readonly branch: string; readonly newest: CommitInLine },
): Promise<RedBranch> {
  const rows = await known.queries.commits({ repository, branch, most: commitsMost });
  const line = rows.map((row) => commitInLine(known, row));
  const greenAt = line.findIndex(({ state }) => state === 'passed');
  const reds = line
    .slice(0, greenAt === -1 ? undefined : greenAt)
    .filter((one) => isRed(one.state));
  const { commit, subject, atMs } = reds.at(-1) ?? newest;
  const isMore = greenAt === -1 && rows.length >= commitsMost;
  return {
    repository,
    branch,
    newest,
    since: { commit, subject, atMs },
    count: reds.length,
    isMore,
  };
}

function oftenRedOf(repository: string, line: readonly CommitInLine[]): Standing['oftenRed'] {
  const ends = new Map<string, boolean[]>();
  for (const { name, state } of line.flatMap(({ jobs }) => jobs)) {
    const isJudged = state === 'passed' || isRed(state);
    const all = ends.get(name) ?? [];
    if (isJudged && all.length < endsMost) ends.set(name, [...all, isRed(state)]);
  }
  return [...ends]
    .map(([name, all]) => ({ repository, name, red: all.filter(Boolean).length, of: all.length }))
    .filter(({ red, of }) => of >= endsMin && red >= oftenFrom * of);
}

function flakyOf(
  repository: string,
  rows: Awaited<ReturnType<Known['queries']['flaky']>>,
): Standing['flaky'] {
  const tests = new Map<string, Standing['flaky'][number]>();
  // Newest first: the first that is met of a test is its last time.
  for (const { name, test, commit: lastCommit, atMs: lastAtMs } of rows) {
    const key = JSON.stringify([name, test]);
    const before = tests.get(key);
    const times = (before?.times ?? 0) + 1;
    tests.set(key, { repository, name, test, lastCommit, lastAtMs, ...before, times });
  }
  return [...tests.values()];
}
