/**
 * Owns what stands in braces in a scenario's texts: `{victim}` is what an earlier step kept by that
 * name, or what the record that has just come says. A name that nobody kept is a fault of the scenario.
 */

import type { WireRecord } from '../../record/record.js';

export type Bound = Readonly<Record<string, string>>;

/** What a record says that a caption can name; `took` is the time since something was last done. */
export const named = ['process', 'commit', 'run', 'from', 'to', 'says', 'took'] as const;

export function valuesOf(record: WireRecord, actedMs: number): Bound {
  const took = spelled(record.atUs / 1_000 - actedMs);
  if (record.kind === 'arrived' || record.kind === 'dropped') return { took };
  const { commit, run } = record;
  const parties =
    record.kind === 'message'
      ? { from: record.from, to: record.to }
      : { process: record.process, says: record.says };
  return {
    took,
    ...parties,
    ...(commit === undefined ? {} : { commit }),
    ...(run === undefined ? {} : { run }),
  };
}

/** The text for people: commits are short. */
export function filled(text: string, bound: Bound): string {
  return replaced(text, bound, (value) =>
    /^[0-9a-f]{40,64}$/.test(value) ? value.slice(0, 7) : value,
  );
}

/** The value as it is. */
export function exact(text: string, bound: Bound): string {
  return replaced(text, bound, (value) => value);
}

/** The names that a text uses. */
export function namesIn(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

function replaced(text: string, bound: Bound, shown: (value: string) => string): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = bound[name];
    if (value === undefined) throw new Error(`nobody has kept a value by the name of ${name}`);
    return shown(value);
  });
}

/** `8 ms`, `2.9 s`. */
function spelled(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  return ms < 100 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
