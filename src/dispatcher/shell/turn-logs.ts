/**
 * Owns what the entries of a turn mean for logs: those of a run that begins are empty, the output of one
 * that ends its job is put in its public place (results.ts), and where no run led to the end the reason is
 * written down. Never hears a byte from a session; see log-room.ts.
 */

import type { Clock } from '../../world/clock.js';
import type { DispatcherCore } from '../core/core.js';
import type { Job } from '../core/job.js';
import type { Entry } from '../core/journal.js';
import { beatEveryMs } from '../core/rules.js';
import { entriesOf } from '../core/selected.js';
import type { LogFiles } from '../store/logs.js';
import type { LiveSteps } from './live-steps.js';
import { nameIn, stepLogsOf } from './logs-of-runs.js';
import type { Decided } from './performer.js';
import { logNameOf } from './readings.js';
import type { Results } from './results.js';

export interface TurnLogsOptions {
  readonly core: DispatcherCore;
  readonly files: LogFiles;
  readonly results: Results;
  /** How the steps of runs that go on stand. */
  readonly steps: LiveSteps;
  readonly clock: Clock;
}

export class TurnLogs {
  readonly #core: DispatcherCore;
  readonly #files: LogFiles;
  readonly #results: Results;
  readonly #steps: LiveSteps;
  readonly #clock: Clock;

  constructor({ core, files, results, steps, clock }: TurnLogsOptions) {
    this.#core = core;
    this.#files = files;
    this.#results = results;
    this.#steps = steps;
    this.#clock = clock;
  }

  /** What is to be so before a turn is written. Throws what the disk says. */
  prepare(turn: Decided): Promise<void> {
    const entries = turn.flatMap(({ effects }) => entriesOf(effects));
    this.#begin(entries);
    return this.#publish(entries);
  }

  /** What changed is on disk: reasons are written down, files that nobody writes are closed. */
  afterwards(turn: Decided): void {
    for (const { effects, jobs } of turn) {
      // Each job as that event left it: by now another run of it may be under way.
      for (const entry of entriesOf(effects)) this.#writeReason(entry, jobs.get(entry.job));
    }
    for (const { id, commit, runs } of turn.flatMap(({ jobs }) => [...jobs.values()])) {
      if (this.#core.job(id)?.state.kind === 'leased') continue;
      for (const { id: run, number } of runs) {
        this.#files.release({ commit, job: id, number });
        this.#steps.forget(run);
      }
    }
  }

  /** The logs of runs that are new begin empty. */
  #begin(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const name = entry.kind === 'leased' ? nameIn(this.#core, entry.run) : null;
      if (name === null) continue;
      this.#files.begin(name);
      const work = this.#core.job(name.job)?.work ?? null;
      if (work === null) this.#files.beginSteps(name);
      const steps = work === null ? 0 : stepLogsOf(work);
      for (let step = 1; step <= steps; step += 1) this.#files.begin({ ...name, step });
    }
  }

  /**
   * The output of the runs that end their jobs, under the commit's own name. Where much has to be copied
   * it is waited for no longer than others can do without, and follows.
   */
  #publish(entries: readonly Entry[]): Promise<void> {
    const finished = entries.flatMap((entry) => {
      if (entry.kind !== 'finished' || entry.run === null) return [];
      const log = nameIn(this.#core, entry.run);
      return log === null ? [] : [{ log, steps: entry.steps ?? [] }];
    });
    if (finished.length === 0) return Promise.resolve();
    const placed = this.#results.publish(finished);
    return new Promise((resolve) => {
      const cancel = this.#clock.after(beatEveryMs, resolve);
      void placed.then(cancel).then(resolve);
    });
  }

  /** Where no run led to the end: who reads the log finds the reason in its last line. */
  #writeReason(entry: Entry, job: Job | undefined): void {
    if (entry.kind !== 'finished' || entry.run !== null) return;
    if (job === undefined || entry.reason === '') return;
    // A workflow file that is wrong is told of in full: the reason names its first error only.
    const isStillborn = job.runs.length === 0 && entry.verdict === 'errored';
    const remarks = isStillborn ? (job.work?.remarks ?? []) : [];
    void this.#results.publishReason(
      logNameOf(job),
      remarks.length > 0 ? remarks : [sentence(entry.reason)],
    );
  }
}

/** The reason, as the last line of a log. */
function sentence(reason: string): string {
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}
