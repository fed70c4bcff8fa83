/**
 * Owns the end of whatever a run's steps have left running on this machine: whoever carries the run's
 * mark, and whoever dropped it and still works in the checkout.
 */

import {
  isTagged,
  killAllThat,
  type Mark,
  processesThat,
  worksIn,
} from '../../world/process-tree.js';

/** To be asked for before the first step: who works in the folder by then, a person say, is spared. */
export function sweepAfter(mark: Mark, folder: string): () => void {
  const before = new Set(processesThat((pid) => worksIn(pid, folder)));
  return () =>
    killAllThat((pid) => isTagged(pid, mark) || (!before.has(pid) && worksIn(pid, folder)));
}
