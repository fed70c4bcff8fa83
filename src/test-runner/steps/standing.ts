/**
 * Owns what the end of a step's process comes to, by how it ended and by why it was told to. Pure.
 */

import type { ProcessEnd } from '../suite/process.js';
import { outOfMemory } from '../suite/verdict.js';
import type { Standing } from './graph.js';
import type { OutOfTime } from './patience.js';

/** Why a step was told to end. `over`: nobody waited for it, and all others have ended. */
export type Told = 'cancelled' | 'over' | { readonly because: OutOfTime; readonly afterMs: number };

export function standingAfter(end: ProcessEnd, told: Told | null, stopOn: number | null): Standing {
  const { exitCode, signal, couldNotStart } = end;
  if (couldNotStart !== null) return couldNotBegin(couldNotStart.message);
  const ended = { exitCode, signal, isUp: false };
  if (told === 'over') return { ...ended, state: 'stopped', reason: '' };
  if (told === 'cancelled') return { ...ended, state: 'cancelled', reason: '' };
  if (told !== null) return { ...ended, state: 'timed-out', reason: outOfTime(told) };
  if (exitCode === 0 || (exitCode !== null && exitCode === stopOn)) {
    return { ...ended, state: 'passed', reason: '' };
  }
  return { ...ended, state: 'failed', reason: whyFailed(end) };
}

export function couldNotBegin(reason: string): Standing {
  return { state: 'errored', exitCode: null, signal: null, reason, isUp: false };
}

function outOfTime({ because, afterMs }: Exclude<Told, string>): string {
  const seconds = `${afterMs / 1_000} s`;
  return because === 'silent'
    ? `it printed nothing for ${seconds} and was ended`
    : `it took longer than ${seconds} and was ended`;
}

function whyFailed({ signal, memoryKills }: ProcessEnd): string {
  const reasons = [
    ...(signal === null ? [] : [`it was ended by ${signal}`]),
    ...(memoryKills > 0 ? [outOfMemory] : []),
  ];
  return reasons.join('; ');
}
