/**
 * Owns whether a record of the wire is the one that a scenario waits for. What is expected is data, with
 * words for whom it does not come to.
 */

import type { WireChange, WireRecord } from '../../record/record.js';
import { type Bound, exact, filled } from './caption.js';

/** The fields that are given must be as given; `{names}` stand for what was kept. */
export type Awaited = {
  /** What is told where it does not come: `the run is called lost`. */
  readonly expects: string;
  readonly commit?: string;
  /** Words that stand in what the record says of itself; commits as people are told them. */
  readonly mentions?: string;
} & (
  | { readonly change: WireChange['what']; readonly process?: string }
  | {
      readonly message: string;
      readonly from?: string;
      readonly to?: string;
      /** So many of them, and no word of its receiver between. */
      readonly unanswered?: number;
    }
);

/** How many of the awaited messages have come since their receiver said anything. */
export type Progress = number;

export function met(
  awaited: Awaited,
  record: WireRecord,
  bound: Bound,
  before: Progress,
): { readonly isMet: boolean; readonly progress: Progress } {
  if ('change' in awaited) return { isMet: isThatChange(awaited, record, bound), progress: before };
  const { unanswered = 1, to } = awaited;
  if (isThatMessage(awaited, record, bound)) {
    return { isMet: before + 1 >= unanswered, progress: before + 1 };
  }
  const isAnswer = record.kind === 'message' && to !== undefined && is(record.from, to, bound);
  return { isMet: false, progress: isAnswer ? 0 : before };
}

function isThatChange(
  { change, process, commit, mentions }: Extract<Awaited, { change: unknown }>,
  record: WireRecord,
  bound: Bound,
): boolean {
  return (
    record.kind === 'change' &&
    record.what === change &&
    is(record.process, process, bound) &&
    is(record.commit, commit, bound) &&
    (mentions === undefined || record.says.includes(filled(mentions, bound)))
  );
}

function isThatMessage(
  { message, from, to, commit, mentions }: Extract<Awaited, { message: unknown }>,
  record: WireRecord,
  bound: Bound,
): boolean {
  return (
    record.kind === 'message' &&
    record.verb === message &&
    is(record.from, from, bound) &&
    is(record.to, to, bound) &&
    is(record.commit, commit, bound) &&
    (mentions === undefined || record.head.includes(filled(mentions, bound)))
  );
}

function is(value: string | undefined, wanted: string | undefined, bound: Bound): boolean {
  return wanted === undefined || value === exact(wanted, bound);
}
