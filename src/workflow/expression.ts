/**
 * Owns `evaluate: …`: the part of the language expr that workflow files use, as Woodpecker reads
 * it. A name that nobody knows is nil, values are text. What is written wrong is an error with its
 * column; the whole must come to true or false.
 */

import { matchesAll, PatternError } from './automaton.js';
import { operand, type Value, type Variables } from './expression-values.js';
import { comparedCharactersMax, patternCharactersMax } from './limits.js';
import { searchFor } from './regexp.js';
import { type Token, tokensOf } from './tokens.js';

type Evaluate = (variables: Variables) => Value;

/** What an expression comes to: true or false. Throws PatternError. */
export function holds(source: string, variables: Variables): boolean {
  const value = compile(source)(variables);
  if (typeof value === 'boolean') return value;
  throw new PatternError(`comes to ${JSON.stringify(value)}, not to true or false`);
}

/** From what binds least to what binds most. */
const levels: readonly (readonly string[])[] = [
  ['??'],
  ['or', '||'],
  ['and', '&&'],
  ['==', '!='],
  ['<', '<=', '>', '>=', 'in', 'contains', 'startsWith', 'endsWith', 'matches'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** `not` may stand before these. */
const negatable = ['in', 'contains', 'startsWith', 'endsWith', 'matches'];

/** Parentheses in each other; each costs the reader a dozen calls. */
const nestingMax = 40;

/** An expression, ready to be asked. Throws PatternError. */
export function compile(source: string): Evaluate {
  if (source.length > patternCharactersMax) throw new PatternError('is too long');
  const tokens = tokensOf(source);
  let at = 0;
  let nesting = 0;

  function whole(): Evaluate {
    nesting += 1;
    if (nesting > nestingMax) throw new PatternError('is nested too deep');
    const condition = binary(0);
    nesting -= 1;
    if (!takes('?')) return condition;
    const yes = whole();
    expect(':');
    const no = whole();
    return (variables) => (condition(variables) === true ? yes(variables) : no(variables));
  }

  function binary(level: number): Evaluate {
    const operators = levels[level];
    if (operators === undefined) return unary();
    let left = binary(level + 1);
    for (;;) {
      const isNot = isNext('not') && negatable.some((word) => isNext(word, 1));
      if (isNot && operators.includes('in')) at += 1;
      const operator = operators.find((each) => takes(each));
      if (operator === undefined) return left;
      const [first, second] = [left, binary(level + 1)];
      left = (variables) => {
        const value = applied(operator, first, second, variables);
        return isNot ? !value : value;
      };
    }
  }

  function unary(): Evaluate {
    let negations = 0;
    while (takes('not') || takes('!')) negations += 1;
    const value = operand({ next, takes, expect, whole });
    if (negations === 0) return value;
    return (variables) => (negations % 2 === 1) !== truth(value(variables));
  }

  function isNext(text: string, ahead = 0): boolean {
    const token = tokens[at + ahead];
    return token?.kind === 'word' && token.text === text;
  }

  function takes(text: string): boolean {
    const isIt = isNext(text);
    if (isIt) at += 1;
    return isIt;
  }

  function next(): Token | undefined {
    return tokens[at++];
  }

  function expect(text: string): void {
    if (takes(text)) return;
    const found = tokens[at];
    throw new PatternError(`has ${shown(found)} where "${text}" is expected`);
  }

  const value = whole();
  if (at < tokens.length) {
    throw new PatternError(`has ${shown(tokens[at])} where an operator is expected`);
  }
  return value;
}

function shown(token: Token | undefined): string {
  return token === undefined ? 'its end' : `"${token.text}" in column ${token.column}`;
}

function truth(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw new PatternError(`asks whether ${JSON.stringify(value)} is true`);
}

function applied(operator: string, left: Evaluate, right: Evaluate, variables: Variables): Value {
  const first = left(variables);
  switch (operator) {
    case '??':
      return first ?? right(variables);
    case 'or':
    case '||':
      return truth(first) || truth(right(variables));
    case 'and':
    case '&&':
      return truth(first) && truth(right(variables));
    default:
      return compared(operator, first, right(variables));
  }
}

function compared(operator: string, first: Value, second: Value): Value {
  switch (operator) {
    case '==':
      return JSON.stringify(first) === JSON.stringify(second);
    case '!=':
      return JSON.stringify(first) !== JSON.stringify(second);
    case 'in':
      return Array.isArray(second) && second.some((each) => each === first);
    case '+':
      if (typeof first === 'string' && typeof second === 'string') return first + second;
      return calculated(operator, first, second);
    case 'contains':
    case 'startsWith':
    case 'endsWith':
    case 'matches':
      return ofTexts(operator, first, second);
    default:
      return calculated(operator, first, second);
  }
}

/** Of a variable that is not set nothing is said; it is as if it were empty. */
function ofTexts(operator: string, first: Value, second: Value): boolean {
  const [text, part] = [first ?? '', second ?? ''];
  if (typeof text !== 'string' || typeof part !== 'string') {
    throw new PatternError(`takes for "${operator}" what is no text`);
  }
  if (operator === 'contains') return text.includes(part);
  if (operator === 'startsWith') return text.startsWith(part);
  if (operator === 'endsWith') return text.endsWith(part);
  try {
    return matchesAll(searchFor(part), text.slice(0, comparedCharactersMax));
  } catch (wrong) {
    if (!(wrong instanceof PatternError)) throw wrong;
    throw new PatternError(`holds the pattern "${part}", which ${wrong.message}`);
  }
}

function calculated(operator: string, first: Value, second: Value): Value {
  const areTexts = typeof first === 'string' && typeof second === 'string';
  if (operator.startsWith('<') || operator.startsWith('>')) {
    if (!areTexts && (typeof first !== 'number' || typeof second !== 'number')) {
      throw new PatternError(`compares ${JSON.stringify(first)} with ${JSON.stringify(second)}`);
    }
    const order = first === second ? 0 : first < second ? -1 : 1;
    return { '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[operator] ?? null;
  }
  if (typeof first !== 'number' || typeof second !== 'number') {
    throw new PatternError(`calculates with ${JSON.stringify(first)}`);
  }
  const results = { '+': first + second, '-': first - second, '*': first * second };
  return { ...results, '/': first / second, '%': first % second }[operator] ?? null;
}
