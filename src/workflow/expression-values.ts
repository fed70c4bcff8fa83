/**
 * Owns the operands of an expression: texts, numbers, lists, variables, and the few functions.
 */

import { PatternError } from './automaton.js';
import { substitutedCharactersMax } from './limits.js';
import type { Token } from './tokens.js';

export type Value = string | number | boolean | null | readonly Value[];
export type Variables = Readonly<Record<string, string | undefined>>;

type Evaluate = (variables: Variables) => Value;

/** What the reader of an expression lends: the next token, and the whole within parentheses. */
interface Reading {
  readonly next: () => Token | undefined;
  readonly takes: (text: string) => boolean;
  readonly expect: (text: string) => void;
  readonly whole: () => Evaluate;
}

const words: Readonly<Record<string, Value>> = { true: true, false: false, nil: null };

/** The functions that are understood, of the many that expr has. */
const functions: Readonly<Record<string, (...values: string[]) => Value>> = {
  len: (text = '') => text.length,
  lower: (text = '') => text.toLowerCase(),
  upper: (text = '') => text.toUpperCase(),
  trim: (text = '') => text.trim(),
  trimPrefix: (text = '', head = '') => (text.startsWith(head) ? text.slice(head.length) : text),
  trimSuffix: (text = '', tail = '') =>
    text.endsWith(tail) ? text.slice(0, text.length - tail.length) : text,
  hasPrefix: (text = '', head = '') => text.startsWith(head),
  hasSuffix: (text = '', tail = '') => text.endsWith(tail),
  split: (text = '', by = ',') => text.split(by),
  replace: (text = '', part = '', by = '') => bounded(text.replaceAll(part, () => by)),
  indexOf: (text = '', part = '') => text.indexOf(part),
  int: (text = '') => Math.trunc(Number(text)),
  float: (text = '') => Number(text),
  string: (text = '') => text,
};

/** Replacing in what was replaced could go on and on. */
function bounded(text: string): string {
  if (text.length > substitutedCharactersMax) throw new PatternError('becomes too long');
  return text;
}

/** Reads one operand. Throws PatternError. */
export function operand(reading: Reading): Evaluate {
  const token = reading.next();
  if (token === undefined) throw new PatternError('ends where a value is expected');
  const { kind, text, column } = token;
  if (kind === 'text') return () => text;
  if (kind === 'number') return () => Number(text);
  if (text === '(') {
    const inner = reading.whole();
    reading.expect(')');
    return inner;
  }
  if (text === '-') {
    const inner = operand(reading);
    return (variables) => -Number(inner(variables));
  }
  if (text === '[') return list(reading);
  // All names that are set: `"NAME" in $env`.
  if (text === '$env') {
    return (variables) => Object.keys(variables).filter((name) => variables[name]);
  }
  if (!/^[A-Za-z_]/.test(text)) {
    throw new PatternError(`has "${text}" in column ${column} where a value is expected`);
  }
  if (reading.takes('(')) return call(text, reading);
  if (Object.hasOwn(words, text)) return () => words[text] ?? null;
  return (variables) => (Object.hasOwn(variables, text) && variables[text]) || null;
}

function list(reading: Reading): Evaluate {
  const items = separated(']', reading);
  return (variables) => items.map((item) => item(variables));
}

function call(name: string, reading: Reading): Evaluate {
  const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (known === undefined) {
    const all = Object.keys(functions).join(', ');
    throw new PatternError(`calls "${name}"; the functions here are ${all}`);
  }
  const given = separated(')', reading);
  return (variables) => known(...given.map((each) => String(each(variables) ?? '')));
}

/** Values with commas between, up to the closing bracket. */
function separated(end: string, reading: Reading): Evaluate[] {
  const items: Evaluate[] = [];
  if (reading.takes(end)) return items;
  do items.push(reading.whole());
  while (reading.takes(','));
  reading.expect(end);
  return items;
}
