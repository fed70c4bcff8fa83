/**
 * Owns what time it is for a page: the dispatcher's, ticking only while something on the page depends on
 * it and somebody looks.
 */

import { type Signal, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const everyMs = 1_000;

/** Milliseconds since 1970, by the dispatcher's clock. */
export const now: Signal<number> = signal(Date.now());

let aheadMs = 0;
let wanted = 0;
let timer: ReturnType<typeof setInterval> | undefined;

let heardMs = 0;

/** What the dispatcher's clock says at this moment. A word that was heard before is old by now. */
export function synchronise(nowMs: number): void {
  if (nowMs === heardMs) return;
  heardMs = nowMs;
  aheadMs = nowMs - Date.now();
  now.value = nowMs;
}

/** The time, second by second while `isTicking`. */
export function useNow(isTicking: boolean): number {
  useEffect(() => {
    if (!isTicking) return undefined;
    wanted += 1;
    pace();
    return () => {
      wanted -= 1;
      pace();
    };
  }, [isTicking]);
  return now.value;
}

function pace(): void {
  const isWanted = wanted > 0 && !document.hidden;
  if (isWanted && timer === undefined) {
    tick();
    timer = setInterval(tick, everyMs);
  } else if (!isWanted && timer !== undefined) {
    clearInterval(timer);
    timer = undefined;
  }
}

function tick(): void {
  now.value = Date.now() + aheadMs;
}

document.addEventListener('visibilitychange', pace);
