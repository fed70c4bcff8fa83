/**
 * Owns how a recording becomes the lines that a person reads, as its text comes, piece by piece. What is not
 * as a recording must be is told with the number of its line.
 */

import { type Filter, keeps } from '../record/filter.js';
import {
  isOfLater,
  lineCharactersMax,
  parseHeader,
  parseMissed,
  parseRecord,
} from '../record/parse.js';
import { printable } from '../record/printable.js';
import type { WireHeader, WireMessage, WireRecord } from '../record/record.js';
import { TextLines } from '../record/text.js';
import { type Shade, shaded } from './screen/shades.js';

/** What a line of it is not. */
export class NotARecording extends Error {}

/** An arrival names its message by number; of so many we know what they were. */
const rememberedMost = 10_000;

export class WireLines {
  readonly #filter: Filter;
  readonly #print: (line: string) => boolean;
  readonly #isJson: boolean;
  readonly #showsBeats: boolean;
  readonly #messages = new Map<number, WireMessage>();
  #text: TextLines;
  #rest = '';
  #count = 0;
  #hasShown = false;
  #header: WireHeader | null = null;
  #last: WireRecord | undefined;

  /** `print` answers false where there is no room. */
  constructor(
    filter: Filter,
    print: (line: string) => boolean,
    { json, pings }: { readonly json: boolean; readonly pings: boolean },
  ) {
    this.#filter = filter;
    this.#print = print;
    this.#isJson = json;
    this.#showsBeats = pings;
    this.#text = new TextLines(filter, pings);
  }

  /** Whether its header came. */
  get hasBegun(): boolean {
    return this.#header !== null;
  }

  /** Whether any record was wanted so far; counted heartbeats are shown at a rest. */
  get hasShown(): boolean {
    return this.#hasShown;
  }

  /** Answers whether there is room for more. Throws `NotARecording`. */
  push(piece: string): boolean {
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop() ?? '';
    let hasRoom = true;
    for (const line of lines) hasRoom = this.#line(line) && hasRoom;
    if (this.#rest.length > lineCharactersMax) this.#line(this.#rest);
    return hasRoom;
  }

  /** Nothing comes for a while: what was counted is shown. */
  rest(): void {
    if (!this.#isJson) for (const line of this.#text.flush()) this.#show(shaded('dim', line));
  }

  /** That was all of it. A line that lacks its end may be a whole one. Throws `NotARecording`. */
  end(): 'whole' | 'cut short' {
    const rest = this.#rest;
    this.#rest = '';
    const isWhole =
      rest === '' ||
      this.#header === null ||
      'value' in parseRecord(rest, this.#last) ||
      isOfLater(rest);
    if (isWhole && (rest !== '' || this.#header === null)) this.#line(rest);
    this.rest();
    return isWhole ? 'whole' : 'cut short';
  }

  /** Another connection: what was begun of a line is no part of it. */
  beginAnew(): void {
    this.#rest = '';
    this.#header = null;
    this.#count = 0;
  }

  #line(line: string): boolean {
    this.#count += 1;
    if (this.#header === null) return this.#begin(line);
    if (line.trim() === '') return true;
    const missed = parseMissed(line);
    if (missed !== null) {
      const says = `records ${missed.from} to ${missed.to} were missed`;
      return this.#print(this.#isJson ? line : shaded('yellow', `! ${says}`));
    }
    const record = parseRecord(line, this.#last);
    // One that goes on may begin anew.
    if ('says' in record && 'value' in parseHeader(line)) return this.#begin(line);
    if ('says' in record && isOfLater(line)) return true;
    if ('says' in record) throw this.#fault(record.says);
    this.#last = record.value;
    return this.#record(record.value, line);
  }

  #begin(line: string): boolean {
    const header = parseHeader(line);
    if ('says' in header) throw this.#fault(header.says);
    this.#header = header.value;
    this.#last = undefined;
    this.#messages.clear();
    this.#text = new TextLines(this.#filter, this.#showsBeats);
    if (this.#isJson) return this.#print(line);
    const { title, startedAtMs, source } = header.value;
    // A simulated world begins at no time of ours.
    const since = source === 'simulation' ? '' : `, since ${timeOf(startedAtMs)}`;
    return this.#print(shaded('bold', `${printable(title)}${since}`));
  }

  #record(record: WireRecord, line: string): boolean {
    if (this.#isJson) return !this.#isWanted(record) || this.#show(line);
    const lines = this.#text.next(record);
    return lines
      .map((text, index) => {
        const isItsOwn = index === lines.length - 1;
        return this.#show(shaded(isItsOwn ? shadeOf(record) : 'dim', text));
      })
      .every((hasRoom) => hasRoom);
  }

  #show(line: string): boolean {
    this.#hasShown = true;
    return this.#print(line);
  }

  #isWanted(record: WireRecord): boolean {
    if (record.kind === 'message') {
      this.#messages.set(record.n, record);
      const [oldest] = this.#messages.keys();
      if (this.#messages.size > rememberedMost && oldest !== undefined)
        this.#messages.delete(oldest);
    }
    const message = 'message' in record ? this.#messages.get(record.message) : undefined;
    return keeps(this.#filter, record, record.kind === 'message' ? record : message);
  }

  #fault(says: string): NotARecording {
    return new NotARecording(`line ${this.#count}: ${says}`);
  }
}

/** `2026-01-31 12:00:01` */
function timeOf(atMs: number): string {
  const at = new Date(atMs);
  const parts = [at.getFullYear(), at.getMonth() + 1, at.getDate()];
  const day = parts.map((part) => String(part).padStart(2, '0')).join('-');
  return `${day} ${at.toTimeString().slice(0, 8)}`;
}

/** What is said of work stands out, what is said all the time does not. */
const shadeOfVerb: Readonly<Record<string, Shade>> = {
  ...{ ping: 'dim', pong: 'dim', log: 'dim', want: 'dim', step: 'dim', reply: 'dim' },
  ...{ dispatch: 'cyan', accepted: 'cyan', runtest: 'blue', results: 'magenta' },
  ...{ recorded: 'magenta', hello: 'green', welcome: 'green', register: 'green' },
  ...{ cancel: 'yellow', revoked: 'yellow', handback: 'yellow', refused: 'yellow' },
};

const troubles = ['left', 'killed', 'lost', 'law-broken'];
const warnings = ['silent', 'frozen', 'draining', 'requeued', 'handed-back', 'late'];

function shadeOf(record: WireRecord): Shade {
  if (record.kind === 'message') return shadeOfVerb[record.verb] ?? 'bold';
  if (record.kind === 'arrived') return 'dim';
  if (record.kind === 'dropped') return 'red';
  if (record.what === 'verdict' && record.verdict !== undefined)
    return record.verdict === 'passed' ? 'green' : 'red';
  if (troubles.includes(record.what)) return 'red';
  return warnings.includes(record.what) ? 'yellow' : 'bold';
}
