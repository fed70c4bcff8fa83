/**
 * Owns time, as cores are told it and shells count it. What speaks to the system itself (sockets, TLS,
 * git) has timers of its own.
 * Cores never see it; they are told what time it is. A simulated world brings its own.
 */

export type Cancel = () => void;

export interface Clock {
  /** Milliseconds since 1970 that never jump back: wall time at the start, steady from there. */
  nowMs(): number;
  /** What the wall clock says, which may jump, and goes on while the machine sleeps. */
  wallMs(): number;
  /** Calls once, after at least that long. */
  after(delayMs: number, call: () => void): Cancel;
  /** Calls once, when what is going on now has been read: the end of this turn of the loop. */
  soon(call: () => void): void;
}

/** Microseconds of steady time, from anywhere: for what is only compared. */
export type SteadyUs = () => number;

export const realSteadyUs: SteadyUs = () => Math.round(performance.now() * 1_000);

/** A loop that is merely busy is not that late. */
const heldUpMs = 500;

const startedAtMs = Date.now() - performance.now();

export const realClock: Clock = {
  nowMs: () => Math.floor(startedAtMs + performance.now()),
  wallMs: () => Date.now(),
  after: (delayMs, call) => {
    const dueMs = performance.now() + delayMs;
    let afterInput: NodeJS.Immediate | undefined;
    const timer = setTimeout(() => {
      // As late as that, everything was held up: what has arrived is heard before time is up.
      if (performance.now() - dueMs > heldUpMs) afterInput = setImmediate(call);
      else call();
    }, delayMs);
    return () => {
      clearTimeout(timer);
      clearImmediate(afterInput);
    };
  },
  soon: (call) => {
    setImmediate(call);
  },
};

/** That clock, put forward if it lies before `atMs`: it was set back, or it is another machine's. */
export function notBefore(clock: Clock, atMs: number): Clock {
  const behindMs = Math.max(0, atMs - clock.nowMs());
  return { ...clock, nowMs: () => clock.nowMs() + behindMs };
}

/**
 * Calls once what has arrived by now has been heard: the end of a connection too, which node reads
 * only in the turn of the loop after that of the last words.
 */
export function onceHeard(clock: Clock, call: () => void): void {
  clock.soon(() => clock.soon(call));
}

/** Calls again and again, each time that long after the last call ended. */
export function every(clock: Clock, delayMs: number, call: () => void): Cancel {
  let cancel: Cancel = clock.after(delayMs, again);
  function again(): void {
    cancel = clock.after(delayMs, again);
    call();
  }
  return () => cancel();
}
