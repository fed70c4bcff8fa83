/**
 * Owns what a slot keeps of its runs on disk: `<run>.log`, the suite's output byte for byte, and
 * `<run>.json`, written once the run has ended. A log without a report is an interrupted run's.
 * Never looks into a log, never decides when a run may be forgotten.
 */

import { fsync, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { assignment, report } from '../protocol/bodies.js';
import { parseCommit, parseRun, type RunId } from '../protocol/ids.js';
import { readIfThere, writeAtomically } from '../world/files.js';
import type { Job } from './core.js';

const sync = promisify(fsync);

export interface KeptRun {
  readonly job: Job;
  readonly report: z.infer<typeof report>;
}

/** What was found in a folder: results to deliver, and runs that a dead process left behind. */
export interface Found {
  readonly ended: readonly KeptRun[];
  readonly interrupted: readonly RunId[];
}

export class RunFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  logPath(run: RunId): string {
    return join(this.#folder, `${run}.log`);
  }

  /** A new, empty log, opened so that every writer appends: no two can overwrite each other. */
  createLog(run: RunId): number {
    rmSync(this.logPath(run), { force: true });
    return openSync(this.logPath(run), 'ax', 0o644);
  }

  /** Makes an ended run survive us: first its log, then, atomically, the word that it ended. */
  async keep({ job, report }: KeptRun, log: number): Promise<void> {
    // A long log takes the disk a while, and pings want their answers meanwhile.
    if (report.logBytes > 0) await sync(log);
    writeAtomically(this.#reportPath(job.run), JSON.stringify({ ...job, report }));
  }

  forget(run: RunId): void {
    // The report goes first: what a crash leaves in between is then an interrupted run.
    rmSync(this.#reportPath(run), { force: true });
    rmSync(this.logPath(run), { force: true });
  }

  find(): Found {
    const ended: KeptRun[] = [];
    const interrupted: RunId[] = [];
    for (const name of readdirSync(this.#folder)) {
      const run = parseRun(name.replace(/\.log$/, ''));
      if (run === null) {
        if (!name.endsWith('.json')) rmSync(join(this.#folder, name), { force: true });
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
    const parsed = keptRun.safeParse(parseJson(readIfThere(this.#reportPath(run)) ?? ''));
    if (!parsed.success || parsed.data.job.run !== run) return null;
    return statSync(this.logPath(run)).size < parsed.data.report.logBytes ? null : parsed.data;
  }

  #reportPath(run: RunId): string {
    return join(this.#folder, `${run}.json`);
  }
}

const keptRun = z
  .object({
    run: z.string().transform((text) => parseRun(text) ?? z.NEVER),
    commit: z.string().transform((text) => parseCommit(text) ?? z.NEVER),
    classic: z.boolean(),
    assignment,
    report,
  })
  .transform(({ report, ...job }): KeptRun => ({ job, report }));

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A half-written file cannot be (it is written atomically); a foreign one is not ours.
    return undefined;
  }
}
