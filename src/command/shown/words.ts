/**
 * Owns how states, times and durations are written for people at a terminal: each state by a mark, and
 * never by its colour alone.
 */

import type { State } from '../../protocol/documents.js';
import { exitCodes } from '../../world/exit.js';
import { type Shade, shaded } from '../screen/shades.js';

const marks: Readonly<Record<string, readonly [mark: string, shade: Shade]>> = {
  passed: ['✓', 'green'],
  failed: ['✗', 'red'],
  errored: ['!', 'red'],
  'timed-out': ['✗', 'red'],
  cancelled: ['■', 'yellow'],
  superseded: ['■', 'dim'],
  skipped: ['–', 'dim'],
  running: ['●', 'cyan'],
  waiting: ['○', 'yellow'],
  blocked: ['○', 'dim'],
};

/** The mark of a state, or of how a run or a step ended. */
export function mark(state: string): string {
  const [text, shade] = marks[state] ?? ['·', 'dim'];
  return shaded(shade, text);
}

/** The word in the colour of its mark. */
export function stateWord(state: string): string {
  return shaded(marks[state]?.[1] ?? 'dim', state);
}

export function isOver(state: State): boolean {
  return !['running', 'waiting', 'blocked'].includes(state);
}

/** What a program is told by the exit code: what went wrong before any test could is no red test. */
export function exitCodeOf(state: State): number {
  if (state === 'passed' || state === 'skipped') return exitCodes.fine;
  return state === 'errored' ? exitCodes.usage : exitCodes.red;
}

export function short(commit: string): string {
  return commit.slice(0, 7);
}

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function lasting(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}

/** `now`, `3 min ago`, `5 h ago`, `12 d ago`. */
export function ago(atMs: number, nowMs: number): string {
  const minutes = Math.floor((nowMs - atMs) / 60_000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 48 * 60
    ? `${Math.floor(minutes / 60)} h ago`
    : `${Math.floor(minutes / 1_440)} d ago`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
