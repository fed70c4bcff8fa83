/**
 * Owns what a simulated world tells of itself, and what one can have it do: the words between the buttons
 * of the page and the process that holds the world. Pure.
 * A step is everything up to the next event that leaves a record. A seed and a list of decisions are a
 * whole world: the same again, record by record.
 */

import type { LabLaw } from './lab.js';

/** What can be made to befall one machine. */
export const interventions = [
  'kill',
  'power-cut',
  'freeze',
  'thaw',
  'start',
  'drain',
  'part',
  'delay',
] as const;

export type Intervention = (typeof interventions)[number];

/** What can be decided otherwise: an intervention, or that chance goes on as in another seed. */
export type Choice =
  | { readonly do: Intervention; readonly process: string }
  | { readonly do: 'chance'; readonly seed: number };

/** Of one world: each is made anew whenever somebody goes back. */
export const decisionsMax = 100;

/** A world is over long before. */
export const stepMost = 1_000_000;

/** Taken when so many steps have been made. */
export interface Decision {
  readonly step: number;
  readonly choice: Choice;
}

export type WorldAction =
  /** So many steps on. */
  | { readonly do: 'step'; readonly count: number }
  /** On, until a law breaks, the end comes, or it is paused. */
  | { readonly do: 'run' }
  | { readonly do: 'pause' }
  /** To that step: back too, which is begun anew and gone through quickly. */
  | { readonly do: 'to'; readonly step: number }
  /** To that step, and from there on with that decision instead of later ones. */
  | { readonly do: 'fork'; readonly step: number; readonly choice: Choice }
  /** Without the decision at that place of the list, up to the same step. */
  | { readonly do: 'forget'; readonly index: number }
  /** Another world. */
  | { readonly do: 'seed'; readonly seed: number }
  /** The line of the planted bug is to be shown. */
  | { readonly do: 'reveal' };

/** A bug that was planted in this world, as a lesson. */
export interface PlantedLesson {
  readonly number: number;
  /** What the one who made it would have said. */
  readonly name: string;
  /** Laws among which one is to choose: one of them breaks. */
  readonly choices: readonly { readonly name: string; readonly says: string }[];
  /** Null until somebody wants to see it. */
  readonly line: {
    readonly file: string;
    readonly number: number;
    readonly before: string;
    readonly becomes: string;
  } | null;
}

export interface WorldDocument {
  readonly seed: number;
  readonly step: number;
  readonly atMs: number;
  readonly isRunning: boolean;
  readonly isOver: boolean;
  /** From here on nothing goes wrong, and nothing can be decided. */
  readonly isHealed: boolean;
  readonly broken: { readonly law: string; readonly says: string; readonly how: string } | null;
  readonly laws: readonly LabLaw[];
  readonly decisions: readonly (Decision & { readonly says: string })[];
  /** What can be decided now. */
  readonly choices: readonly { readonly choice: Choice; readonly says: string }[];
  /** How often it was begun otherwise. */
  readonly forks: number;
  readonly planted: PlantedLesson | null;
}
