/**
 * Owns the words in which a run's log tells of caches.
 */

import type { Saved } from './store.js';

/** Takes a line of a log, without its line feed. */
export type Say = (line: string) => void;

/** As a log has it: who says it, and that it is said. */
export function said(sentence: string): string {
  return `Trivet: ${sentence}.`;
}

export function spelledBytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Whose an entry is. */
export function branchOf(scope: string): string {
  return scope.replace(/^refs\/heads\//, '') || 'an unknown branch';
}

export function whyNotSaved(saved: Exclude<Saved, 'saved'>, bytes: number): string {
  if (saved === 'there already') return 'another run has saved it meanwhile';
  if (saved === 'too large') return `${spelledBytes(bytes)} are more than --cache-size allows`;
  return saved.fault;
}
