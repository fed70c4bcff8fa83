/**
 * Owns time that passes by hand: nothing is due until a test says so, and what waits is counted.
 */

import type { Clock } from '../../src/world/clock.js';

export interface HandClock extends Clock {
  /** Timers that are set now. */
  readonly pending: number;
  /** Timers that were ever called. */
  readonly called: number;
  /** Time passes; what becomes due is called in order. */
  pass(durationMs: number): void;
}

/** A clock that stands still at an arbitrary moment. */
export function handClock(): HandClock {
  const timers = new Set<{ readonly atMs: number; readonly call: () => void }>();
  let nowMs = 1_700_000_000_000;
  let called = 0;

  const nextDue = (untilMs: number) =>
    [...timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];

  return {
    get pending() {
      return timers.size;
    },
    get called() {
      return called;
    },
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    after: (delayMs, call) => {
      const timer = { atMs: nowMs + delayMs, call };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    soon: (call) => {
      setImmediate(call);
    },
    pass: (durationMs) => {
      const untilMs = nowMs + durationMs;
      for (let due = nextDue(untilMs); due !== undefined; due = nextDue(untilMs)) {
        timers.delete(due);
        nowMs = due.atMs;
        called += 1;
        due.call();
      }
      nowMs = untilMs;
    },
  };
}
