/**
 * Owns the reading of one header: verb, fields, and the length of a body if one follows.
 * Never waits and never keeps anything: bytes in, one of three answers out.
 *
 *   results:1a2b…:11:hello world        register:fe80::1:8900        status
 *   `--verb--´ field len `---body--´    `-verb--´ `host-´ port
 */

import { type Fields, mayGrowIntoFields, readFields, splitFields } from './fields.js';
import { headerBytesMax } from './limits.js';
import type { BodyThatFollows, Row } from './row.js';

/** The peer said something that means nothing. `says` is fit to be sent back to it. */
export interface Fault {
  readonly says: string;
}

export interface Header {
  readonly verb: string;
  readonly fields: Fields;
  /** Bytes that the header took, its last colon included, a newline not. */
  readonly size: number;
}

export interface BodyHeader extends Header {
  readonly body: BodyThatFollows;
  /** Of the body, in bytes or characters. */
  readonly length: number;
}

export type HeaderRead =
  | { readonly kind: 'line'; readonly header: Header }
  | { readonly kind: 'body follows'; readonly header: BodyHeader }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | Incomplete;

/** More may come; `fault` is what is to be said if nothing does. */
export interface Incomplete {
  readonly kind: 'incomplete';
  readonly fault: Fault;
}

export type Table = Readonly<Record<string, Row>>;

const newline = 0x0a;
const colon = 0x3a;

/** What tells that a peer says no more for now, or for good. */
export type Ending = 'silence' | 'close';

/**
 * Reads the header at the start of `bytes`. Where no newline is there, the end of `bytes` is
 * taken for the end of the line only at an `ending`: then `incomplete` means that a longer text
 * might yet have been valid.
 */
export function readHeader(table: Table, bytes: Buffer, ending: Ending | null): HeaderRead {
  const most = bytes.subarray(0, headerBytesMax);
  const lineEnd = most.indexOf(newline);
  const terminated = lineEnd !== -1;
  const line = terminated ? most.subarray(0, lineEnd) : most;
  const verbEnd = line.indexOf(colon);
  const hasColon = verbEnd !== -1;
  const verb = (hasColon ? line.subarray(0, verbEnd) : line).toString('latin1').trimEnd();
  const row = Object.hasOwn(table, verb) ? table[verb] : undefined;

  if (row === undefined) {
    const fault = unknownVerb(verb, terminated);
    // A pause does not end `sta`, which may become `status`; a newline and the bound end anything.
    const mayGrow = !hasColon && isPrefixOfAny(verb, table);
    const isWhole = terminated || line.length >= headerBytesMax || (ending !== null && !mayGrow);
    return { kind: isWhole ? 'fault' : 'incomplete', fault };
  }
  const rest = hasColon ? line.subarray(verbEnd + 1) : null;
  const found = { verb, row, rest, restAt: verbEnd + 1, size: line.length, terminated };
  if (row.body.kind !== 'none') return readUpToBody(found, row.body);
  return readLine(found, ends(row, ending));
}

/** `dispatch:<commit>`, `results:<commit>:<length>:<body>`: how a verb is written. */
export function usage(verb: string, row: Row): string {
  const kinds = Object.entries(row.fields);
  const optional = kinds.filter(([, kind]) => kind.endsWith('?'));
  const fields = kinds.map(([field, kind]) => `${kind.endsWith('?') ? '[' : ''}:<${field}>`);
  const closed = ']'.repeat(optional.length);
  return verb + fields.join('') + closed + (row.body.kind === 'none' ? '' : ':<length>:<body>');
}

/** A line, or what there is of one, whose verb is known. */
interface Line {
  readonly verb: string;
  readonly row: Row;
  /** What follows the verb's colon; null where there is no colon. */
  readonly rest: Buffer | null;
  readonly restAt: number;
  readonly size: number;
  /** Whether a newline ended it. */
  readonly terminated: boolean;
}

