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
  /** Calls once everything that was decided is on disk. */
  readonly settled: (call: () => void) => void;
}

/** So many commits are named of those that begin in the same way. */
const candidatesMost = 5;

/** Calls with the commit that is meant, or replies why there is none. */
export function meaning(
  { store, settled }: Known,
  pending: PendingConnection,
  named: Commit | Abbreviation,
  then: (commit: Commit) => void,
): void {
  if (isCommit(named)) {
    then(named);
    return;
  }
  settled(() => {
    const found = store.commitsLike(named, candidatesMost);
    const [only] = found;
    if (only !== undefined && found.length === 1) then(only);
    else pending.reply(whyNot(named, found));
  });
}

/** What a person wants ended: the jobs of a commit, one of them, or those of a branch. */
export type Meant =
  | { readonly commit: Commit; readonly job: string | null }
  | { readonly repository: string | null; readonly branch: string };

/** The same for whose jobs are meant; what no commit begins with may be a branch's name. */
export function meaningJobs(
  known: Known,
  pending: PendingConnection,
  named: Commit | NamedJobs,
  then: (meant: Meant) => void,
): void {
  const of = jobOf(named);
  if (of === null) then(branchOf(named));
  else if (isCommit(of.commit)) then({ commit: of.commit, job: of.job });
  else {
    const { commit: beginning, job } = of;
    known.settled(() => {
      if (known.store.commitsLike(beginning, 1).length === 0) then(branchOf(named));
      else meaning(known, pending, beginning, (commit) => then({ commit, job }));
    });
  }
}

function whyNot(beginning: Abbreviation, found: readonly Commit[]): string {
  if (found.length === 0) return `No commit that was handed over begins with ${beginning}\n`;
  const more = found.length < candidatesMost ? '' : ', …';
  return `${beginning} could be ${found.join(', ')}${more}: give more digits\n`;
}
