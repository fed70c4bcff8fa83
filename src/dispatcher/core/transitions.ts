/**
 * Owns which entry may come when: in which states a job can be, and to which state each entry leads.
 * The table is the truth: `job.ts` asks it before it applies an entry, and the diagrams here and in
 * docs/protocol.md are drawn from it (`npm run docs`; a test compares).
 *
 *   (nothing) → waiting: accepted
 *   waiting → leased: leased, resumed
 *   leased → leased: resumed, cancel-asked
 *   leased → waiting: lost, handed-back
 *   finished → waiting: rerun-asked
 *   waiting → finished: finished
 *   leased → finished: finished
 */

import type { JobState } from './job.js';
import type { Entry } from './journal.js';

type State = JobState['kind'];

interface Transition {
  readonly from: readonly State[];
  readonly to: State;
}

/** `resumed`: a lost run came back in time, or one whose dispatcher had been away. */
export const transitions = {
  leased: { from: ['waiting'], to: 'leased' },
  resumed: { from: ['waiting', 'leased'], to: 'leased' },
  'cancel-asked': { from: ['leased'], to: 'leased' },
  lost: { from: ['leased'], to: 'waiting' },
  'handed-back': { from: ['leased'], to: 'waiting' },
  'rerun-asked': { from: ['finished'], to: 'waiting' },
  finished: { from: ['waiting', 'leased'], to: 'finished' },
} as const satisfies Record<Exclude<Entry['kind'], 'accepted'>, Transition>;

/** Where an accepted job begins. */
export const firstState = 'waiting' satisfies State;

/** Whether that entry may come while a job is in that state. */
export function mayCome(entry: keyof typeof transitions, state: State): boolean {
  const { from }: Transition = transitions[entry];
  return from.includes(state);
}
