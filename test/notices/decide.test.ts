/**
 * What other programs are told because of an entry, and what counts as a change on a branch.
 */

import { describe, expect, test } from 'vitest';
import type { Entry, Verdict } from '../../src/dispatcher/core/journal.js';
import type { JobThenRow, JournalRow } from '../../src/dispatcher/store/queries.js';
import { verdictOf } from '../../src/notices/commit-then.js';
import { judgementsOf, statusOf } from '../../src/notices/decide.js';
import type { Standing } from '../../src/notices/standing.js';
import { commit } from '../support/commits.js';
import { life } from '../support/lives.js';

const atMs = 1_700_000_000_000;

/** A job as those entries left it. */
function jobOf(
  job: number,
  entries: readonly Entry[],
  { name = 'default', branch = 'main' } = {},
): JobThenRow {
  const last = entries.findLast(({ kind }) => kind === 'finished' || kind === 'rerun-asked');
  const who = { author: 'Ada', subject: `Change ${job}`, branch };
  return { job, name, ...who, acceptedAtMs: atMs + job, last: last ?? null };
}

/** A commit that those are the jobs of. */
const of = (...jobs: readonly JobThenRow[]) => ({ jobs, later: [] });

/** The row of an entry of the first job of the n-th commit. */
function rowOf(entry: Entry, seq = 9): JournalRow {
  const about = { id: entry.job, repository: 'demo', commit: commit(entry.job), name: 'default' };
  return { seq, entry, job: about };
}

/** One branch after the other commit, told whether that is a change. */
function told(...verdicts: readonly Verdict[]): string[] {
  const standings = new Map<string, Standing>();
  return verdicts.flatMap((verdict, index) => {
    const entries = life(index + 1, { verdict });
    const last = entries.at(-1);
    if (last === undefined) throw new Error('no entry');
    const jobs = of(jobOf(index + 1, entries));
    return judgementsOf(rowOf(last), jobs, (branch) => standings.get(branch) ?? null).flatMap(
      ({ judgement, standing, isChange }) => {
        if (standing !== null) standings.set(judgement.branch, standing);
        return isChange ? [`${judgement.before ?? 'new'} → ${verdict}`] : [];
      },
    );
  });
}

describe('on change a branch is told of', () => {
  test('when it turns red, and when it is green again', () => {
    expect(told('passed', 'failed', 'failed', 'passed', 'passed')).toEqual([
      ...['passed → failed', 'failed → passed'],
    ]);
  });

  test('when its first commit that is judged is red, but not when that is green', () => {
    expect(told('errored')).toEqual(['new → errored']);
    expect(told('passed')).toEqual([]);
  });

  test('and not because of what was cancelled, superseded or skipped', () => {
    expect(told('passed', 'cancelled', 'superseded', 'skipped', 'passed')).toEqual([]);
  });

  test('by its newest commit: an older one that ends later changes nothing', () => {
    const newer: Standing = { verdict: 'passed', atMs: atMs + 5, job: 5 };
    const entries = life(3, { verdict: 'failed' });
    const [one] = judgementsOf(rowOf(entries[2] as Entry), of(jobOf(3, entries)), () => newer);
    expect(one).toMatchObject({ isChange: false, standing: null, isFirst: true });
  });

  test('that a commit is brought to after its verdict', () => {
    const entries = life(3, { verdict: 'failed', branch: 'topic' });
    const known = { kind: 'known-on', job: 3, atMs: atMs + 9, branch: 'main' } as const;
    const jobs = [jobOf(3, entries, { branch: 'topic' })];
    const found = judgementsOf(rowOf(known), { jobs, later: [known] }, () => null);
    expect(found).toMatchObject([
      { judgement: { branch: 'main', verdict: 'failed' }, isChange: true, isFirst: false },
    ]);
  });
});

describe('a commit of several jobs', () => {
  const [build, lint] = [life(1, { name: 'build' }), life(2, { name: 'lint', verdict: 'failed' })];

  test('is as bad as the worst of them', () => {
    expect(verdictOf([jobOf(1, build), jobOf(2, lint)])).toBe('failed');
  });

  test('is told of once the last of them is over, those included of which nothing is known yet', () => {
    const last = rowOf(build[2] as Entry);
    const open = of(jobOf(1, build), jobOf(2, []));
    expect(judgementsOf(last, open, () => null)).toEqual([]);
    const over = of(jobOf(1, build), jobOf(2, lint, { name: 'lint' }));
    const [found] = judgementsOf(last, over, () => null);
    expect(found?.judgement.jobs).toEqual([
      { name: 'default', verdict: 'passed', says: 'passed after 0.0 s', durationMs: 5 },
      { name: 'lint', verdict: 'failed', says: 'failed after 0.0 s', durationMs: 5 },
    ]);
  });

  test('that was asked for again goes on', () => {
    const again = { kind: 'rerun-asked', job: 1, atMs: atMs + 9 } as const;
    expect(verdictOf([jobOf(1, [...build, again]), jobOf(2, lint)])).toBeNull();
  });
});

test('the same entry, read again, leads to the same message under the same id', () => {
  const entries = life(1);
  const read = () => {
    return judgementsOf(rowOf(entries[2] as Entry), of(jobOf(1, entries)), () => null);
  };
  expect(read()).toEqual(read());
  expect(read()[0]?.judgement.id).toBe(`msg_9_0_${commit(1)}`);
});

test('a forge is told when a job is out with a runner, and how it ended', () => {
  const statuses = life(1, { verdict: 'failed' }).map((entry) => statusOf(rowOf(entry)));
  expect(statuses).toMatchObject([
    null,
    { state: 'running', says: 'running on ada' },
    { state: 'failed', says: 'failed after 0.0 s' },
  ]);
});
