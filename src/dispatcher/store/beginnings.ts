/**
 * Owns that a run's logs begin empty. The store may be a backup, and older than logs of those names: what
 * they hold is another run's. Cleared at once where that can be done, else when the first byte comes.
 */

import { dirname } from 'node:path';
import type { Disk } from '../../world/disk.js';
import { beginningOf, type LogName, withBeside } from './log-names.js';
import { isForWaiting } from './no-room.js';

export class Beginnings {
  readonly #folder: string;
  readonly #disk: Disk;
  /** Logs that the disk refused to look at. */
  readonly #uncleared = new Set<string>();
  /** How all logs of a run are called whose steps nobody knows yet, and which of them have begun. */
  readonly #unplanned = new Map<string, Set<string>>();

  constructor(folder: string, disk: Disk) {
    this.#folder = folder;
    this.#disk = disk;
  }

  /** That log is to be empty. */
  begin(path: string): void {
    try {
      this.#clear(path);
    } catch (error) {
      if (!isForWaiting(error)) throw error;
      // Whoever writes it will wait, and nobody else.
      this.#uncleared.add(path);
    }
  }

  /** Those of all steps of that run are, when each prints first: looking for all takes long. */
  beginSteps(run: LogName): void {
    this.#unplanned.set(beginningOf(this.#folder, run), new Set());
  }

  /** That log, at that path, is about to be opened. Throws what the disk says. */
  opening(name: LogName, path: string): void {
    const begun = this.#unplanned.get(beginningOf(this.#folder, name));
    const isFirst = name.step !== undefined && begun?.has(path) === false;
    if (isFirst || this.#uncleared.has(path)) this.#clear(path);
    this.#uncleared.delete(path);
    if (isFirst) begun?.add(path);
  }

  /** Nothing more is written of that run. */
  ended(run: LogName): void {
    this.#unplanned.delete(beginningOf(this.#folder, run));
  }

  #clear(path: string): void {
    if (this.#disk.sizeOf(path) === null) return;
    for (const file of withBeside(path)) this.#disk.remove(file);
    this.#disk.syncNamesNow(dirname(path));
  }
}
