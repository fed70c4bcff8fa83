/**
 * Owns which entry may come when: in which states a job can be, and to which state each entry leads.
 * The table is the truth: `job.ts` asks it before it applies an entry, and the diagrams here and in
 * docs/protocol.md are drawn from it (`npm run docs`; a test compares).
 *
 *   (nothing) → blocked: accepted
 *   (nothing) → waiting: accepted
 *   blocked → blocked: known-on
 *   waiting → waiting: known-on, retried
 *   leased → leased: known-on, resumed, cancel-asked
 *   finished → finished: known-on
 *   blocked → waiting: unblocked
 *   waiting → leased: leased, resumed
 *   leased → waiting: lost, handed-back, retried
 *   finished → blocked: rerun-asked
 *   finished → waiting: rerun-asked
 *   blocked → finished: finished
 *   waiting → finished: finished
 *   leased → finished: finished
 */

import type { JobState } from './job.js';
import type { Entry } from './journal.js';

type State = JobState['kind'];

interface Transition {
  readonly from: readonly State[];
  /** One of these; `same`: it stays where it is. */
  readonly to: readonly State[] | 'same';
}

/** A job that needs others begins blocked, each other one waits at once. */
const begins = ['blocked', 'waiting'] as const;

/**
 * `resumed`: a lost run came back in time, or one whose dispatcher had been away. `retried` comes of a
 * lost run, too, whose result arrives after all.
 */
export const transitions = {
  accepted: { from: [], to: begins },
  'known-on': { from: ['blocked', 'waiting', 'leased', 'finished'], to: 'same' },
  unblocked: { from: ['blocked'], to: ['waiting'] },
  leased: { from: ['waiting'], to: ['leased'] },
  resumed: { from: ['waiting', 'leased'], to: ['leased'] },
  'cancel-asked': { from: ['leased'], to: 'same' },
  lost: { from: ['leased'], to: ['waiting'] },
  'handed-back': { from: ['leased'], to: ['waiting'] },
  retried: { from: ['waiting', 'leased'], to: ['waiting'] },
  'rerun-asked': { from: ['finished'], to: begins },
  finished: { from: ['blocked', 'waiting', 'leased'], to: ['finished'] },
} as const satisfies Record<Entry['kind'], Transition>;

/** Whether that entry may come while a job is in that state. */
export function mayCome(entry: Exclude<Entry['kind'], 'accepted'>, state: State): boolean {
  const { from }: Transition = transitions[entry];
  return from.includes(state);
}
