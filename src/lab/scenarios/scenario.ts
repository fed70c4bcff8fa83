/**
 * Owns how a scenario is played: what is done next, which record of the wire is waited for, and the
 * caption that is told once it has come. A scenario is data; nobody but the record says that it went so.
 * Pure: records and time come in, what is to be done comes out.
 * Invariant: no caption is told of what is not in the record; what does not come is told as missing.
 *
 *            next, or by itself          its record came
 *     asks ---------------------> awaits ----------------> asks of the next step … over
 *                                    |     its time is up
 *                                    +-------------------> over, and not well
 */

import type { WireRecord } from '../../record/record.js';
import { type Bound, exact, filled, type named, valuesOf } from './caption.js';
import { type Awaited, met, type Progress } from './expectation.js';
import { aimed, type StepAction } from './step-action.js';

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** What one will see. */
  readonly says: string;
  /** Whose processes it is about. */
  readonly programs: 'ours' | 'ancestor';
  readonly runners: number;
  readonly steps: readonly Step[];
  /** What must not be in the record meanwhile. */
  readonly never?: readonly Awaited[];
}

export interface Step {
  /** What to ask the class before it goes on; null: it goes on by itself. */
  readonly asks: string | null;
  readonly does: readonly StepAction[];
  readonly awaits: Awaited;
  readonly withinMs: number;
  /** Values of the record, by the names that later steps know them by. */
  readonly keeps?: Readonly<Record<string, (typeof named)[number]>>;
  readonly caption: string;
}

export interface Playing {
  readonly scenario: Scenario;
  readonly phase: 'asks' | 'awaits' | 'over';
  /** Which step, from 0; as many as there are steps once it is over. */
  readonly step: number;
  readonly isWell: boolean;
  /** Time to read what was told; null: until somebody says `next`. */
  readonly readMs: number | null;
  /** When this phase began. */
  readonly sinceMs: number;
  /** When something was last done: captions count from there. */
  readonly actedMs: number;
  readonly bound: Bound;
  readonly progress: Progress;
  /** What came while the class was still being asked, of a step that itself does nothing. */
  readonly early: WireRecord | null;
}

/** Times are of the record's own clock. */
export type ScenarioEvent =
  | { readonly kind: 'record'; readonly record: WireRecord }
  | { readonly kind: 'next' }
  | { readonly kind: 'tick' };

export type ScenarioEffect =
  | { readonly kind: 'act'; readonly action: StepAction }
  | { readonly kind: 'tell'; readonly says: string; readonly isMissing: boolean };

type Outcome = readonly [Playing, readonly ScenarioEffect[]];

/** The scenario begins: its first question, or its first step. */
export function begin(scenario: Scenario, readMs: number | null, nowMs: number): Outcome {
  const base = { scenario, readMs, isWell: true, bound: {}, progress: 0, early: null };
  return enter({ ...base, phase: 'asks', step: 0, sinceMs: nowMs, actedMs: nowMs }, nowMs);
}

export function handle(playing: Playing, event: ScenarioEvent, nowMs: number): Outcome {
  if (playing.phase === 'over') return [playing, []];
  switch (event.kind) {
    case 'record':
      return heard(playing, event.record, nowMs);
    case 'next':
      return playing.phase === 'asks' ? act(playing, nowMs) : [playing, []];
    case 'tick':
      return nowMs < (dueAtMs(playing) ?? Number.POSITIVE_INFINITY)
        ? [playing, []]
        : timeIsUp(playing, nowMs);
  }
}

/** When it wants a tick; null: it does not. */
export function dueAtMs(playing: Playing): number | null {
  const { phase, sinceMs, readMs } = playing;
  if (phase === 'asks') return readMs === null ? null : sinceMs + readMs;
  return phase === 'awaits' ? sinceMs + stepOf(playing).withinMs : null;
}

/** What the class is asked now; null: nothing. */
export function question(playing: Playing): string | null {
  if (playing.phase !== 'asks') return null;
  const { asks } = stepOf(playing);
  return asks === null ? null : filled(asks, playing.bound);
}

/** Asks, or goes on where there is nothing to ask. */
function enter(playing: Playing, nowMs: number): Outcome {
  if (playing.step === playing.scenario.steps.length) return [{ ...playing, phase: 'over' }, []];
  const next: Playing = { ...playing, phase: 'asks', sinceMs: nowMs, progress: 0, early: null };
  return stepOf(next).asks === null ? act(next, nowMs) : [next, []];
}

function act(playing: Playing, nowMs: number): Outcome {
  const { does } = stepOf(playing);
  const acts = does.map((action) => ({
    kind: 'act' as const,
    action: aimed(action, playing.bound),
  }));
  const actedMs = does.length > 0 ? nowMs : playing.actedMs;
  const next: Playing = { ...playing, phase: 'awaits', sinceMs: nowMs, actedMs };
  if (next.early === null) return [next, acts];
  return conclude(next, next.early, nowMs);
}

function heard(playing: Playing, record: WireRecord, nowMs: number): Outcome {
  const { scenario, bound, phase, early } = playing;
  const broken = scenario.never?.find((one) => met(one, record, bound, 0).isMet);
  if (broken !== undefined) {
    return missing(playing, `happened, and must not: ${filled(broken.expects, bound)}`);
  }
  const step = stepOf(playing);
  // What an action is to bring about cannot have come before it.
  if (phase === 'asks' && (step.does.length > 0 || early !== null)) return [playing, []];
  const { isMet, progress } = met(step.awaits, record, bound, playing.progress);
  if (!isMet) return [progress === playing.progress ? playing : { ...playing, progress }, []];
  if (phase === 'asks') return [{ ...playing, early: record }, []];
  return conclude(playing, record, nowMs);
}

function conclude(playing: Playing, record: WireRecord, nowMs: number): Outcome {
  const { caption, keeps = {} } = stepOf(playing);
  const values = { ...playing.bound, ...valuesOf(record, playing.actedMs) };
  const says = filled(caption, values);
  const kept = Object.entries(keeps).map(([name, of]) => [name, exact(`{${of}}`, values)]);
  const bound = { ...playing.bound, ...Object.fromEntries(kept) };
  const [next, effects] = enter({ ...playing, bound, step: playing.step + 1 }, nowMs);
  return [next, [{ kind: 'tell', says, isMissing: false }, ...effects]];
}

function timeIsUp(playing: Playing, nowMs: number): Outcome {
  if (playing.phase === 'asks') return act(playing, nowMs);
  const { awaits, withinMs } = stepOf(playing);
  const expected = filled(awaits.expects, playing.bound);
  return missing(playing, `did not happen within ${withinMs / 1_000} s: expected ${expected}`);
}

function missing(playing: Playing, says: string): Outcome {
  return [{ ...playing, phase: 'over', isWell: false }, [{ kind: 'tell', says, isMissing: true }]];
}

function stepOf({ scenario, step }: Playing): Step {
  const found = scenario.steps[step];
  if (found === undefined) throw new Error(`${scenario.name} has no step ${step}`);
  return found;
}
