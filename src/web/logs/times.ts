/**
 * Owns when the lines of a log came, beside the log once its run is over: nothing else remembers it. May
 * be deleted; then the log has no times.
 */

import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { draftOf, timesBeside } from '../../dispatcher/store/log-names.js';
import { parseJson, readIfThere } from '../../world/files.js';
import type { Arrival } from './arrivals.js';

const schema = z.array(z.tuple([z.int().min(0), z.number().nullable()]));

/** None where none are kept, or they are not readable. */
export function readTimes(log: string): readonly Arrival[] {
  return schema.safeParse(parseJson(readIfThere(timesBeside(log)) ?? '')).data ?? [];
}

/** Adds to what is kept of an earlier part of the log. Where there is no room, there are no times. */
export async function keepTimes(log: string, arrivals: readonly Arrival[]): Promise<void> {
  const [first] = arrivals;
  const before = readTimes(log).filter(([bytes]) => bytes < (first?.[0] ?? 0));
  await writeBeside(log, timesBeside(log), JSON.stringify([...before, ...arrivals]));
}

/** Replaces the file beside that log, if the log is there: it may be removed at any moment. */
export async function writeBeside(log: string, path: string, text: string): Promise<void> {
  const draft = draftOf(path);
  try {
    await writeFile(draft, text);
    await rename(draft, path);
    if (!existsSync(log)) await rm(path, { force: true });
  } catch {
    // A full disk, or a folder that is gone: both files can be done without.
    await rm(draft, { force: true });
  }
}
