/**
 * Owns the way from text to records. Files come from strangers: what is wrong becomes a sentence with the
 * number of its line, and what we do not know of is left behind. Never throws. Pure.
 * Invariant: of each record that is read, `n` is larger than of the one before, and `atUs` not smaller.
 */

import {
  changes,
  headBytesMax,
  isKnown,
  kinds,
  processRoles,
  processStates,
  sources,
  type WireHeader,
  type WireMissed,
  type WireRecord,
  wireFormat,
  wireVersion,
} from './record.js';

/** An honest line has a head, a sentence and some names. */
export const lineCharactersMax = 16_384;

const textCharactersMax = 4_096;

/** Each has a line in the picture; ten thousand runners are no picture any more. */
const processesMax = 1_000;

export type Read<T> = { readonly value: T } | { readonly says: string };

export interface ParsedRecording {
  readonly header: WireHeader;
  readonly records: readonly WireRecord[];
  /** Whether the last line was cut off, as it is where somebody still writes it or was killed meanwhile. */
  readonly isCutShort: boolean;
  /** Recordings before this one in the same file: a stream that was begun anew. */
  readonly earlier: number;
}

/** A whole file; of several recordings in it the last. */
export function parseRecording(text: string): Read<ParsedRecording> {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  const [first = last] = lines;
  const begun = parseHeader(first);
  if ('says' in begun) return { says: `line 1: ${begun.says}` };
  let header = begun.value;
  let records: WireRecord[] = [];
  let earlier = 0;
  const names = new Set<string>();
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '' || parseMissed(line) !== null) continue;
    const record = parseRecord(line, records.at(-1));
    if ('says' in record) {
      if (isOfLater(line)) continue;
      const again = parseHeader(line);
      if ('says' in again) return { says: `line ${index + 1}: ${record.says}` };
      [header, records, earlier] = [again.value, [], earlier + 1];
      continue;
    }
    records.push(record.value);
    for (const name of namesIn(record.value)) names.add(name);
    if (names.size > processesMax) {
      return { says: `line ${index + 1}: there are more than ${processesMax} processes by now` };
    }
  }
  const isAlone = lines.length === 0;
  const cut = last.trim() === '' || isAlone ? null : parseRecord(last, records.at(-1));
  if (cut !== null && 'value' in cut) records.push(cut.value);
  const isCutShort = cut !== null && 'says' in cut && !isOfLater(last);
  return { value: { header, records, isCutShort, earlier } };
}

function namesIn(record: WireRecord): string[] {
  if (record.kind === 'message') return [record.from, record.to];
  return record.kind === 'change' ? [record.process] : [];
}

/** What a slow reader, or a slow disk, missed; null: the line is something else. */
export function parseMissed(line: string): WireMissed | null {
  if (!line.includes('"missed"')) return null;
  const fields = fieldsOf(line);
  if ('says' in fields || fields.value.text('kind') !== 'missed') return null;
  const { value } = fields;
  const missed = { kind: 'missed', from: value.whole('from'), to: value.whole('to') } as const;
  return value.fault === null ? missed : null;
}

/** Whether it is a record of a kind, or of a change, that only a later Trivet knows: one leaves it out. */
export function isOfLater(line: string): boolean {
  const fields = fieldsOf(line);
  if ('says' in fields) return false;
  const { value } = fields;
  value.whole('n');
  value.whole('atUs');
  const kind = value.text('kind');
  const what = kind === 'change' ? value.text('what') : '';
  return value.fault === null && !isKnown({ kind, what });
}

export function parseHeader(line: string): Read<WireHeader> {
  const fields = fieldsOf(line);
  if ('says' in fields) return { says: `this is no recording of the wire: ${fields.says}` };
  const { value } = fields;
  if (value.text('format') !== wireFormat) {
    return {
      says: `this is no recording of the wire, which begins with {"format":"${wireFormat}",…`,
    };
  }
  const version = value.whole('version');
  if (value.fault === null && version !== wireVersion) {
    return { says: `it is of version ${version}, and this Trivet reads version ${wireVersion}` };
  }
  const header = {
    format: wireFormat,
    version: wireVersion,
    source: value.oneOf('source', sources),
    title: value.text('title'),
    startedAtMs: value.whole('startedAtMs'),
  } as const;
  return value.fault === null ? { value: header } : { says: value.fault };
}

