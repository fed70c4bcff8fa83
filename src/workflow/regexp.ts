/**
 * Owns the regular expressions of `evaluate: A matches "…"`: the part of RE2's notation that
 * workflow files use, made into an automaton. A look-ahead, a back-reference or a flag is an error.
 */

import { type Automaton, anything, automatonOf, type Pattern, PatternError } from './automaton.js';
import { readBracket } from './glob.js';
import { patternCharactersMax } from './limits.js';

/** The automaton that takes a text which holds what `source` says somewhere. Throws PatternError. */
export function searchFor(source: string): Automaton {
  if (source.length > patternCharactersMax) throw new PatternError('is too long');
  const pattern = parse([...source]);
  return automatonOf({ kind: 'sequence', parts: [anything, pattern, anything] });
}

function parse(characters: readonly string[]): Pattern {
  let at = 0;

  function either(): Pattern {
    const parts = [sequence()];
    while (characters[at] === '|') {
      at += 1;
      parts.push(sequence());
    }
    return { kind: 'either', parts };
  }

  function sequence(): Pattern {
    const parts: Pattern[] = [];
    while (at < characters.length && characters[at] !== '|' && characters[at] !== ')') {
      parts.push(counted(atom()));
    }
    return { kind: 'sequence', parts };
  }

  function counted(part: Pattern): Pattern {
    const written = /^(?:[*+?]|\{(\d{1,3})(,?)(\d{0,3})\})\??/.exec(rest());
    if (written === null) return part;
    at += written[0].length;
    const [whole, least = '', comma, most = ''] = written;
    const many = Number.POSITIVE_INFINITY;
    if (whole.startsWith('*')) return { kind: 'repeated', part, least: 0, most: many };
    if (whole.startsWith('+')) return { kind: 'repeated', part, least: 1, most: many };
    if (whole.startsWith('?')) return { kind: 'repeated', part, least: 0, most: 1 };
    const upTo = comma === '' ? Number(least) : most === '' ? many : Number(most);
    return { kind: 'repeated', part, least: Number(least), most: upTo };
  }

  function atom(): Pattern {
    const character = characters[at] ?? '';
    at += 1;
    if (character === '(') return group();
    if (character === '^') return { kind: 'start' };
    if (character === '$') return { kind: 'end' };
    if (character === '.') return { kind: 'one', accepts: (c) => c !== '\n' };
    if ('*+?'.includes(character)) throw new PatternError(`repeats nothing with "${character}"`);
    if (character === '[') {
      const { accepts, next } = readBracket(characters, at);
      at = next;
      return { kind: 'one', accepts };
    }
    return { kind: 'one', accepts: character === '\\' ? escaped() : (c) => c === character };
  }

  function group(): Pattern {
    if (rest().startsWith('?:')) at += 2;
    else if (rest().startsWith('?')) throw new PatternError('holds "(?", which is not understood');
    const inner = either();
    if (characters[at] !== ')') throw new PatternError('has a parenthesis that is not closed');
    at += 1;
    return inner;
  }

  function escaped(): (character: string) => boolean {
    const letter = characters[at] ?? '';
    at += 1;
    const kinds: Record<string, RegExp> = { d: /\d/, w: /\w/, s: /\s/, D: /\D/, W: /\W/, S: /\S/ };
    const kind = kinds[letter];
    if (kind !== undefined) return (c) => kind.test(c);
    if (/^[\p{L}\p{N}]?$/u.test(letter)) throw new PatternError(`holds "\\${letter}"`);
    return (c) => c === letter;
  }

  function rest(): string {
    return characters.slice(at, at + 12).join('');
  }

  const whole = either();
  if (at < characters.length) throw new PatternError('closes a parenthesis that is not open');
  return whole;
}
