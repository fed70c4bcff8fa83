/**
 * Owns what is said about a workflow file: where, what was found, what is expected.
 * An error keeps its workflow from being planned; a warning stands in the plan and ends nothing.
 */

import { nearest } from '../protocol/nearest.js';
import type { SourceFile } from './sources.js';

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
  /** It is about runners that would not do, and so nothing to say once one has the job. */
  readonly isForesight?: true;
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

/** The same, and the line in question with a mark below the place; in lines. */
export function explained(finding: Finding, files: readonly SourceFile[]): string[] {
  const text = files.find(({ path }) => path === finding.file)?.text ?? '';
  const line = (text.split('\n')[finding.line - 1] ?? '').trimEnd();
  if (line === '' || line.length > explainedCharactersMax) return [written(finding)];
  return [written(finding), `    ${line}`, `    ${' '.repeat(finding.column - 1)}^`];
}

/** A longer line would wrap, and the mark point to something else. */
const explainedCharactersMax = 100;

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
