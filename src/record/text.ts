/**
 * Owns the record as lines of text, one a record, as `trivet wire` prints them:
 *
 *   +12.034  bob → dispatcher  results  214 bytes  1a2b3c4  7f3a-1
 *   +12.036  * 1a2b3c4 passed
 *
 * Heartbeats in a row are one line with their count, until somebody asks for them. Pure; columns grow with
 * what came so far, so that nothing is waited for.
 */

import { asksFor, everything, type Filter, isHeartbeat, keeps } from './filter.js';
import { printable } from './printable.js';
import type { WireMessage, WireRecord } from './record.js';

/** A drop names its message by number; of so many we know what they were. */
const rememberedMost = 10_000;

export class TextLines {
  readonly #filter: Filter;
  readonly #foldsBeats: boolean;
  readonly #showsArrivals: boolean;
  readonly #messages = new Map<number, WireMessage>();
  readonly #widths = { moment: 7, ends: 0, verb: 8, bytes: 0 };
  #beats: { readonly fromUs: number; readonly untilUs: number; readonly count: number } | null =
    null;

  /** `showsBeats`: each of them, whether the filter asks for them or not. */
  constructor(filter: Filter = everything, showsBeats = false) {
    this.#filter = filter;
    this.#foldsBeats =
      !showsBeats &&
      !asksFor(filter, 'verb', 'ping', 'pong') &&
      !asksFor(filter, 'kind', 'heartbeat');
    this.#showsArrivals = asksFor(filter, 'kind', 'arrived');
  }

  /** The lines that this record completes, without their newlines: mostly one. */
  next(record: WireRecord): string[] {
    if (record.kind === 'message') this.#remember(record);
    const message = this.#messageOf(record);
    if (!keeps(this.#filter, record, message)) return [];
    if (record.kind === 'arrived' && !this.#showsArrivals) return [];
    if (this.#foldsBeats && record.kind === 'message' && isHeartbeat(record)) {
      const fromUs = this.#beats?.fromUs ?? record.atUs;
      this.#beats = { fromUs, untilUs: record.atUs, count: (this.#beats?.count ?? 0) + 1 };
      return [];
    }
    return [...this.flush(), this.#lineOf(record, message)];
  }

  /** The heartbeats that were held back, at the end or when nothing else came for long. */
  flush(): string[] {
    if (this.#beats === null) return [];
    const { fromUs, untilUs, count } = this.#beats;
    this.#beats = null;
    const says = count === 1 ? '1 heartbeat' : `${count} heartbeats`;
    const until = untilUs === fromUs ? '' : `, until ${momentOf(untilUs)}`;
    return [`${this.#moment(fromUs)}  ~ ${says}${until}`];
  }

  #lineOf(record: WireRecord, message: WireMessage | undefined): string {
    const moment = this.#moment(record.atUs);
    switch (record.kind) {
      case 'message':
        return `${moment}  ${this.#columnsOf(record)}`;
      case 'change':
        return `${moment}  * ${printable(record.says)}`;
      case 'arrived':
        return `${moment}  > ${toldOf(message, record.message)} arrived`;
      case 'dropped':
        return `${moment}  ! ${toldOf(message, record.message)} is lost: ${printable(record.says)}`;
    }
  }

  #columnsOf({ from, to, verb, commit = '', run = '', bytes }: WireMessage): string {
    const widths = this.#widths;
    const ends = `${printable(from)} → ${printable(to)}`;
    const size = bytes === 1 ? '1 byte ' : `${bytes} bytes`;
    widths.ends = Math.max(widths.ends, ends.length);
    widths.verb = Math.max(widths.verb, verb.length);
    widths.bytes = Math.max(widths.bytes, size.length);
    return [
      ends.padEnd(widths.ends),
      printable(verb).padEnd(widths.verb),
      size.padStart(widths.bytes),
      printable(shortId(commit)),
      printable(run),
    ]
      .join('  ')
      .trimEnd();
  }

  #moment(atUs: number): string {
    const moment = momentOf(atUs);
    this.#widths.moment = Math.max(this.#widths.moment, moment.length);
    return moment.padStart(this.#widths.moment);
  }

  #messageOf(record: WireRecord): WireMessage | undefined {
    if (record.kind === 'message') return record;
    return record.kind === 'change' ? undefined : this.#messages.get(record.message);
  }

  #remember(message: WireMessage): void {
    this.#messages.set(message.n, message);
    if (this.#messages.size <= rememberedMost) return;
    for (const oldest of this.#messages.keys()) {
      this.#messages.delete(oldest);
      return;
    }
  }
}

/** Since the record began, in seconds: `+12.034`. */
export function momentOf(atUs: number): string {
  return `+${(Math.floor(atUs / 1_000) / 1_000).toFixed(3)}`;
}

/** As git abbreviates a commit. */
export function shortId(commit: string): string {
  return commit.slice(0, 7);
}

function toldOf(message: WireMessage | undefined, n: number): string {
  if (message === undefined) return `message ${n}`;
  return `${printable(message.from)} → ${printable(message.to)}: ${printable(message.verb)}`;
}
