/**
 * Owns how findings are told beside something else, in a line for each sentence: what is said of
 * nineteen places is said of the first.
 */

import { type Finding, written } from '../workflow/finding.js';
import { harmless } from '../world/harmless.js';

export function inShort(findings: readonly Finding[]): string {
  const places = new Map<string, Finding[]>();
  for (const finding of findings) {
    const same = `${finding.file}\0${finding.says}`;
    places.set(same, [...(places.get(same) ?? []), finding]);
  }
  const lines = [...places.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    return [`${harmless(written(first))}${more}\n`];
  });
  return lines.join('');
}
