/**
 * Owns the question where a message departs from the form that its row in the table of verbs gives it.
 * Pure: the decoder says that a message is wrong, this says at which byte.
 */

import { usage } from '../../protocol/header.js';
import type { Row } from '../../protocol/row.js';
import { type Difference, difference, gotAt, type Part } from './bytes.js';

/** What must stand behind a message: nothing, or the newline that ends it in a session. */
export type Ended = 'by the end' | 'by a newline';

/**
 * Where `bytes` are not that message. Null where they are, as far as bytes can tell: then it is the
 * JSON inside that is wrong.
 */
export function misframed(verb: string, row: Row, bytes: Buffer, ended: Ended): Difference | null {
  const form = usage(verb, row);
  const header = [...headerOf(verb, row)];
  if (row.body.kind === 'none') {
    const line = lineOf(bytes);
    const found = difference(header, line);
    if (found !== null) return { ...found, form, came: bytes, got: gotAt(bytes, found.at) };
    return ended === 'by a newline' ? ending(bytes, line.length, 'a newline', form) : null;
  }
  const [head = '', length = ''] = headAndLength(header, bytes) ?? [];
  if (head === '') {
    const found = difference([...header, ':', lengthPart, ':'], bytes);
    return found === null ? null : { ...found, form };
  }
  const bodyAt = head.length;
  const endAt = bodyAt + Number(length);
  if (bytes.length < endAt) {
    const missing = endAt - bytes.length;
    const expected = `${missing} more ${missing === 1 ? 'byte' : 'bytes'} of the body, whose length says ${length}`;
    return { at: bytes.length, expected, got: 'nothing more', whole: null, form, came: bytes };
  }
  const behind = `the body of ${length} bytes`;
  if (ended === 'by a newline') return ending(bytes, endAt, `a newline behind ${behind}`, form);
  const isOver = /^[\r\n]*$/.test(bytes.subarray(endAt).toString('latin1'));
  if (isOver) return null;
  const expected = `nothing more behind ${behind}`;
  return { at: endAt, expected, got: gotAt(bytes, endAt), whole: null, form, came: bytes };
}

/** How the form's fields look; a field of another kind is whatever holds no colon. */
const forms: Readonly<Record<string, Part>> = {
  commit: { says: 'commit', form: /^(?:[0-9a-f]{64}|[0-9a-f]{40})/ },
  run: { says: 'run', form: /^[0-9a-f]{8}-[0-9]+/ },
  log: { says: 'log', form: /^[0-9a-f]{8}-[0-9]+(?:\.[0-9]+)?/ },
  offset: { says: 'offset', form: /^[0-9]+/ },
  port: { says: 'port', form: /^[0-9]{1,5}/ },
};

const lengthPart: Part = { says: 'length', form: /^[0-9]+/ };

function headerOf(verb: string, row: Row): Part[] {
  const fields = Object.entries(row.fields).flatMap(([name, kind]): Part[] => [
    ':',
    forms[kind] ?? { says: name, form: /^[^:\r\n]+/ },
  ]);
  return [verb, ...fields];
}

/** All that stands before the body, and the digits of its length. */
function headAndLength(header: readonly Part[], bytes: Buffer): readonly string[] | null {
  const source = header
    .map((part) => (typeof part === 'string' ? part : part.form.source.slice(1)))
    .join('');
  return new RegExp(`^${source}:([0-9]+):`).exec(bytes.toString('latin1'));
}

/** Up to the end of the line; `\r\n` is one, too. */
function lineOf(bytes: Buffer): Buffer {
  const end = /[\r\n]|$/.exec(bytes.toString('latin1'))?.index ?? bytes.length;
  return bytes.subarray(0, end);
}

function ending(came: Buffer, at: number, expected: string, form: string): Difference | null {
  const isThere = came[at] === 0x0a || (came[at] === 0x0d && came[at + 1] === 0x0a);
  return isThere ? null : { at, expected, got: gotAt(came, at), whole: null, form, came };
}
