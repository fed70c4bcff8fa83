/**
 * Owns what becomes of the file that `--config` names when it is read anew: what can change while the
 * process runs is taken, what needs a restart is named, and a file that is wrong changes nothing.
 * Never knows what a flag does; each process says which it can change, and changes them.
 */

import { isDeepStrictEqual } from 'node:util';
import { UsageError } from './exit.js';
import type { Tell } from './story.js';

/** Every flag as it was read, by its name. */
export type FlagValues = Readonly<Record<string, unknown>>;

export interface Rereading<O extends { readonly flags: FlagValues }> {
  /** As they were read at the start. */
  readonly options: O;
  /** Reads all anew, and checks it as at the start. Throws `UsageError`. */
  readonly read: () => O | null;
  /** The flags that can change, each with how people write its value. */
  readonly changeable: Readonly<Record<string, (value: never) => string>>;
  /** Takes these options, of which those flags are others than before. Throws `UsageError`. */
  readonly apply: (now: O, changed: ReadonlySet<string>) => void;
  readonly tell: Tell;
}

/** To be called whenever the file may have changed. */
export function rereading<O extends { readonly flags: FlagValues }>(by: Rereading<O>): () => void {
  const file = by.options.flags['config'];
  let inEffect = by.options.flags;
  return () => {
    if (file === undefined) return;
    try {
      const now = by.read();
      if (now === null) return;
      const names = [...new Set([...Object.keys(inEffect), ...Object.keys(now.flags)])];
      const others = names.filter((name) => !isDeepStrictEqual(now.flags[name], inEffect[name]));
      const changed = others.filter((name) => name in by.changeable);
      if (changed.length > 0) by.apply(now, new Set(changed));
      const changes = changed.map((name) => {
        const says = by.changeable[name] as (value: unknown) => string;
        return `${name} ${difference(inEffect[name], now.flags[name], says)}`;
      });
      const what = changes.length === 0 ? 'nothing to change' : changes.join(', ');
      by.tell({ event: 'config-read', file, changed, msg: `read ${file} anew: ${what}` });
      tellOfRest(
        by.tell,
        others.filter((name) => !(name in by.changeable)),
      );
      const taken = changed.map((name) => [name, now.flags[name]]);
      inEffect = { ...inEffect, ...Object.fromEntries(taken) };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const msg = `${error.message} The former settings stay in use.`;
      by.tell({ event: 'config-unusable', level: 'warn', file, msg });
    }
  };
}

/** Said each time, for as long as the file says otherwise than the process does. */
function tellOfRest(tell: Tell, flags: readonly string[]): void {
  if (flags.length === 0) return;
  const msg = `${flags.join(', ')}: taken at the next start only; until then all stays as it was`;
  tell({ event: 'config-needs-restart', level: 'warn', flags, msg });
}

/** `2 → 4`; of a list `+ gpu - old`. */
function difference(before: unknown, now: unknown, says: (value: unknown) => string): string {
  if (!Array.isArray(before) || !Array.isArray(now)) return `${says(before)} → ${says(now)}`;
  const added = now.filter((one) => !before.includes(one)).map((one) => `+ ${says(one)}`);
  const gone = before.filter((one) => !now.includes(one)).map((one) => `- ${says(one)}`);
  return [...added, ...gone].join(' ') || 'in another order';
}
