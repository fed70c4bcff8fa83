/**
 * Owns what is made of the findings of one look: for each branch that changed a batch to hand over,
 * and what is worth telling of it. Never sends.
 */

import type { Happening } from './events.js';
import { type Change, type Described, walkCommitsMax } from './news.js';
import { type Batch, handover } from './round.js';

/** `found` has what each walk found, in the order of the changes that asked for one. */
export function batchesOf(
  changes: readonly Change[],
  found: readonly (readonly Described[])[],
): { batches: Batch[]; happenings: Happening[] } {
  const walks = found.values();
  const happenings: Happening[] = [];
  const batches = changes.map(({ tip, first, walk }): Batch => {
    const walked = (walk && walks.next().value) ?? [];
    const commits = [...walked.filter(({ commit }) => commit !== tip.commit), tip];
    happenings.push({ type: 'found', tip, first, count: commits.length });
    if (walked.length >= walkCommitsMax) happenings.push({ type: 'cut-short', tip });
    const handovers = commits.map((commit) => handover(commit, tip.branch));
    return { branch: tip.branch, tip: tip.commit, handovers };
  });
  return { batches, happenings };
}
