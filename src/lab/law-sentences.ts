/**
 * Owns the laws that can be seen to hold from outside, each a sentence, in the words of the simulated worlds
 * (test/simulation/laws.ts).
 */

export const sentences = {
  verdict: 'every accepted job has exactly one verdict',
  lease: 'no verdict comes from a run without a lease, but where the job merely waits',
  single: 'a job has at most one live lease',
  once: 'a job runs to completion once, unless its run was lost',
  truth: 'a red suite is never reported green, nor the other way round',
  poison: 'a job is given up after 3 lost runs, or as many as its plan allows',
  frozen: 'where nobody dies no run is lost, however long the dispatcher is frozen',
  accepted: 'a dispatch, or a registration, that was acknowledged is in the store',
  kept: 'every commit that was pushed is handed over',
  rest: 'once the world has healed, everything comes to rest',
} as const;

export type Law = keyof typeof sentences;
