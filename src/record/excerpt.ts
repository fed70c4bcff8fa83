/**
 * Owns the part of a recording that somebody takes along: a range, and of it what a filter keeps. Pure.
 */

import { type Filter, keeps } from './filter.js';
import type { Model } from './model.js';
import { lineOf, type WireMessage, type WireRecord } from './record.js';
import { TextLines } from './text.js';

export interface Excerpt {
  readonly model: Model;
  /** Places in the model, both included. */
  readonly from: number;
  readonly until: number;
  readonly filter: Filter;
}

interface Chosen {
  readonly index: number;
  readonly record: WireRecord;
  /** Itself, or the message that it tells of. */
  readonly message: WireMessage | undefined;
}

export function wholeOf(model: Model, filter: Filter): Excerpt {
  return { model, from: 0, until: model.records.length - 1, filter };
}

export function* chosenOf({ model, from, until, filter }: Excerpt): Generator<Chosen> {
  for (let index = Math.max(0, from); index <= until; index += 1) {
    const record = model.records[index];
    if (record === undefined) return;
    const message = messageOf(model, record);
    if (keeps(filter, record, message)) yield { index, record, message };
  }
}

/** The message that a record is, or tells of. */
export function messageOf(model: Model, record: WireRecord): WireMessage | undefined {
  if (record.kind === 'message') return record;
  if (record.kind === 'change') return undefined;
  const index = model.indexOf(record.message);
  const message = index === null ? undefined : model.records[index];
  return message?.kind === 'message' ? message : undefined;
}

/** As `trivet wire` prints it. */
export function asText(excerpt: Excerpt): string {
  const lines = new TextLines(excerpt.filter);
  const printed: string[] = [];
  for (const { record } of chosenOf(excerpt)) printed.push(...lines.next(record));
  return [...printed, ...lines.flush()].map((line) => `${line}\n`).join('');
}

/** As a recording of its own, which can be opened again. */
export function asRecording(excerpt: Excerpt): string {
  const lines = [lineOf(excerpt.model.header)];
  for (const { record } of chosenOf(excerpt)) lines.push(lineOf(record));
  return lines.join('');
}
