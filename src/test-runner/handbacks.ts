/**
 * Owns why a run is handed back that its runner could not finish, or should not.
 */

import type { Handback } from '../protocol/bodies.js';

export const unwanted: Handback = { reason: 'stopped', detail: 'the run was given up' };

export const slotLost = machineFault(
  "the slot's lock or folder was deleted, and another took its place: start this runner again",
);

export const slotDeleted = machineFault("the slot's folder was deleted during the run");

/** Another runner's machine may fare better. */
export function machineFault(detail: string): Handback {
  return { reason: 'machine-fault', detail };
}
