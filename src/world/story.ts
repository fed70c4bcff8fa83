/**
 * Owns how a process tells what happens: one event, as a sentence for people or a JSON line.
 * Never decides what is worth telling; each process's own `story.ts` holds its sentences.
 * Lines are written at once, for a process may be killed right after the one that matters.
 */

import { type LevelWithSilent, type Logger, pino } from 'pino';
import { controls } from '../protocol/characters.js';

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

/** Columns that a lecturer's terminal shows. */
const columns = 80;

/** Tells on standard output. */
export function storyteller({ level, format }: StoryOptions): Tell {
  const stdout = pino.destination({ dest: 1, sync: true, maxLength: unwrittenBytesMax });
  // A full disk, a terminal that was closed: what could not be written goes out with the next line.
  stdout.on('error', () => {});
  const colour = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
  const logger: Logger = pino(
    { level, base: null },
    format === 'json'
      ? { write: (line: string) => stdout.write(harmlessJson(line)) }
      : { write: (line: string) => stdout.write(`${asStory(JSON.parse(line), colour)}\n`) },
  );
  return ({ level: at = 'info', msg, ...fields }) => logger[at](fields, harmless(msg));
}

/** Text from outside as a terminal may safely show it: no escapes, no newlines. */
export function harmless(text: string): string {
  return text.replace(controls, '?');
}

/** The same JSON, harmless on a terminal: its writer escapes the first 32 characters only. */
function harmlessJson(line: string): string {
  const escaped = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return line.replace(controls, (c) => (c === '\n' ? c : escaped(c)));
}

/** `12:00:01 msg`, wrapped under the text; a warning yellow, an error red on a terminal. */
function asStory(line: { level: number; time: number; msg: string }, colour: boolean): string {
  const clock = new Date(line.time).toTimeString().slice(0, 8);
  const text = wrap(line.msg, columns - clock.length - 1, ' '.repeat(clock.length + 1));
  if (!colour) return `${clock} ${text}`;
  const shade = line.level >= 50 ? '\u001b[31m' : line.level >= 40 ? '\u001b[33m' : '';
  return `\u001b[2m${clock}\u001b[0m ${shade}${text}${shade === '' ? '' : '\u001b[0m'}`;
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
