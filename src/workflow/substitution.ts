/**
 * Owns `${NAME}` and its operators, as Woodpecker and Drone put values into the text of a file
 * before it is read as YAML (the envsubst library). `$NAME` and `$(…)` are the shell's and stay;
 * `$$` is a dollar. A name that nobody knows becomes empty there in silence, and here with a warning.
 *
 * No value brings a new line: the lines of the text stay what they were, and a finding's column is
 * counted back through what was put in.
 */

import { PatternError } from './automaton.js';
import { error, type Place, type Remark, warning } from './finding.js';
import { substitutedCharactersMax, substitutionDepthMax } from './limits.js';
import { applied, type Operator, operators } from './substitution-operators.js';
import { isKnownLater } from './variables.js';

export interface Substituted {
  readonly text: string;
  readonly remarks: readonly Remark[];
  /** The place in the file of a place in the text. */
  readonly origin: (place: Place) => Place;
}

/** Puts the values in. What cannot be understood is an error, and left as it was written. */
export function substitute(
  text: string,
  values: Readonly<Record<string, string | undefined>>,
): Substituted {
  const remarks: Remark[] = [];
  const shifts: Shift[] = [];
  let charactersLeft = substitutedCharactersMax;
  const lines = text.split('\n').map((line, index) => {
    if (!line.includes('$')) return line;
    const read = readLine(line, index + 1, values, charactersLeft);
    // What stands in a comment is neither right nor wrong.
    const isComment = /^\s*#/.test(line);
    if (isComment && read.remarks.some(({ severity }) => severity === 'error')) return line;
    if (!isComment) remarks.push(...read.remarks);
    shifts.push(...read.shifts);
    charactersLeft -= read.text.length;
    return read.text;
  });
  return {
    text: lines.join('\n'),
    remarks,
    origin: ({ line, column }) => {
      const ofLine = shifts.filter((shift) => shift.line === line);
      return { line, column: columnBefore(ofLine, column) };
    },
  };
}

/** From the column `to` of the text on, all came from as much behind the column `from`. */
interface Shift {
  readonly line: number;
  readonly from: number;
  readonly to: number;
}

function columnBefore(shifts: readonly Shift[], column: number): number {
  const last = shifts.filter(({ to }) => to <= column).at(-1);
  const next = shifts.find(({ to }) => to > column);
  const back = last === undefined ? column : last.from + (column - last.to);
  return Math.min(back, next?.from ?? back);
}

function readLine(
  line: string,
  number: number,
  values: Readonly<Record<string, string | undefined>>,
  charactersMax: number,
): { readonly text: string; readonly remarks: Remark[]; readonly shifts: Shift[] } {
  const remarks: Remark[] = [];
  const shifts: Shift[] = [];
  let text = '';
  let at = 0;
  while (at < line.length) {
    const dollar = line.indexOf('$', at);
    if (dollar === -1 || dollar === line.length - 1) break;
    text += line.slice(at, dollar);
    at = dollar + 1;
    const next = line[at];
    if (next !== '$' && next !== '{') {
      text += '$';
      continue;
    }
    const place = { line: number, column: dollar + 1 };
    if (next === '$') {
      text += '$';
      at += 1;
    } else {
      const read = readValue(line, dollar, values, place);
      remarks.push(...read.remarks);
      text += inYaml(read.text, text);
      at = read.next;
    }
    shifts.push({ line: number, from: at + 1, to: text.length + 1 });
    if (text.length > charactersMax) {
      const says = `With its values put in, the file has more than ${substitutedCharactersMax} characters.`;
      return { text: '', remarks: [...remarks, error(place, says)], shifts };
    }
  }
  return { text: text + line.slice(at), remarks, shifts };
}

/** A value of several lines is put in between quotes, if it is not already, with its line ends escaped. */
function inYaml(value: string, before: string): string {
  if (!value.includes('\n')) return value;
  const isQuoted = before.replace(/\\./g, '').split('"').length % 2 === 0;
  const quoted = JSON.stringify(value);
  return isQuoted ? quoted.slice(1, -1) : quoted;
}

interface ReadValue {
  readonly text: string;
  /** Behind the closing brace. */
  readonly next: number;
  readonly remarks: readonly Remark[];
}

/** Reads `${…}` at `from`. */
function readValue(
  line: string,
  from: number,
  values: Readonly<Record<string, string | undefined>>,
  place: Place,
): ReadValue {
  const remarks: Remark[] = [];
  try {
    const { text, next } = expression(from, 1);
    return { text, next, remarks };
  } catch (wrong) {
    if (!(wrong instanceof PatternError)) throw wrong;
    const written = line.slice(from, from + 30).replace(/}.*$/, '}');
    const says = `"${written}" ${wrong.message}. If it is the shell's, write $${written}.`;
    return { text: '', next: line.length, remarks: [...remarks, error(place, says)] };
  }

  function expression(start: number, depth: number): { text: string; next: number } {
    if (depth > substitutionDepthMax) throw new PatternError('is nested too deep');
    const [, hash = '', name = '', rest = ''] =
      /^\$\{(#?)([A-Za-z_][A-Za-z0-9_]*)(.*)$/s.exec(line.slice(start)) ?? [];
    if (name === '') throw new PatternError('names no variable');
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    const behind = start + 2 + hash.length + name.length;
    if (hash !== '') {
      if (!rest.startsWith('}')) throw new PatternError('takes a length of more than a name');
      return { text: String((value ?? '').length), next: behind + 1 };
    }
    const operator = operators.find((each) => rest.startsWith(each)) ?? null;
    if (operator === null && !rest.startsWith('}')) {
      throw new PatternError(`has "${rest[0] ?? ''}" where an operator or a brace is expected`);
    }
    const parted = operator === ':' ? ':' : operator?.startsWith('/') === true ? '/' : '';
    const first = argument(behind + (operator?.length ?? 0), depth, `${parted}}`);
    const second = line[first.next] === '}' ? null : argument(first.next + 1, depth, '}');
    const end = second ?? first;
    if (value === undefined && !takesDefault(operator)) remarks.push(unknownName(name, place));
    return {
      text: applied(operator, value ?? '', first.text, second?.text ?? null),
      next: end.next + 1,
    };
  }

  /** What an operator is given, up to one of `ends`; values in it are put in first. */
  function argument(start: number, depth: number, ends: string): { text: string; next: number } {
    let text = '';
    let at = start;
    while (at < line.length && !ends.includes(line[at] ?? '')) {
      if (line.startsWith('${', at)) {
        const inner = expression(at, depth + 1);
        text += inner.text;
        at = inner.next;
      } else {
        const isEscaped = line[at] === '\\' && /[/}]/.test(line[at + 1] ?? '');
        text += line[isEscaped ? at + 1 : at];
        at += isEscaped ? 2 : 1;
      }
      if (text.length > substitutedCharactersMax) throw new PatternError('becomes too long');
    }
    if (at >= line.length) throw new PatternError('has a brace that is not closed in its line');
    return { text, next: at };
  }
}

function takesDefault(operator: Operator | null): boolean {
  return operator !== null && /[-=+?]$/.test(operator);
}

function unknownName(name: string, place: Place): Remark {
  const meant = `write $${name} or $$\{${name}}`;
  return isKnownLater(name)
    ? warning(place, `\${${name}} is known only once the step runs, and is empty here: ${meant}.`)
    : warning(place, `\${${name}} is unknown here and becomes empty. For the shell's: ${meant}.`);
}
