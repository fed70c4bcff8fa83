/**
 * Owns globs, as Woodpecker and Drone read them (the doublestar library): `*` and `?` stop at a
 * slash, `**` crosses slashes where it is a whole component, `{a,b}`, `[a-z]`, `[!x]`, `\` escapes.
 * A glob that is no glob matches nothing, as it does there.
 */

import {
  type Automaton,
  anything,
  automatonOf,
  matchesAll,
  type Pattern,
  PatternError,
  repeated,
} from './automaton.js';
import { patternCharactersMax } from './limits.js';

/** Whether `text` is as `glob` says. */
export function matchesGlob(glob: string, text: string): boolean {
  const automaton = globs.get(glob) ?? compiled(glob);
  return automaton !== null && matchesAll(automaton, text);
}

/** Whether it is one: else it matches nothing. */
export function isGlob(text: string): boolean {
  return (globs.get(text) ?? compiled(text)) !== null;
}

/** Compiled once for a thousand paths; a plan rarely knows more globs than these. */
const globs = new Map<string, Automaton | null>();
const globsKeptMax = 256;

function compiled(glob: string): Automaton | null {
  const automaton = unlessWrong(() => automatonOf(globPattern(glob, 'paths')));
  if (globs.size >= globsKeptMax) globs.clear();
  globs.set(glob, automaton);
  return automaton;
}

function unlessWrong(make: () => Automaton): Automaton | null {
  try {
    return make();
  } catch (wrong) {
    if (wrong instanceof PatternError) return null;
    throw wrong;
  }
}

/** In `paths` a slash stops a star, in `text` (the operators of substitution) nothing does. */
export function globPattern(glob: string, within: 'paths' | 'text'): Pattern {
  if (glob.length > patternCharactersMax) throw new PatternError('is too long');
  const characters = [...glob];
  let at = 0;
  const step: Pattern = {
    kind: 'one',
    accepts: within === 'paths' ? (c) => c !== '/' : () => true,
  };

  function sequence(ends: string): Pattern {
    const parts: Pattern[] = [];
    while (at < characters.length && !ends.includes(characters[at] ?? '')) parts.push(part(ends));
    return { kind: 'sequence', parts };
  }

  function part(ends: string): Pattern {
    const character = characters[at] ?? '';
    at += 1;
    if (character === '*') return star(ends);
    if (character === '?') return step;
    if (character === '[') return bracket();
    if (character === '{') return braces();
    const wanted = character === '\\' ? characters[at++] : character;
    if (wanted === undefined) throw new PatternError('ends with a backslash');
    // `docs/**` is `docs` itself, too.
    if (wanted === '/' && within === 'paths' && at > 1 && restIs('**', at, ends)) {
      at += 2;
      const below: Pattern = { kind: 'sequence', parts: [same('/'), anything] };
      return { kind: 'repeated', part: below, least: 0, most: 1 };
    }
    return same(wanted);
  }

  function star(ends: string): Pattern {
    const isFirst = at === 1 || '/{,'.includes(characters[at - 2] ?? '/');
    if (within === 'paths' && isFirst && characters[at] === '*') {
      if (restIs('*', at, ends)) {
        at += 1;
        return anything;
      }
      if (characters[at + 1] === '/') {
        at += 2;
        const folders: Pattern = { kind: 'sequence', parts: [anything, same('/')] };
        return { kind: 'repeated', part: folders, least: 0, most: 1 };
      }
    }
    return repeated(step, 0);
  }

  function restIs(text: string, from: number, ends: string): boolean {
    const after = characters[from + text.length];
    return (
      characters.slice(from, from + text.length).join('') === text &&
      (after === undefined || (ends !== '' && ends.includes(after)))
    );
  }

  function braces(): Pattern {
    const parts = [sequence(',}')];
    while (characters[at] === ',') {
      at += 1;
      parts.push(sequence(',}'));
    }
    if (characters[at] !== '}') throw new PatternError('has a brace that is not closed');
    at += 1;
    return { kind: 'either', parts };
  }

  function bracket(): Pattern {
    const read = readBracket(characters, at);
    at = read.next;
    const stops = within === 'paths';
    return { kind: 'one', accepts: (c) => !(stops && c === '/') && read.accepts(c) };
  }

  return sequence('');
}

/** A class such as `[^a-z]`, read from behind its first bracket. */
export function readBracket(
  characters: readonly string[],
  from: number,
): { readonly accepts: (character: string) => boolean; readonly next: number } {
  let at = from;
  const isNegated = characters[at] === '!' || characters[at] === '^';
  if (isNegated) at += 1;
  const ranges: [string, string][] = [];
  while (characters[at] !== ']' || ranges.length === 0) {
    const isEscaped = characters[at] === '\\';
    if (isEscaped) at += 1;
    const low = characters[at];
    // `[\d]` would mean more than a letter in a regular expression.
    if (isEscaped && /[\p{L}\p{N}]/u.test(low ?? '')) throw new PatternError(`holds "[\\${low}"`);
    if (low === undefined) throw new PatternError('has a bracket that is not closed');
    at += 1;
    const isRange = characters[at] === '-' && characters[at + 1] !== ']';
    const high = isRange ? characters[at + 1] : low;
    if (high === undefined) throw new PatternError('has a bracket that is not closed');
    if (isRange) at += 2;
    ranges.push([low, high]);
  }
  const isIn = (c: string) => ranges.some(([low, high]) => c >= low && c <= high);
  return { accepts: (c) => isIn(c) !== isNegated, next: at + 1 };
}

function same(wanted: string): Pattern {
  return { kind: 'one', accepts: (character) => character === wanted };
}
