/**
 * Owns where two recordings part: which records of one are those of the other, and which only one has. Time
 * does not count, nor heartbeats, which come when a clock says so; nor how commits, runs and connections are
 * numbered, as long as each of one recording is always the same of the other. Pure.
 */

import { messageOf } from './excerpt.js';
import { isHeartbeat } from './filter.js';
import type { Model } from './model.js';
import type { WireRecord } from './record.js';

/** Places of records; null: only the other recording has it. Never are both null. */
export interface Pair {
  readonly left: number | null;
  readonly right: number | null;
}

export interface Parting {
  readonly pairs: readonly Pair[];
  /** The first pair that is none; null: they tell the same. */
  readonly partsAt: number | null;
}

/** After a difference they are the same again within so many records, or they have parted for good. */
const searchedMost = 400;

/** One record alike may be chance; so many in a row are the same story. */
const alikeMin = 2;

export function partingOf(left: Model, right: Model): Parting {
  const [ours, theirs] = [tellingOf(left), tellingOf(right)];
  const ties = new Ties();
  const pairs: Pair[] = [];
  let [i, j] = [0, 0];
  const isSame = (a: number, b: number) => {
    const [one, other] = [ours[a], theirs[b]];
    return one !== undefined && other !== undefined && ties.allow(one, other);
  };
  while (i < ours.length || j < theirs.length) {
    const [one, other] = [ours[i], theirs[j]];
    if (one !== undefined && other !== undefined && ties.allow(one, other)) {
      ties.tie(one, other);
      pairs.push({ left: one.index, right: other.index });
      [i, j] = [i + 1, j + 1];
      continue;
    }
    const [a, b] = nextSame(i, j, ours.length, theirs.length, isSame);
    for (const { index } of ours.slice(i, a)) pairs.push({ left: index, right: null });
    for (const { index } of theirs.slice(j, b)) pairs.push({ left: null, right: index });
    [i, j] = [a, b];
  }
  const at = pairs.findIndex((pair) => pair.left === null || pair.right === null);
  return { pairs, partsAt: at === -1 ? null : at };
}

/** Where both tell the same again, with as little between as can be; else their ends. */
function nextSame(
  i: number,
  j: number,
  leftEnd: number,
  rightEnd: number,
  isSame: (a: number, b: number) => boolean,
): [number, number] {
  for (let apart = 1; apart <= searchedMost; apart += 1) {
    for (let step = 0; step <= apart; step += 1) {
      const [a, b] = [i + apart - step, j + step];
      if (a >= leftEnd || b >= rightEnd) continue;
      const isEnd = a + 1 >= leftEnd || b + 1 >= rightEnd;
      if (isSame(a, b) && (isEnd || isSame(a + alikeMin - 1, b + alikeMin - 1))) return [a, b];
    }
  }
  return [leftEnd, rightEnd];
}

/** A record as it is compared. */
interface Telling {
  readonly index: number;
  readonly says: string;
  /** What is numbered, by what it numbers. */
  readonly ids: readonly (string | undefined)[];
}

function tellingOf(model: Model): Telling[] {
  return model.records.flatMap((record, index) => {
    const message = messageOf(model, record);
    if (message !== undefined && isHeartbeat(message)) return [];
    return [{ index, says: saysOf(record, model), ids: idsOf(record) }];
  });
}

function saysOf(record: WireRecord, model: Model): string {
  if (record.kind === 'change') {
    const { what, process, state = '', says } = record;
    return [what, process, state, withoutNumbers(says)].join('\n');
  }
  const message = messageOf(model, record);
  const { from = '', to = '', verb = '' } = message ?? {};
  const answer = record.kind === 'message' && verb === 'reply' ? withoutNumbers(record.head) : '';
  return [record.kind, from, to, verb, answer].join('\n');
}

/** Times, numbers and ids are others each time. */
function withoutNumbers(text: string): string {
  return text.replace(/\b[0-9a-f]{1,8}-\d+\b|\b[0-9a-f]{7,64}\b|\d+(?:\.\d+)?/g, '#');
}

function idsOf(record: WireRecord): (string | undefined)[] {
  if (record.kind === 'message') return [record.commit, record.run, record.connection];
  return record.kind === 'change' ? [record.commit, record.run, undefined] : [];
}

/** Which id of one is which of the other: each has one partner, for good. */
class Ties {
  readonly #rightOf = new Map<string, string>();
  readonly #leftOf = new Map<string, string>();

  allow(left: Telling, right: Telling): boolean {
    if (left.says !== right.says) return false;
    return left.ids.every((id, sort) => this.#allows(sort, id, right.ids[sort]));
  }

  tie(left: Telling, right: Telling): void {
    for (const [sort, id] of left.ids.entries()) {
      const other = right.ids[sort];
      if (id === undefined || other === undefined) continue;
      this.#rightOf.set(`${sort} ${id}`, other);
      this.#leftOf.set(`${sort} ${other}`, id);
    }
  }

  #allows(sort: number, left: string | undefined, right: string | undefined): boolean {
    if (left === undefined || right === undefined) return left === right;
    const [tied, back] = [
      this.#rightOf.get(`${sort} ${left}`),
      this.#leftOf.get(`${sort} ${right}`),
    ];
    return (tied ?? right) === right && (back ?? left) === left;
  }
}
