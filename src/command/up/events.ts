/**
 * Owns the words between what `trivet up` decides and what it does: what can happen to its processes,
 * and what is to be done with them. `at`: which of them, from 0 in the order of their start.
 */

/** A line of a process's story; `event` is empty where it only complained. */
export interface Told {
  readonly event: string;
  readonly msg: string;
  /** As pino counts: 40 is a warning, 50 an error. */
  readonly level: number;
  readonly [field: string]: unknown;
}

export type Event =
  | { readonly kind: 'begin' }
  | { readonly kind: 'started'; readonly at: number; readonly pid: number }
  | { readonly kind: 'told'; readonly at: number; readonly told: Told }
  | { readonly kind: 'exited'; readonly at: number; readonly how: Exit }
  | { readonly kind: 'key'; readonly key: string }
  /** Ctrl-C, or a signal that means the same. */
  | { readonly kind: 'stop' };

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export type Effect =
  | { readonly kind: 'start'; readonly at: number; readonly port: number }
  | {
      readonly kind: 'signal';
      readonly at: number;
      readonly pid: number;
      readonly signal: Signal;
    }
  | { readonly kind: 'say'; readonly at: number; readonly text: string; readonly level: number }
  | { readonly kind: 'leave'; readonly code: number };

export type Signal = 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT';
