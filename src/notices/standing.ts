/**
 * Owns what counts as a change on a branch. Pure. A branch stands as its newest commit that was judged;
 * who was cancelled, superseded or skipped was not, and an older commit that ends late changes nothing.
 */

import type { JobId, Verdict } from '../dispatcher/core/journal.js';
import { isRed } from '../dispatcher/documents/states.js';

/** How a branch stands, by which commit. */
export interface Standing {
  readonly verdict: Verdict;
  /** When that commit was handed over on the branch, and the first of its jobs. */
  readonly atMs: number;
  readonly job: JobId;
}

/** What a commit makes of how its branch stood. */
export interface Judged {
  /** Null: it stands as it did. */
  readonly now: Standing | null;
  /** From passed to anything else, or back; the first that is known is one where it is red. */
  readonly isChange: boolean;
}

export function judged(before: Standing | null, commit: Standing): Judged {
  const isJudged = commit.verdict === 'passed' || isRed(commit.verdict);
  if (!isJudged || (before !== null && isOlder(commit, before))) {
    return { now: null, isChange: false };
  }
  const wasGreen = before === null || before.verdict === 'passed';
  return { now: commit, isChange: wasGreen !== (commit.verdict === 'passed') };
}

function isOlder(one: Standing, other: Standing): boolean {
  return one.atMs === other.atMs ? one.job < other.job : one.atMs < other.atMs;
}
