/**
 * Owns the file that remembers up to which verdict notes are written: beside the observer's position, and
 * under its lock. Losing it costs that the notes begin with what comes.
 */

import { join } from 'node:path';
import * as z from 'zod';
import { parseJson, readIfThere, writeAtomically } from '../../world/files.js';
import { type Memory, memory, nothing } from './verdicts.js';

/** Bumped where an older observer could not read the file. */
const version = 1;

const file = z.object({ version: z.literal(version), memory });

export class MemoryFile {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, 'notes.json');
  }

  /** What was saved before; of a damaged file, or a newer one, nothing. */
  read(): Memory {
    return file.safeParse(parseJson(readIfThere(this.#path) ?? '')).data?.memory ?? nothing;
  }

  save(kept: Memory): void {
    writeAtomically(this.#path, `${JSON.stringify({ version, memory: kept })}\n`);
  }
}
