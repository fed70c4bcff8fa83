/**
 * Owns what a slot keeps of its runs on disk: `<run>.log`, the run's output byte for byte,
 * `<run>.<n>.log`, the same of its n-th step, and `<run>.json`, written once the run has ended. A log
 * without a report is an interrupted run's. Never looks into a log, never decides when a run may be
 * forgotten.
 */

import { join } from 'node:path';
import * as z from 'zod';
import { commit, run } from '../protocol/bodies.js';
import { type LogId, logIdOf, ownerOf, parseLog, type RunId } from '../protocol/ids.js';
import { assignment, type Report, report } from '../protocol/job-bodies.js';
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
  /** Runs whose steps have logs, and which steps. */
  readonly #steps = new Map<RunId, Set<number>>();

  constructor(folder: string, disk: Disk = realDisk) {
    this.#folder = folder;
    this.#disk = disk;
    disk.makeFolder(folder);
  }

  /** A new, empty log, opened so that every writer appends: no two can overwrite each other. */
  createLog(log: LogId): OpenFile {
    const path = this.#logPath(log);
    this.#remember(log);
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
  openLog(log: LogId): OpenFile | null {
    const path = this.#logPath(log);
    return this.#disk.sizeOf(path) === null ? null : this.#disk.open(path, 'read');
  }

  /**
   * Makes an ended run survive us: first its own log, then, atomically, the word that it ended. The
   * logs of its steps are on disk already.
   */
  async keep({ run, report }: KeptRun, log: OpenFile): Promise<void> {
    // A long log takes the disk a while, and pings want their answers meanwhile.
    if (report.logBytes > 0) await log.sync();
    // Its secrets were for its steps, which are over.
    const {
      id,
      assignment: { secrets: _, withheld: __, ...assignment },
      ...rest
    } = run;
    const kept = { run: id, ...rest, assignment, report };
    this.#disk.writeText(this.#reportPath(id), JSON.stringify(kept));
  }

  forget(run: RunId): void {
    // The report goes first: what a crash leaves in between is then an interrupted run.
    this.#disk.remove(this.#reportPath(run));
    this.#disk.remove(this.#logPath(run));
    for (const step of this.#steps.get(run) ?? [])
      this.#disk.remove(this.#logPath(logIdOf(run, step)));
    this.#steps.delete(run);
  }

  /** Of a run that goes on: the log of a step whose output is kept elsewhere by now. */
  forgetStep(log: LogId): void {
    const { run, step } = ownerOf(log);
    this.#disk.remove(this.#logPath(log));
    this.#steps.get(run)?.delete(step);
  }

  find(): Found {
    const ended: KeptRun[] = [];
    const interrupted: RunId[] = [];
    const names = new Set(this.#disk.list(this.#folder));
    const runs = new Set<RunId>();
    for (const name of names) {
      const log = name.endsWith('.log') ? parseLog(name.replace(/\.log$/, '')) : null;
      if (log === null) {
        // A power cut may keep the removal of a log and forget that of its report.
        const isReport = name.endsWith('.json') && names.has(name.replace(/json$/, 'log'));
        if (!isReport) this.#disk.remove(join(this.#folder, name));
        continue;
      }
      this.#remember(log);
      runs.add(ownerOf(log).run);
    }
    for (const run of runs) {
      const kept = this.#read(run);
      if (kept === null) interrupted.push(run);
      else ended.push(kept);
    }
    return { ended, interrupted };
  }

  #remember(log: LogId): void {
    const { run, step } = ownerOf(log);
    if (step === 0) return;
    const steps = this.#steps.get(run) ?? new Set();
    this.#steps.set(run, steps.add(step));
  }

  /** Null unless report and logs are all whole: after a power cut a log may be shorter. */
  #read(run: RunId): KeptRun | null {
    const parsed = keptRun.safeParse(parseJson(this.#disk.readText(this.#reportPath(run)) ?? ''));
    if (!parsed.success || parsed.data.run.id !== run) return null;
    const { report } = parsed.data;
    const isWhole = logsOf(run, report).every(
      ({ log, bytes }) => (this.#disk.sizeOf(this.#logPath(log)) ?? 0) >= bytes,
    );
    return isWhole ? parsed.data : null;
  }

  #logPath(log: LogId): string {
    return join(this.#folder, `${log}.log`);
  }

  #reportPath(run: RunId): string {
    return join(this.#folder, `${run}.json`);
  }
}

/** All logs of an ended run, its own first, and how long each is. */
export function logsOf(run: RunId, report: Report): { log: LogId; bytes: number }[] {
  const ofSteps = (report.steps ?? []).map(({ number, logBytes }) => ({
    log: logIdOf(run, number),
    bytes: logBytes,
  }));
  return [{ log: run, bytes: report.logBytes }, ...ofSteps.filter(({ bytes }) => bytes > 0)];
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
