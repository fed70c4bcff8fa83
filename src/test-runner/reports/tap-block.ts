/**
 * Owns the YAML block below a point of TAP, as far as it says why and where a test failed. It is read
 * line by line, and no YAML is loaded: tools write what they like there, and cut it where they like.
 */

import { failureCharactersMax } from './limits.js';
import type { Failure, Place } from './test-case.js';
import { messageOf, placeIn, withinRoots } from './words.js';

/** The texts of the keys at its margin; of a map below a key, its lines as they stand. */
export type Block = ReadonlyMap<string, string>;

const keyed = /^([A-Za-z_][\w-]{0,40}):(?:\s+(.*))?$/;

/** `lines` without the block's own indentation. */
export function blockOf(lines: readonly string[]): Block {
  const block = new Map<string, string>();
  let key = '';
  for (const line of lines) {
    const [, name, value = ''] = keyed.exec(line) ?? [];
    if (name !== undefined) {
      key = name;
      block.set(key, /^[|>][+-]?$/.test(value) ? '' : unquoted(value));
    } else if (key !== '') {
      const before = block.get(key) ?? '';
      if (before.length < failureCharactersMax) block.set(key, `${before}\n${line.trim()}`);
    }
  }
  return block;
}

export function failureIn(block: Block, roots: readonly string[]): Failure {
  const of = (key: string) => block.get(key) ?? '';
  const stack = of('stack');
  const place =
    placeIn(stack, roots) ?? placeAt(of('at'), roots) ?? declared(of('location'), roots);
  return { message: messageOf(of('error') || of('message'), stack), place };
}

export function millisecondsIn(block: Block): number {
  const duration = Number(block.get('duration_ms') ?? 0);
  return Number.isFinite(duration) && duration > 0 ? duration : 0;
}

/** node-tap's: a map of `file` and `line`; others write `file:line`. */
function placeAt(at: string, roots: readonly string[]): Place | null {
  const [, file = ''] = /^(?:file|fileName): *(.+)$/m.exec(at) ?? [];
  const [, line = ''] = /^(?:line|lineNumber): *(\d{1,7})$/m.exec(at) ?? [];
  const own = withinRoots(unquoted(file), roots);
  if (own === null || own === '' || Number(line) < 1) return placeIn(at, roots);
  return { file: own, line: Number(line) };
}

/** Where the test begins, as node says it. */
function declared(location: string, roots: readonly string[]): Place | null {
  return placeIn(location, roots);
}

function unquoted(value: string): string {
  const [, single] = /^'(.*)'$/.exec(value) ?? [];
  if (single !== undefined) return single.replaceAll("''", "'");
  const [, double] = /^"(.*)"$/.exec(value) ?? [];
  return double === undefined ? value : double.replace(/\\(["\\])/g, '$1').replaceAll('\\n', '\n');
}
