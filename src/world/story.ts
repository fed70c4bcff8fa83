/**
 * Owns how a process tells what happens: one event, as a sentence for people or a JSON line.
 * Never decides what is worth telling; each process's own `story.ts` holds its sentences.
 * Lines are written by the end of the turn in which they are told, for a process may be killed right after
 * the one that matters.
 */

import { type LevelWithSilent, type Logger, pino } from 'pino';
import { controls } from '../protocol/characters.js';
import { harmless } from './harmless.js';

/** Something that happened: stable field names for machines, `msg` for people. */
export interface Told {
  readonly event: string;
  readonly msg: string;
  /** `info` where it is not said. */
  readonly level?: 'debug' | 'info' | 'warn' | 'error';
  readonly [field: string]: unknown;
}

export type Tell = (told: Told) => void;

export interface StoryOptions {
  readonly level: LevelWithSilent;
  readonly format: 'story' | 'json';
}

/** So much of the story is kept while it cannot be written; what comes then is dropped. */
const unwrittenBytesMax = 1_024 * 1_024;

/** More of it goes out before the turn is over. */
const gatheredMax = 16_384;

/** A terminal narrower than that wraps for itself. */
const columnsMin = 40;

/** Tells on standard output. */
export function storyteller({ level, format }: StoryOptions): Tell {
  const stdout = pino.destination({ dest: 1, sync: true, maxLength: unwrittenBytesMax });
  // A full disk, a terminal that was closed: what could not be written goes out with the next line.
  stdout.on('error', () => {});
  const write = gathered((lines) => stdout.write(lines));
  const { isTTY } = process.stdout;
  const colour = isTTY && process.env['NO_COLOR'] === undefined;
  const asText = (line: Line) =>
    isTTY ? onTerminal(line, process.stdout.columns, colour) : inFile(line);
  const logger: Logger = pino(
    { level, base: null },
    format === 'json'
      ? { write: (line: string) => write(harmlessJson(line)) }
      : { write: (line: string) => write(`${asText(JSON.parse(line))}\n`) },
  );
  return ({ level: at = 'info', msg, ...fields }) => logger[at](fields, harmless(msg));
}

/** Lines that are told in one turn go out at its end, at once: also where the process ends with it. */
function gathered(write: (lines: string) => void): (line: string) => void {
  let unwritten = '';
  const flush = () => {
    if (unwritten === '') return;
    const lines = unwritten;
    unwritten = '';
    write(lines);
  };
  process.once('exit', flush);
  return (line) => {
    if (unwritten === '') process.nextTick(flush);
    unwritten += line;
    if (unwritten.length > gatheredMax) flush();
  };
}

/** The same JSON, harmless on a terminal: its writer escapes the first 32 characters only. */
function harmlessJson(line: string): string {
  const escaped = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return line.replace(controls, (c) => (c === '\n' ? c : escaped(c)));
}

/** As pino writes it; `verdict` where it tells of one. */
interface Line {
  readonly level: number;
  readonly time: number;
  readonly msg: string;
  readonly verdict?: string;
}

/** `12:00:01 msg`, wrapped under the text, as wide as the terminal is by now. */
function onTerminal(line: Line, columns: number, colour: boolean): string {
  const clock = new Date(line.time).toTimeString().slice(0, 8);
  const width = Math.max(columns, columnsMin) - clock.length - 1;
  const text = wrap(line.msg, width, ' '.repeat(clock.length + 1));
  const shade = colour ? shadeOf(line) : null;
  if (!colour) return `${clock} ${text}`;
  return `\u001b[2m${clock}\u001b[0m ${shade === null ? text : `\u001b[${shade}m${text}\u001b[0m`}`;
}

/** `2026-01-31 12:00:01 msg`: whoever reads a file does not know the day, and searches by line. */
function inFile({ time, msg }: Line): string {
  const at = new Date(time);
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
  return `${day} ${at.toTimeString().slice(0, 8)} ${msg}`;
}

/** Green and red for what became of a commit, yellow for a warning, red for an error. */
function shadeOf({ level, verdict }: Line): number | null {
  if (verdict === 'passed') return 32;
  if (verdict !== undefined) return 31;
  return level >= 50 ? 31 : level >= 40 ? 33 : null;
}

function wrap(text: string, width: number, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${indent}`);
}

/** `a`, `a and b`, `a, b and 4 others`: repositories of one process. */
export function repositoriesNamed(names: readonly string[]): string {
  const [first = '', second = '', ...others] = names;
  if (names.length <= 2) return names.join(' and ');
  const rest = others.length === 1 ? (others[0] ?? '') : `${others.length} others`;
  return `${first}, ${second} and ${rest}`;
}
