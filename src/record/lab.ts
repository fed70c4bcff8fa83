/**
 * Owns what a lab tells of itself, and what one can have it do: the words between its buttons and its
 * processes. Pure.
 */

import type { Life } from './process-states.js';
import type { ProcessRole } from './record.js';

/** What a line lets through: all at once, late, byte by byte, nothing, or what is delivered by hand. */
export const lineStates = ['clear', 'delay', 'slice', 'swallow', 'hold'] as const;

export type LineState = (typeof lineStates)[number];

/** Who is behind such a line cannot be heard. */
export function isApart(state: LineState): boolean {
  return state === 'swallow' || state === 'hold';
}

/** What the tests of a commit do; poison kills the runner that runs it. */
export const commitKinds = ['green', 'red', 'slow', 'hanging', 'poison'] as const;

export type CommitKind = (typeof commitKinds)[number];

/** What can be done to a process. */
export const processActions = ['kill', 'freeze', 'thaw', 'restart'] as const;

export type ProcessAction = (typeof processActions)[number];

export type LabAction =
  | { readonly do: 'commit'; readonly what: CommitKind }
  | { readonly do: ProcessAction; readonly process: string }
  | { readonly do: 'line'; readonly process: string; readonly state: LineState }
  /** Ends its connections at once. */
  | { readonly do: 'cut'; readonly process: string }
  /** What is held longest between it and the dispatcher, or the one of that number. */
  | { readonly do: 'deliver'; readonly process: string; readonly id?: number }
  /** Null: the scenario ends. */
  | { readonly do: 'scenario'; readonly name: string | null }
  /** The scenario goes on. */
  | { readonly do: 'next' };

/** Whoever only watches is none of a lab's processes. */
export type LabRole = Exclude<ProcessRole, 'visitor'>;

export interface LabProcess {
  readonly name: string;
  readonly role: LabRole;
  readonly state: Life;
  readonly pid: number | null;
}

/** A message that waits to be delivered by hand. */
export interface HeldMessage {
  readonly id: number;
  readonly verb: string;
  readonly from: string;
  readonly to: string;
  /** As in the record. */
  readonly connection: string;
  readonly head: string;
}

/** What lies between a process and the dispatcher. */
export interface LabLine {
  readonly process: string;
  readonly state: LineState;
  /** Oldest first; of each direction of a connection only the first can be delivered. */
  readonly held: readonly HeldMessage[];
}

export interface LabLaw {
  readonly name: string;
  /** What must always hold. */
  readonly says: string;
  /** How it was broken; null: it was not. */
  readonly broken: string | null;
}

/** A scenario as it is played; its steps count from 1. */
export interface LabScenario {
  readonly name: string;
  readonly title: string;
  readonly step: number;
  readonly steps: number;
  /** What was told last. */
  readonly caption: string;
  /** What the class is to be asked before one goes on; null: nothing. */
  readonly asks: string | null;
  readonly isOver: boolean;
  /** False where something did not come, or came and must not. */
  readonly isWell: boolean;
}

export interface LabDocument {
  readonly scenario: LabScenario | null;
  readonly scenarios: readonly {
    readonly name: string;
    readonly title: string;
    readonly says: string;
  }[];
  readonly processes: readonly LabProcess[];
  readonly lines: readonly LabLine[];
  readonly laws: readonly LabLaw[];
  /** When it ends by itself. */
  readonly endsInMs: number;
}
