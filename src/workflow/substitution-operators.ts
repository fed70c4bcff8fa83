/**
 * Owns what the operators in `${NAME:-…}` do with a value. `:+` and `:?` give a default like `:-`,
 * against what a shell does: so the library of Woodpecker and Drone has it, and files rely on it.
 */

import { automatonOf, matchEnds, type Pattern, PatternError } from './automaton.js';
import { globPattern } from './glob.js';
import { substitutedCharactersMax } from './limits.js';

/** Longer ones before those that they begin with. */
export const operators = [
  ':-',
  ':=',
  ':+',
  ':?',
  '=',
  '^^',
  '^',
  ',,',
  ',',
  '##',
  '#',
  '%%',
  '%',
  '//',
  '/#',
  '/%',
  '/',
  ':',
] as const;

export type Operator = (typeof operators)[number];

/** The value after its operator; `second` is what stands behind the argument's slash or colon. */
export function applied(
  operator: Operator | null,
  value: string,
  first: string,
  second: string | null,
): string {
  switch (operator) {
    case null:
      return value;
    case ':-':
    case ':=':
    case ':+':
    case ':?':
    case '=':
      return value === '' ? first : value;
    case '^^':
      return value.toUpperCase();
    case ',,':
      return value.toLowerCase();
    case '^':
      return value.slice(0, 1).toUpperCase() + value.slice(1);
    case ',':
      return value.slice(0, 1).toLowerCase() + value.slice(1);
    case ':':
      return part(value, first, second);
    case '#':
    case '##':
      return withoutHead(value, first, operator === '##');
    case '%':
    case '%%':
      return withoutTail(value, first, operator === '%%');
    default:
      return replaced(operator, value, first, second ?? '');
  }
}

function part(value: string, offset: string, length: string | null): string {
  const from = /^[0-9]+$/.test(offset) ? Number(offset) : 0;
  if (length === null) return value.slice(from);
  if (!/^[0-9]+$/.test(length)) throw new PatternError(`has the length "${length}"`);
  return value.slice(from, from + Number(length));
}

function withoutHead(value: string, glob: string, longest: boolean): string {
  const characters = [...value];
  const ends = matchEnds(automatonOf(globPattern(glob, 'text')), characters, 0);
  return characters.slice((longest ? ends.at(-1) : ends[0]) ?? 0).join('');
}

/** The longest tail begins first. */
function withoutTail(value: string, glob: string, longest: boolean): string {
  const characters = [...value];
  const automaton = automatonOf(globPattern(glob, 'text'));
  const starts = places(characters).filter(
    (from) => matchEnds(automaton, characters, from).at(-1) === characters.length,
  );
  return characters.slice(0, (longest ? starts[0] : starts.at(-1)) ?? characters.length).join('');
}

function places(characters: readonly string[]): number[] {
  if (characters.length > comparedCharactersMax) throw new PatternError('cuts a value too long');
  return Array.from({ length: characters.length + 1 }, (_, index) => index);
}

/** Each place of a value is tried, with all that follows: a branch or a tag is far shorter. */
const comparedCharactersMax = 2_000;

function replaced(
  operator: '/' | '//' | '/#' | '/%',
  value: string,
  glob: string,
  instead: string,
): string {
  if (operator === '/%') {
    const head = withoutTail(value, glob, true);
    return head === value ? value : head + instead;
  }
  const characters = [...value];
  const automaton = automatonOf(globPattern(glob, 'text') as Pattern);
  let text = '';
  let from = 0;
  for (const at of places(characters)) {
    if (at < from) continue;
    const isTried = at === 0 || operator === '//' || (operator === '/' && from === 0);
    const end = isTried ? matchEnds(automaton, characters, at).at(-1) : undefined;
    if (end !== undefined && end > at) {
      text += instead;
      from = end;
    } else {
      text += characters[at] ?? '';
      from = Math.max(from, 0);
    }
    if (text.length > substitutedCharactersMax) throw new PatternError('becomes too long');
  }
  return text;
}