/** Reads a header that is a whole line. */
function readLine({ verb, row, rest, size, terminated }: Line, isEnd: boolean): HeaderRead {
  const fault = malformed(verb, row);
  if (!terminated && !isEnd) {
    if (size < headerBytesMax)
      return { kind: 'incomplete', fault: row.needsEnter ? unended : fault };
    return { kind: 'fault', fault: tooLong(`a line holds at most ${headerBytesMax} bytes`) };
  }
  const names = Object.keys(row.fields);
  const texts = splitFields(rest?.toString('latin1').trimEnd() ?? null, row);
  if (texts.length !== names.length) {
    const mayGrow = !terminated && texts.length < names.length;
    return { kind: mayGrow ? 'incomplete' : 'fault', fault };
  }
  const fields = readFields(row, texts);
  const mayGrow = !terminated && mayGrowIntoFields(row, texts);
  if (fields === null) return { kind: mayGrow ? 'incomplete' : 'fault', fault };
  if (mayGrow) return { kind: 'incomplete', fault: unended };
  return { kind: 'line', header: { verb, fields, size } };
}

/** Reads a header that ends with the colon before its body. */
function readUpToBody(
  { verb, row, rest, restAt, size, terminated }: Line,
  body: BodyThatFollows,
): HeaderRead {
  const fault = malformed(verb, row);
  const names = Object.keys(row.fields);
  const texts: string[] = [];
  let at = 0;
  while (rest !== null && texts.length <= names.length) {
    const end = rest.indexOf(colon, at);
    if (end === -1) break;
    texts.push(rest.subarray(at, end).toString('latin1'));
    at = end + 1;
  }
  if (texts.length <= names.length) {
    const isFull = size >= headerBytesMax;
    return { kind: terminated || isFull ? 'fault' : 'incomplete', fault };
  }
  const lengthText = texts.pop() ?? '';
  const fields = readFields(row, texts);
  if (fields === null || !/^[0-9]{1,30}$/.test(lengthText)) return { kind: 'fault', fault };
  const length = Number(lengthText);
  if (length > body.bytesMax) {
    const why = `a body of ${verb} holds at most ${body.bytesMax} bytes`;
    return { kind: 'fault', fault: tooLong(why) };
  }
  return { kind: 'body follows', header: { verb, fields, size: restAt + at, body, length } };
}

/** Half a secret is a wrong one, even where the connection closes. */
function ends(row: Row, ending: Ending | null): boolean {
  if (ending === null || Object.values(row.fields).includes('secret')) return false;
  return ending === 'close' || row.needsEnter !== true;
}

const unended = invalid('a branch, a name, or the beginning of an id is ended by Enter');

function isPrefixOfAny(text: string, table: Table): boolean {
  return Object.keys(table).some((verb) => verb.startsWith(text));
}

/** The two classic words, alone, for a peer that compares them; a hint for one that types. */
function unknownVerb(verb: string, terminated: boolean): Fault {
  if (!terminated) return { says: 'Invalid command' };
  // What is longer may be a secret that was typed in the wrong place, and others hear of this.
  if (verb.length > shownMax) return invalid('that is not a verb; type help');
  return invalid(`"${verb.replace(/[^\x20-\x7e]/g, '?')}" is not a verb; type help`);
}

/** Shorter than any token (see token.ts), longer than any verb. */
const shownMax = 15;

function malformed(verb: string, row: Row): Fault {
  const kinds = Object.values(row.fields);
  if (kinds.includes('revision')) {
    return invalid(
      `it is written ${usage(verb, row)}; a commit is its id, or at least 4 digits of it`,
    );
  }
  if (kinds.includes('pausable')) {
    return invalid(`it is written ${verb}:all, ${verb}:repository:<name> or ${verb}:runner:<name>`);
  }
  const isOfCommit = kinds.includes('commit') || kinds.includes('jobs');
  const hint = isOfCommit ? '; a commit is its full id, as "git rev-parse" prints it' : '';
  return invalid(`it is written ${usage(verb, row)}${hint}`);
}

function tooLong(why: string): Fault {
  return invalid(`too long; ${why}`);
}

/** What a peer is told that wrote something else than it should. */
export function invalid(why: string): Fault {
  return { says: `Invalid command: ${why}\n` };
}
