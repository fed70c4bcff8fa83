/**
 * Owns the fields of a header: how a line is cut into them, and what their texts mean.
 * Never waits; it can say whether more bytes could make other fields of them.
 */

import { parseHost } from './address.js';
import {
  parseCommit,
  parseJobName,
  parseJobs,
  parseLog,
  parsePausable,
  parseRevision,
  parseRun,
  parseSecret,
} from './ids.js';
import { runsMax } from './limits.js';
import type { FieldTypes, Row } from './row.js';

export type Fields = Readonly<Record<string, FieldTypes[keyof FieldTypes]>>;

/** Cuts at colons; some kinds take the colons that the other fields leave over. */
export function splitFields(text: string | null, row: Row): string[] {
  const kinds = Object.values(row.fields);
  if (text === null) return kinds.every(isOptional) ? kinds.map(() => '') : [];
  const parts = text.split(':');
  const hostAt = kinds.findIndex((kind) => greedy.includes(kind));
  const surplus = parts.length - kinds.length;
  const missing = surplus < 0 ? kinds.slice(surplus) : [];
  if (missing.every(isOptional)) parts.push(...missing.map(() => ''));
  if (hostAt < 0 || surplus <= 0) return parts;
  const host = parts.slice(hostAt, hostAt + surplus + 1).join(':');
  return [...parts.slice(0, hostAt), host, ...parts.slice(hostAt + surplus + 1)];
}

function isOptional(kind: keyof FieldTypes): boolean {
  return kind.endsWith('?');
}

const greedy: readonly (keyof FieldTypes)[] = ['host', 'jobs', 'pausable'];

/** What the texts mean; null where one of them means nothing. */
export function readFields(row: Row, texts: readonly string[]): Fields | null {
  const fields: Record<string, FieldTypes[keyof FieldTypes]> = {};
  for (const [index, [name, kind]] of Object.entries(row.fields).entries()) {
    const text = texts[index] ?? '';
    const isLeftOut = isOptional(kind) && text === '';
    const value = isLeftOut ? null : fieldReaders[kind](text);
    if (value === null && !isLeftOut) return null;
    fields[name] = value;
  }
  return fields;
}

const fieldReaders: { [Kind in keyof FieldTypes]: (text: string) => FieldTypes[Kind] | null } = {
  commit: parseCommit,
  revision: parseRevision,
  run: parseRun,
  log: parseLog,
  'job?': (text) => parseJobName(utf8(text)),
  'number?': (text) => numberUpTo(text, 1, runsMax),
  'record?': (text) => numberUpTo(text, 0, Number.MAX_SAFE_INTEGER),
  jobs: (text) => parseJobs(utf8(text)),
  pausable: (text) => parsePausable(utf8(text)),
  host: parseHost,
  port: (text) => numberUpTo(text, 1, 65_535),
  offset: (text) => numberUpTo(text, 0, Number.MAX_SAFE_INTEGER),
  sequence: (text) => numberUpTo(text, 0, Number.MAX_SAFE_INTEGER),
  secret: parseSecret,
};

/** Headers are split as bytes; names are text. */
function utf8(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

function numberUpTo(text: string, least: number, most: number): number | null {
  if (!/^[0-9]{1,16}$/.test(text)) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}

/** Could more bytes make these fields others? An id that is too short could be, and a name. */
export function mayGrowIntoFields(row: Row, texts: readonly string[]): boolean {
  const kinds = Object.values(row.fields);
  const last = kinds.findLastIndex((kind, index) => !isOptional(kind) || texts[index] !== '');
  const text = texts[last] ?? '';
  switch (kinds[last]) {
    case 'job?':
    case 'number?':
    case 'record?':
      return true;
    case 'jobs':
      return parseCommit(text) === null && !text.startsWith('-');
    case 'commit':
    case 'revision':
      return parseCommit(text) === null && /^[0-9a-fA-F]{0,63}$/.test(text);
    default:
      return false;
  }
}
