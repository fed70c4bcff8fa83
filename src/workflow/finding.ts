/**
 * Owns what is said about a workflow file: where, what was found, what is expected.
 * An error keeps its workflow from being planned; a warning stands in the plan and ends nothing.
 */

import { nearest } from '../protocol/nearest.js';

/** A place in a file; both count from 1, as editors do. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Finding extends Place {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  /** One or two sentences: what was found, what is expected, what to write instead. */
  readonly says: string;
}

/** A finding in a file that is known to whoever collects it. */
export type Remark = Omit<Finding, 'file'>;

export function error(place: Place, says: string): Remark {
  return { severity: 'error', line: place.line, column: place.column, says };
}

export function warning(place: Place, says: string): Remark {
  return { severity: 'warning', line: place.line, column: place.column, says };
}

/** As compilers write it, so that editors and people can jump there. */
export function written({ file, line, column, severity, says }: Finding): string {
  return `${file}:${line}:${column}: ${severity}: ${says}`;
}

/** `: did you mean "steps"?`, where one of the known words is near; else empty. */
export function didYouMean(typed: string, known: readonly string[]): string {
  const meant = nearest(typed, known);
  return meant === null ? '' : `: did you mean "${meant}"?`;
}

/** What is quoted of a file in a sentence about it. */
const quotedCharactersMax = 60;

/** A value as a sentence quotes it. */
export function quoted(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  if (value === null || value === undefined) return 'nothing';
  const text = String(value);
  const shown = text.length > quotedCharactersMax ? `${text.slice(0, quotedCharactersMax)}…` : text;
  return JSON.stringify(shown);
}
