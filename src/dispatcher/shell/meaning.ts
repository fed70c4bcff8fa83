/**
 * Owns what people mean by the beginning of a commit's id: the one commit that was handed over and
 * begins so. Whoever asks is told where there is none, or more than one. Never guesses.
 */

import {
  type Abbreviation,
  branchOf,
  type Commit,
  isCommit,
  jobOf,
  type NamedJobs,
} from '../../protocol/ids.js';
import type { Store } from '../store/store.js';
import type { PendingConnection } from './pending-connection.js';

interface Known {
  readonly store: Pick<Store, 'commitsLike'>;
  /** Resolves once everything that was decided is on disk. */
  readonly settled: () => Promise<void>;
}

/** So many commits are named of those that begin in the same way. */
const candidatesMost = 5;

/** The commit that is meant; null where there is none such, and the asker has been told why. */
export async function meaning(
  known: Known,
  pending: PendingConnection,
  named: Commit | Abbreviation,
): Promise<Commit | null> {
  return onlyOne(pending, named, await commitsNamed(known, named));
}

/** What a person wants ended: the jobs of a commit, one of them, or those of a branch. */
export type Meant =
  | { readonly commit: Commit; readonly job: string | null }
  | { readonly repository: string | null; readonly branch: string };

/** The same for whose jobs are meant; what no commit begins with may be a branch's name. */
export async function meaningJobs(
  known: Known,
  pending: PendingConnection,
  named: Commit | NamedJobs,
): Promise<Meant | null> {
  const of = jobOf(named);
  if (of === null) return branchOf(named);
  const { commit: beginning, job } = of;
  const found = await commitsNamed(known, beginning);
  if (found.length === 0) return branchOf(named);
  const commit = onlyOne(pending, beginning, found);
  return commit === null ? null : { commit, job };
}

/** A whole id is that commit, whether it was handed over or not. */
export async function commitsNamed(
  { store, settled }: Known,
  named: Commit | Abbreviation,
): Promise<readonly Commit[]> {
  if (isCommit(named)) return [named];
  await settled();
  return store.commitsLike(named, candidatesMost);
}

function onlyOne(
  pending: PendingConnection,
  named: Commit | Abbreviation,
  found: readonly Commit[],
): Commit | null {
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  pending.reply(whyNot(named, found));
  return null;
}

export function whyNot(beginning: Commit | Abbreviation, found: readonly Commit[]): string {
  if (found.length === 0) return `No commit that was handed over begins with ${beginning}\n`;
  const more = found.length < candidatesMost ? '' : ', …';
  return `${beginning} could be ${found.join(', ')}${more}: give more digits\n`;
}
