/**
 * Owns how a text is compared with a pattern, whichever notation that was written in: all states
 * that the pattern can be in are followed at once, so the time is text × pattern at most. JavaScript's
 * own expressions try one way after the other, and `(a+)+$` would hold the observer for a century.
 */

import { patternStatesMax } from './limits.js';

/** A pattern as a tree. */
export type Pattern =
  | { readonly kind: 'one'; readonly accepts: (character: string) => boolean }
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'either'; readonly parts: readonly Pattern[] }
  | {
      readonly kind: 'repeated';
      readonly part: Pattern;
      readonly least: number;
      readonly most: number;
    }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' };

/** A pattern that is not written as its notation demands, or grows too large. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/** A state: it takes a character, holds at an edge, or stands for several others. */
type State =
  | { readonly takes: (character: string) => boolean; readonly next: number }
  | { readonly edge: 'start' | 'end'; readonly next: number }
  | { readonly nexts: readonly number[] };

export interface Automaton {
  readonly states: readonly State[];
  readonly first: number;
}

export const anything: Pattern = repeated({ kind: 'one', accepts: () => true }, 0);

export function repeated(part: Pattern, least: number, most = Number.POSITIVE_INFINITY): Pattern {
  return { kind: 'repeated', part, least, most };
}

/** State 0 is the pattern's end; each part is built before what leads to it. Throws PatternError. */
export function automatonOf(pattern: Pattern): Automaton {
  const states: State[] = [{ nexts: [] }];
  const add = (state: State): number => {
    if (states.length >= patternStatesMax) throw new PatternError('is too large');
    return states.push(state) - 1;
  };
  const build = (part: Pattern, next: number): number => {
    switch (part.kind) {
      case 'one':
        return add({ takes: part.accepts, next });
      case 'start':
      case 'end':
        return add({ edge: part.kind, next });
      case 'sequence':
        return part.parts.reduceRight((after, each) => build(each, after), next);
      case 'either':
        return add({ nexts: part.parts.map((each) => build(each, next)) });
      case 'repeated':
        return buildRepeated(part, next);
    }
  };
  const buildRepeated = (it: Pattern & { kind: 'repeated' }, next: number): number => {
    let after = next;
    if (it.most === Number.POSITIVE_INFINITY) {
      const loop: number[] = [];
      after = add({ nexts: loop });
      loop.push(build(it.part, after), next);
    } else {
      for (let left = it.most - it.least; left > 0; left -= 1) {
        after = add({ nexts: [build(it.part, after), next] });
      }
    }
    for (let left = it.least; left > 0; left -= 1) after = build(it.part, after);
    return after;
  };
  return { first: build(pattern, 0), states };
}

/** Whether the whole text is as the pattern says. */
export function matchesAll(automaton: Automaton, text: string): boolean {
  return matchEnds(automaton, [...text], 0).at(-1) === [...text].length;
}

/** Every place at which a match that begins at `from` can end, in order. */
export function matchEnds(
  { states, first }: Automaton,
  characters: readonly string[],
  from: number,
): number[] {
  const ends: number[] = [];
  let now = new Set<number>();
  for (let at = from; ; at += 1) {
    if (at === from) now = reached(states, [first], at, characters.length);
    if (now.has(0)) ends.push(at);
    const character = characters[at];
    if (character === undefined || now.size === 0) return ends;
    const taken: number[] = [];
    for (const number of now) {
      const state = states[number];
      if (state !== undefined && 'takes' in state && state.takes(character)) taken.push(state.next);
    }
    now = reached(states, taken, at + 1, characters.length);
  }
}

/** These states, and all that they stand for at this place. */
function reached(
  states: readonly State[],
  from: readonly number[],
  at: number,
  length: number,
): Set<number> {
  const seen = new Set<number>();
  const open = [...from];
  for (let number = open.pop(); number !== undefined; number = open.pop()) {
    const state = states[number];
    if (state === undefined || seen.has(number)) continue;
    seen.add(number);
    if ('nexts' in state) open.push(...state.nexts);
    if ('edge' in state && at === (state.edge === 'start' ? 0 : length)) open.push(state.next);
  }
  return seen;
}
