/**
 * Owns a record as a log with vector clocks, which ShiViz draws. A message is two events, one at each end; a
 * change is one. The clocks are counted over what is taken along only, so that none refers to an event that
 * is not there. Pure.
 */

import { chosenOf, type Excerpt } from './excerpt.js';
import { printable } from './printable.js';
import type { WireMessage } from './record.js';
import { momentOf, shortId } from './text.js';

/** What ShiViz wants to be told beside the log: how an event is written. */
export const shivizPattern = '(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})';

type Clock = Map<string, number>;

export function asShiviz(excerpt: Excerpt): string {
  const { model } = excerpt;
  const clocks = new Map<string, Clock>();
  /** By the `n` of a message: what its sender knew. */
  const sent = new Map<number, Clock>();
  const lines: string[] = [];
  const happens = (process: string, atUs: number, says: string, learns?: Clock) => {
    const host = hostOf(process);
    const clock = clocks.get(host) ?? new Map<string, number>();
    clocks.set(host, clock);
    for (const [name, count] of learns ?? []) {
      clock.set(name, Math.max(count, clock.get(name) ?? 0));
    }
    clock.set(host, (clock.get(host) ?? 0) + 1);
    lines.push(
      `${momentOf(atUs)} ${printable(says)}`,
      `${host} ${JSON.stringify(Object.fromEntries(clock))}`,
    );
    return new Map(clock);
  };
  for (const { record, message } of chosenOf(excerpt)) {
    if (record.kind === 'change') happens(record.process, record.atUs, record.says);
    if (message === undefined) continue;
    if (record.kind === 'message') {
      const { n, from, to, atUs } = message;
      const clock = happens(from, atUs, `${labelOf(message)} to ${to}`);
      if (model.hearsArrivals) sent.set(n, clock);
      else happens(to, atUs, `${labelOf(message)} from ${from}`, clock);
    } else if (record.kind === 'arrived') {
      const clock = sent.get(message.n);
      const says = `${labelOf(message)} from ${message.from}`;
      if (clock !== undefined) happens(message.to, record.atUs, says, clock);
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}

function labelOf({ verb, commit }: WireMessage): string {
  return commit === undefined ? verb : `${verb} ${shortId(commit)}`;
}

/** Without blanks, as the pattern wants it; and no name is empty, or a number that an object would sort. */
function hostOf(process: string): string {
  const name = printable(process).replace(/\s/g, '_');
  return /^\d*$/.test(name) ? `_${name}` : name;
}
