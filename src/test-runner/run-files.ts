/**
 * Owns what a slot keeps of its runs on disk: `<run>.log`, the suite's output byte for byte, and
 * `<run>.json`, written once the run has ended. A log without a report is an interrupted run's.
 * Never looks into a log, never decides when a run may be forgotten.
 */

import { join } from 'node:path';
import { z } from 'zod';
import { assignment, commit, report, run } from '../protocol/bodies.js';
import { parseRun, type RunId } from '../protocol/ids.js';
import { type Disk, type OpenFile, realDisk } from '../world/disk.js';
import { parseJson } from '../world/files.js';
import type { KeptRun } from './core/events.js';

/** What was found in a folder: results to deliver, and runs that a dead process left behind. */
export interface Found {
  readonly ended: readonly KeptRun[];
  readonly interrupted: readonly RunId[];
}

export class RunFiles {
  readonly #folder: string;
  readonly #disk: Disk;

  constructor(folder: string, disk: Disk = realDisk) {
    this.#folder = folder;
    this.#disk = disk;
    disk.makeFolder(folder);
  }

  /** A new, empty log, opened so that every writer appends: no two can overwrite each other. */
  createLog(run: RunId): OpenFile {
    const path = this.#logPath(run);
    try {
      return this.#disk.open(path, 'append-new');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
      // Somebody has deleted the folder meanwhile, or put something there.
      this.#disk.makeFolder(this.#folder);
      this.#disk.remove(path);
      return this.#disk.open(path, 'append-new');
    }
  }

  /** The log, for reading; null where it is gone. */
  openLog(run: RunId): OpenFile | null {
    const path = this.#logPath(run);
    return this.#disk.sizeOf(path) === null ? null : this.#disk.open(path, 'read');
  }

  /** Makes an ended run survive us: first its log, then, atomically, the word that it ended. */
  async keep({ run, report }: KeptRun, log: OpenFile): Promise<void> {
    // A long log takes the disk a while, and pings want their answers meanwhile.
    if (report.logBytes > 0) await log.sync();
    const { id, ...rest } = run;
    this.#disk.writeText(this.#reportPath(id), JSON.stringify({ run: id, ...rest, report }));
  }

  forget(run: RunId): void {
    // The report goes first: what a crash leaves in between is then an interrupted run.
    this.#disk.remove(this.#reportPath(run));
    this.#disk.remove(this.#logPath(run));
  }

  find(): Found {
    const ended: KeptRun[] = [];
    const interrupted: RunId[] = [];
    const names = new Set(this.#disk.list(this.#folder));
    for (const name of names) {
      const run = parseRun(name.replace(/\.log$/, ''));
      if (run === null) {
        // A power cut may keep the removal of a log and forget that of its report.
        const isReport = name.endsWith('.json') && names.has(name.replace(/json$/, 'log'));
        if (!isReport) this.#disk.remove(join(this.#folder, name));
        continue;
      }
      const kept = this.#read(run);
      if (kept === null) interrupted.push(run);
      else ended.push(kept);
    }
    return { ended, interrupted };
  }

  /** Null unless report and log are both whole: after a power cut the log may be shorter. */
  #read(run: RunId): KeptRun | null {
    const parsed = keptRun.safeParse(parseJson(this.#disk.readText(this.#reportPath(run)) ?? ''));
    if (!parsed.success || parsed.data.run.id !== run) return null;
    const bytes = this.#disk.sizeOf(this.#logPath(run)) ?? 0;
    return bytes < parsed.data.report.logBytes ? null : parsed.data;
  }

  #logPath(run: RunId): string {
    return join(this.#folder, `${run}.log`);
  }

  #reportPath(run: RunId): string {
    return join(this.#folder, `${run}.json`);
  }
}

const keptRun = z
  .object({
    run,
    commit,
    classic: z.boolean(),
    assignment,
    report,
  })
  .transform(({ run: id, report, ...rest }): KeptRun => ({ run: { id, ...rest }, report }));
