/**
 * Owns the laws of every simulated world, each a sentence, and what it means that one is broken.
 */

import { lostRunsMax } from '../../src/dispatcher/core/rules.js';

/** The laws of every world. */
export const laws = {
  verdict: 'every accepted job has exactly one verdict',
  lease: 'no verdict comes from a run without a lease, but where the job merely waits',
  single: 'a job has at most one live lease',
  once: 'a job runs to completion once, unless its run was lost',
  same: 'a commit that is handed over twice is the same jobs',
  needs: 'a job never starts before those that it needs have ended as it wants',
  steps: 'each step of a run begins once, after those that it needs, and is recorded as it went',
  group: 'a group never holds more jobs than its limit',
  superseded: 'what a newer commit superseded never starts after',
  paused: 'nothing is leased to, or of, what is paused, and a pause outlives its dispatcher',
  suits: 'a job goes to a runner that carries its labels, and by its name to one that knows names',
  offered: 'a runner is given no more than it offers, and what it offers gets known',
  poison: `a job is given up after ${lostRunsMax} lost runs, or as many as its plan allows`,
  begun: 'a run is lost only where its runner had it',
  frozen: 'where nobody dies no run is lost, however long the dispatcher is frozen',
  log: 'a recorded log is contiguous, byte-exact and on disk',
  secret: 'no log and no entry holds a secret that its run was given',
  truth: 'a red suite is never reported green, nor the other way round',
  recovery: 'what recovery reads is what memory held',
  accepted: 'a dispatch, or a registration, that was acknowledged is in the store',
  kept: 'every commit that was pushed is handed over',
  turns: 'no branch waits while another of its line is served twice',
  reason: 'no job waits without a reason',
  feed: 'who watches hears every entry once, in order, and nothing that did not happen',
  told: 'people are told what the store holds',
  bounds: 'nothing grows without bound',
  crash: 'no process ends by an error of its own',
  rest: 'once the world has healed, everything comes to rest',
} as const;

export interface Broken {
  readonly law: Law;
  readonly how: string;
}

export type Law = keyof typeof laws;
