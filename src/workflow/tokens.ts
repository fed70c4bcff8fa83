/**
 * Owns how an expression falls into words, texts and numbers.
 */

import { PatternError } from './automaton.js';

export interface Token {
  readonly kind: 'word' | 'text' | 'number';
  readonly text: string;
  /** Counted from 1. */
  readonly column: number;
}

const token =
  /\s*(?:(?<number>\d+(?:\.\d+)?)|(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|(?<word>\$?[A-Za-z_]\w*|==|!=|<=|>=|&&|\|\||\?\?|[-+*/%<>!?:,()[\]]))/y;

/** The tokens of an expression. Throws PatternError. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (/\S/.test(source.slice(token.lastIndex))) {
    const at = token.lastIndex;
    const groups = token.exec(source)?.groups;
    if (groups === undefined) {
      const [, blanks = '', found = ''] = /^(\s*)(\S)/.exec(source.slice(at)) ?? [];
      throw new PatternError(`has ${JSON.stringify(found)} in column ${at + blanks.length + 1}`);
    }
    const { number, text, word = '' } = groups;
    const raw = number ?? text ?? word;
    const column = token.lastIndex - raw.length + 1;
    if (number !== undefined) tokens.push({ kind: 'number', text: number, column });
    else if (text !== undefined) tokens.push({ kind: 'text', text: unquoted(text), column });
    else tokens.push({ kind: 'word', text: word, column });
  }
  return tokens;
}

function unquoted(text: string): string {
  const inner = text.slice(1, -1);
  if (text.startsWith('`')) return inner;
  const letters: Record<string, string> = { n: '\n', t: '\t', r: '\r' };
  return inner.replace(/\\(.)/g, (_, letter: string) => letters[letter] ?? letter);
}
