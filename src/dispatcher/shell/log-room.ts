/**
 * Owns the way of log bytes: from a session to their file, and from the file to readers. Log bytes are not
 * events and never pass through the core; the core is only asked whether a run may still log. What the
 * beginnings and ends of runs mean for their logs stands in turn-logs.ts.
 */

import {
  type Commit,
  type LogId,
  logIdOf,
  ownerOf,
  type RunId,
  type SessionId,
} from '../../protocol/ids.js';
import type { Report } from '../../protocol/job-bodies.js';
import type { SessionMessage } from '../../protocol/messages.js';
import type { StepReport } from '../../protocol/work.js';
import type { Clock } from '../../world/clock.js';
import type { DispatcherCore } from '../core/core.js';
import type { Feed } from '../feed/feed.js';
import { commitOf } from '../feed/publication.js';
import type { LogName } from '../store/log-names.js';
import type { LogFiles } from '../store/logs.js';
import type { Store } from '../store/store.js';
import { DiskRoom, ofLogs } from './disk-room.js';
import { Followers } from './followers.js';
import { LiveSteps } from './live-steps.js';
import { nameIn, stepLogsOf } from './logs-of-runs.js';
import { liveReadings, type Reading, readingsOf } from './readings.js';
import { Results } from './results.js';
import { TurnLogs } from './turn-logs.js';

export class LogRoom {
  readonly followers: Followers;
  /** What finds the disk full waits there. */
  readonly disk: DiskRoom;
  /** What becomes of logs as runs begin and end. */
  readonly turns: TurnLogs;
  /** What there is to be read of every job of a commit, or of one of their runs. */
  readonly readings: (commit: Commit, run?: number | null) => Promise<readonly Reading[]>;
  readonly #core: DispatcherCore;
  readonly #files: LogFiles;
  readonly #results: Results;
  readonly #clock: Clock;
  readonly #feed: Feed;
  readonly #steps = new LiveSteps();
  /** Runs of which a classic result is on its way to the disk. */
  readonly #keeping = new Map<RunId, Promise<void>>();
  #isClosed = false;

  constructor(core: DispatcherCore, store: Store, files: LogFiles, clock: Clock, feed: Feed) {
    this.#core = core;
    this.#files = files;
    this.#clock = clock;
    this.#feed = feed;
    this.disk = new DiskRoom(clock, feed.tell, ofLogs);
    const left = { steps: this.#steps, files };
    this.readings = (commit, run = null) => readingsOf(core, store, left, { commit, run });
    const look = (commit: Commit) => liveReadings(core, this.#steps, commit);
    this.followers = new Followers(files, look, (call) => clock.soon(call));
    this.#results = new Results(files, this.readings, clock, feed.tell);
    this.turns = new TurnLogs({ core, files, results: this.#results, steps: this.#steps, clock });
    feed.follow((batch) => {
      for (const publication of batch) {
        const commit = commitOf(publication);
        if (commit !== null) this.followers.poke(commit);
      }
    });
  }

  /** Nothing is tried again, and work for the disk that is under way may fail. */
  close(): void {
    this.#isClosed = true;
    this.#results.close();
  }

  /** How much is stored of a run's log, and of those of its steps, as far as its plan tells of them. */
  logged(run: RunId): { readonly log: LogId; readonly bytes: number }[] {
    const work = this.#core.jobOfRun(run)?.work ?? null;
    const steps = work === null ? 0 : stepLogsOf(work);
    const logs = Array.from({ length: steps + 1 }, (_, step) => logIdOf(run, step));
    const all = logs.map((log) => ({ log, bytes: this.#size(log) }));
    return all.filter(({ log, bytes }) => log === run || bytes > 0);
  }

  /** How the steps of a run that goes on stand. */
  stepsOf(run: RunId): readonly StepReport[] {
    return this.#steps.of(run);
  }

  /** A step of a run has begun, or has ended; answers what its runner must be told, if anything. */
  step(
    session: SessionId,
    { run, body: step }: SessionMessage & { verb: 'step' },
  ): SessionMessage | null {
    const job = this.#core.jobOfRun(run);
    const isWanted = this.#nameFor(session, logIdOf(run, step.number)) !== null;
    if (!isWanted || job === undefined) return { verb: 'revoked', run };
    this.#steps.heard(run, step);
    this.#feed.publish([{ kind: 'step', atMs: this.#clock.nowMs(), job, run, step }]);
    return null;
  }

  /** Stores a piece; answers what the runner must be told about it, if anything. */
  add(
    session: SessionId,
    { log, offset, body }: SessionMessage & { verb: 'log' },
  ): SessionMessage | null {
    const { run } = ownerOf(log);
    const name = this.#nameFor(session, log);
    const job = this.#core.jobOfRun(run);
    if (name === null || job === undefined) return { verb: 'revoked', run };
    const isWritten = this.#files.append(name, offset, body);
    const logBytes = this.#files.size(name);
    if (!isWritten) return { verb: 'want', log, offset: logBytes };
    this.#feed.publish([{ kind: 'log', atMs: this.#clock.nowMs(), job, run, log, logBytes }]);
    return null;
  }

  /** Makes a run's whole log durable; answers what to tell the runner if it is not whole. */
  async seal(session: SessionId, run: RunId, report: Report): Promise<SessionMessage | null> {
    const name = this.#nameFor(session, run);
    // A run that nobody waits for has nothing to keep; the core will tell its runner so.
    if (name === null) return null;
    const steps = (report.steps ?? []).filter(({ logBytes }) => logBytes > 0);
    const logs = [
      { log: run as LogId, name, logBytes: report.logBytes },
      ...steps.map(({ number: step, logBytes }) => {
        return { log: logIdOf(run, step), name: { ...name, step }, logBytes };
      }),
    ];
    for (const { log, name: of, logBytes } of logs) {
      const size = this.#files.size(of);
      if (size < logBytes) return { verb: 'want', log, offset: size };
    }
    try {
      await Promise.all(logs.map(({ name: of }) => this.#files.seal(of)));
    } catch (error) {
      // What was not on disk when we ended is asked for again.
      if (!this.#isClosed) throw error;
    }
    return null;
  }

  /**
   * Stores a classic result, which is its run's whole log, durably; waits for a full disk. Answers false,
   * once that is stored, where another result of the run came before: this one is not its log.
   */
  keep(run: RunId, output: Uint8Array): Promise<boolean> {
    const before = this.#keeping.get(run);
    if (before !== undefined) return before.then(() => false);
    const kept = this.#store(run, output).finally(() => this.#keeping.delete(run));
    this.#keeping.set(run, kept);
    return kept.then(() => true);
  }

  async #store(run: RunId, output: Uint8Array): Promise<void> {
    const name = nameIn(this.#core, run);
    if (name === null) return;
    // We may have been killed before one that was stored counted.
    if (this.#files.size(name) > 0) this.#files.begin(name);
    for (let isKept = false; !isKept; ) {
      try {
        this.#files.append(name, 0, output);
        await this.#files.seal(name);
        isKept = true;
      } catch (error) {
        await this.disk.waitForRoom(error);
      }
    }
  }

  #size(log: LogId): number {
    const name = nameIn(this.#core, log);
    return name === null ? 0 : this.#files.size(name);
  }

  #nameFor(session: SessionId, log: LogId): LogName | null {
    return this.#core.mayLog(session, ownerOf(log).run) ? nameIn(this.#core, log) : null;
  }
}
