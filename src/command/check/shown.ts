/**
 * Owns how the marks of a ladder look: to a person as they are given, and to a program that grades.
 */

import { harmless } from '../../world/harmless.js';
import { shaded } from '../screen/shades.js';
import { sideBySide } from './bytes.js';
import type { Mark, Role, Stage } from './stage.js';

const signs = { passed: '✓', failed: '✗', 'not reached': '–' } as const;
const shades = { passed: 'green', failed: 'red', 'not reached': 'dim' } as const;

/** So much of what a program printed is shown: its last lines. */
const printedLinesMost = 12;

/** A line for the mark; below one that failed, why, and what to read. */
export function shown(role: Role, { stage, number, state, complaint, printed }: Mark): string {
  const sign = shaded(shades[state], signs[state]);
  const head = `${sign} ${lineOf(stage, number)}`;
  if (complaint === null) return `${head}\n`;
  const { says, hint, difference } = complaint;
  const last = printed.trimEnd().split('\n').slice(-printedLinesMost);
  const lines = [
    ...[says, ...(difference === null ? [] : sideBySide(difference).map((line) => `  ${line}`))],
    ...(hint === null ? [] : [hint]),
    ...stage.teaches,
    `Read: ${pageOf(role)}, stage ${number}.`,
    ...(printed.trim() === ''
      ? []
      : ['The last that it printed:', ...last.map((line) => `  | ${line}`)]),
  ];
  return [head, ...lines.map((line) => `     ${harmless(line)}`), ''].join('\n');
}

/** ` 3 pieces      understands messages that come byte by byte` */
export function lineOf({ name, does }: Stage, number: number): string {
  return `${String(number).padStart(2)} ${name.padEnd(nameWidth)} ${does}`;
}

const nameWidth = 11;

export function total(marks: readonly Mark[]): string {
  return `${passedOf(marks)} of ${marks.length} ${marks.length === 1 ? 'stage' : 'stages'}`;
}

export function passedOf(marks: readonly Mark[]): number {
  return marks.filter(({ state }) => state === 'passed').length;
}

export function pageOf(role: Role): string {
  return `docs/exercises/${role}.md`;
}

/** What a program that grades is told. */
export function documentOf(role: Role, command: readonly string[], marks: readonly Mark[]) {
  return {
    role,
    command,
    passed: passedOf(marks),
    of: marks.length,
    stages: marks.map(({ stage, number, state, durationMs, complaint, printed }) => ({
      number,
      name: stage.name,
      dialect: stage.dialect,
      state,
      durationMs,
      ...(complaint === null
        ? {}
        : { says: complaint.says, hint: complaint.hint, ...bytesOf(complaint), printed }),
    })),
  };
}

function bytesOf({ difference }: NonNullable<Mark['complaint']>) {
  if (difference === null) return {};
  const { at, expected, got } = difference;
  return { at, expected, got };
}
