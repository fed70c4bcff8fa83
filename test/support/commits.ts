/**
 * Owns commit ids for tests: readable, distinct, and of the real type.
 */

import { type Commit, parseCommit } from '../../src/protocol/ids.js';

/** The commit that a number stands for: `commit(10)` is 000…00a. */
export function commit(number: number, digits: 40 | 64 = 40): Commit {
  const parsed = parseCommit(number.toString(16).padStart(digits, '0'));
  if (parsed === null) throw new Error(`${number} makes no commit id`);
  return parsed;
}

/** What a peer is told that wrote something else where a commit belongs. */
export const fullIds = '; a commit is its full id, as "git rev-parse" prints it';