/** `before`: the record of the line before, if there was one. */
export function parseRecord(line: string, before?: WireRecord): Read<WireRecord> {
  const fields = fieldsOf(line);
  if ('says' in fields) return fields;
  const record = recordOf(fields.value);
  if (fields.value.fault !== null) return { says: fields.value.fault };
  if (record.n < 1) return { says: '"n" counts from 1' };
  if (record.n <= (before?.n ?? 0)) return { says: `"n" is ${record.n} after ${before?.n}` };
  if (record.atUs < (before?.atUs ?? 0))
    return { says: '"atUs" is before that of the line before' };
  if ('message' in record && record.message >= record.n) {
    return { says: `"message" is ${record.message}, which is not before ${record.n}` };
  }
  return { value: record };
}

function recordOf(of: Fields): WireRecord {
  const moment = { n: of.whole('n'), atUs: of.whole('atUs') };
  const kind = of.oneOf('kind', kinds);
  switch (kind) {
    case 'message':
      return {
        ...{ ...moment, kind, from: of.name('from'), to: of.name('to') },
        ...{ connection: of.text('connection'), verb: of.name('verb') },
        ...{ ...of.perhaps('commit'), ...of.perhaps('run') },
        ...{ bytes: of.whole('bytes'), head: of.text('head', headBytesMax) },
      };
    case 'arrived':
      return { ...moment, kind, message: of.whole('message') };
    case 'dropped':
      return { ...moment, kind, message: of.whole('message'), says: of.text('says') };
    case 'change':
      return {
        ...{ ...moment, kind, what: of.oneOf('what', changes), process: of.name('process') },
        ...(of.has('role') && { role: of.oneOf('role', processRoles) }),
        ...(of.has('state') && { state: of.oneOf('state', processStates) }),
        ...{ ...of.perhaps('commit'), ...of.perhaps('job'), ...of.perhaps('run') },
        ...of.perhaps('verdict'),
        says: of.text('says'),
      };
  }
}

function fieldsOf(line: string): Read<Fields> {
  if (line.length > lineCharactersMax) {
    return { says: `it has ${line.length} characters; a record has at most ${lineCharactersMax}` };
  }
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    // A stranger's line: it is told, not thrown on.
    return { says: line.trim() === '' ? 'it is empty' : 'it is not JSON' };
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { says: 'it is JSON, but no object' };
  }
  return { value: new Fields(json) };
}

/** The parts of one object, each asked for by name and type; keeps the first fault. */
class Fields {
  readonly #parts: ReadonlyMap<string, unknown>;
  #fault: string | null = null;

  constructor(json: object) {
    this.#parts = new Map(Object.entries(json));
  }

  get fault(): string | null {
    return this.#fault;
  }

  has(key: string): boolean {
    return this.#parts.has(key);
  }

  text(key: string, charactersMax = textCharactersMax): string {
    const part = this.#parts.get(key);
    if (typeof part !== 'string') return this.#wants(key, 'text', '');
    if (part.length <= charactersMax) return part;
    return this.#wants(key, `text of at most ${charactersMax} characters`, '');
  }

  name(key: string): string {
    const text = this.text(key);
    return text === '' ? this.#wants(key, 'a name', '') : text;
  }

  whole(key: string): number {
    const part = this.#parts.get(key);
    const isWhole = typeof part === 'number' && Number.isSafeInteger(part) && part >= 0;
    return isWhole ? part : this.#wants(key, 'a whole number', 0);
  }

  oneOf<const Word extends string>(key: string, words: readonly [Word, ...Word[]]): Word {
    const part = this.#parts.get(key);
    const known = words.find((word) => word === part);
    return known ?? this.#wants(key, `one of ${words.join(', ')}`, words[0]);
  }

  perhaps<Key extends string>(key: Key): { readonly [name in Key]?: string } {
    if (!this.has(key)) return {};
    const part: { [name in Key]?: string } = {};
    part[key] = this.text(key);
    return part;
  }

  #wants<T>(key: string, what: string, instead: T): T {
    this.#fault ??= this.has(key) ? `"${key}" is not ${what}` : `"${key}" is missing`;
    return instead;
  }
}
