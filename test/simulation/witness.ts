/**
 * Owns what must never happen. It hears of every durable transaction, of every suite that really
 * ran and of every promise that was made to somebody, and holds them against each other.
 * Shares no code with what it watches: its idea of a job is its own.
 */

import { isDeepStrictEqual } from 'node:util';
import type { Entry, JobId } from '../../src/dispatcher/core/journal.js';
import { lostRunsMax } from '../../src/dispatcher/core/rules.js';
import type { Remembered } from '../../src/dispatcher/shell/dispatcher.js';
import type { Store } from '../../src/dispatcher/store/store.js';
import type { Commit, RunId } from '../../src/protocol/ids.js';
import type { SimulatedDisk } from './disk.js';
import type { Broken, Law } from './laws.js';
import { Recollection } from './recollection.js';
import { judge } from './verdicts.js';

export interface WitnessedRun {
  readonly id: RunId;
  readonly number: number;
  readonly classic: boolean;
  end: 'lost' | 'unknown-commit' | 'could-not-fetch' | 'stopped' | 'finished' | null;
}

export interface WitnessedJob {
  readonly id: JobId;
  readonly commit: Commit;
  state: 'waiting' | 'leased' | 'finished';
  lease: RunId | null;
  verdict: string | null;
  runs: WitnessedRun[];
  /** How many of `runs` were there at the last rerun. */
  before: number;
  reruns: number;
  /** Entries so far: whether something happened between two looks. */
  changes: number;
}

export class Witness {
  broken: Broken | null = null;
  readonly jobs = new Map<JobId, WitnessedJob>();
  /** Everything that ever became durable, in order. */
  readonly journal: Entry[] = [];
  readonly #byCommit = new Map<Commit, WitnessedJob>();
  readonly #started = new Map<string, Commit>();
  readonly #completed = new Set<string>();
  readonly #cancelAsked = new Set<Commit>();
  readonly #rerunAsked = new Set<Commit>();
  readonly #recollection = new Recollection();
  readonly #disk: SimulatedDisk;

  /** `disk` is the dispatcher's. */
  constructor(disk: SimulatedDisk) {
    this.#disk = disk;
  }

  /** A law is broken; the first is the one that counts. */
  breaks(law: Law, how: string): void {
    this.broken ??= { law, how };
  }

  jobOf(commit: Commit): WitnessedJob | undefined {
    return this.#byCommit.get(commit);
  }

  get unfinished(): WitnessedJob[] {
    return [...this.jobs.values()].filter(({ state }) => state !== 'finished');
  }

  appended(entries: readonly Entry[]): void {
    for (const entry of entries) {
      // A copy as the disk has it: what memory does to it later is not on disk.
      const kept = JSON.parse(JSON.stringify(entry)) as Entry;
      this.journal.push(kept);
      this.#happened(kept);
      // What should not have happened cannot be folded.
      if (this.broken === null) this.#recollection.happened(kept);
    }
  }

  acknowledged(commit: Commit): void {
    if (this.#byCommit.has(commit)) return;
    this.breaks('accepted', `${commit.slice(0, 7)} was acknowledged and is not there`);
  }

  /** Somebody was told that verdict: it must be one that cannot be taken back. */
  wasTold(commit: Commit, told: string): void {
    if (['waiting', 'running', 'unknown'].includes(told)) return;
    const job = this.#byCommit.get(commit);
    const isRecorded = this.journal.some(
      (entry) => entry.kind === 'finished' && entry.job === job?.id && entry.verdict === told,
    );
    if (!isRecorded) this.breaks('told', `${commit.slice(0, 7)} was called ${told} and was not`);
  }

  cancelAsked(commit: Commit): void {
    this.#cancelAsked.add(commit);
  }

  rerunAsked(commit: Commit): void {
    this.#rerunAsked.add(commit);
  }

  suiteStarted(run: string, commit: Commit): void {
    if (this.#started.has(run)) this.breaks('once', `the suite of run ${run} was started twice`);
    this.#started.set(run, commit);
  }

  suiteCompleted(run: string): void {
    this.#completed.add(run);
  }

  /** A dispatcher starts upon this store: it reads all that matters, and only what happened. */
  recovered(store: Store, memory: Remembered): void {
    const difference = this.#recollection.differenceOfStore(store, this.jobs.values());
    if (difference !== null) this.breaks('recovery', difference);
    this.remembers(memory);
    const inMemory = this.#recollection.differenceInAll(memory);
    if (inMemory !== null) this.breaks('recovery', inMemory);
  }

  /** A dispatcher that has written all that it decided remembers what is on disk. */
  remembers(memory: Remembered): void {
    const states = this.unfinished.map(({ state }) => state);
    const count = (wanted: string) => states.filter((state) => state === wanted).length;
    const truly = { waiting: count('waiting'), leased: count('leased') };
    if (!isDeepStrictEqual(memory.counts(), truly)) {
      this.breaks('recovery', 'it counts other jobs than there are');
    }
    const difference = this.#recollection.difference(memory);
    if (difference !== null) this.breaks('recovery', difference);
  }

  /** A dispatcher died, before it could write those. */
  died(memory: Remembered, unwritten: readonly Entry[]): void {
    const difference = this.#recollection.differenceOfDead(memory, unwritten);
    if (difference !== null) this.breaks('recovery', `when it died, ${difference}`);
  }

  /** The world came to rest: what must be so then. */
  atRest(store: Store): void {
    const job = this.#recollection.falseHistory(store);
    if (job !== null) this.breaks('recovery', `the history of job ${job} is not what happened`);
    this.recovered(store, this.#recollection.recoverAll(store));
    for (const job of this.jobs.values()) {
      if (job.verdict === null) this.breaks('verdict', `job ${job.id} has none`);
      this.#ranOnce(job);
    }
  }

  #happened(entry: Entry): void {
    if (entry.kind === 'accepted') return this.#accepted(entry);
    const job = this.jobs.get(entry.job);
    if (job === undefined) return this.breaks('verdict', `job ${entry.job} was never accepted`);
    job.changes += 1;
    switch (entry.kind) {
      case 'leased':
        if (job.state !== 'waiting') this.breaks('single', `job ${job.id} is ${job.state} already`);
        if (job.runs.some(({ id }) => id === entry.run)) {
          this.breaks('single', `run ${entry.run} is leased a second time`);
        }
        if (entry.number !== job.runs.length + 1) {
          this.breaks('single', `run ${job.runs.length + 1} is numbered ${entry.number}`);
        }
        job.runs.push({ id: entry.run, number: entry.number, classic: entry.classic, end: null });
        this.#lease(job, entry.run);
        break;
      case 'resumed':
        if (job.state === 'finished' || (job.lease !== null && job.lease !== entry.run)) {
          this.breaks('single', `run ${entry.run} resumed while ${job.lease ?? 'none'} has it`);
        }
        this.#lease(job, entry.run);
        break;
      case 'lost':
      case 'handed-back':
        this.#interrupted(job, entry);
        break;
      case 'cancel-asked':
        break;
      case 'rerun-asked':
        if (!this.#rerunAsked.has(job.commit)) {
          this.breaks('once', `job ${job.id} is tested again, and nobody asked for that`);
        }
        job.state = 'waiting';
        job.verdict = null;
        job.before = job.runs.length;
        job.reruns += 1;
        break;
      case 'finished':
        this.#finished(job, entry);
        break;
    }
  }

  #accepted({ job: id, commit }: Entry & { kind: 'accepted' }): void {
    if (this.jobs.has(id)) this.breaks('verdict', `job ${id} was accepted twice`);
    if (this.#byCommit.has(commit)) this.breaks('same', `${commit.slice(0, 7)} has two jobs`);
    const job: WitnessedJob = {
      ...{ id, commit, state: 'waiting', lease: null, verdict: null },
      ...{ runs: [], before: 0, reruns: 0, changes: 1 },
    };
    this.jobs.set(id, job);
    this.#byCommit.set(commit, job);
  }

  #lease(job: WitnessedJob, run: RunId): void {
    job.state = 'leased';
    job.lease = run;
    const known = job.runs.find(({ id }) => id === run);
    if (known !== undefined) known.end = null;
  }

  #interrupted(job: WitnessedJob, entry: Entry & { kind: 'lost' | 'handed-back' }): void {
    if (job.lease !== entry.run) {
      this.breaks('single', `run ${entry.run} of job ${job.id} is ${entry.kind} without a lease`);
    }
    const run = job.runs.find(({ id }) => id === entry.run);
    if (run !== undefined) run.end = entry.kind === 'lost' ? 'lost' : entry.reason;
    job.state = 'waiting';
    job.lease = null;
    const lost = job.runs.slice(job.before).filter(({ end }) => end === 'lost');
    if (lost.length > lostRunsMax) this.breaks('poison', `job ${job.id} lost ${lost.length} runs`);
  }

  #finished(job: WitnessedJob, entry: Entry & { kind: 'finished' }): void {
    const isCancelAsked = this.#cancelAsked.has(job.commit);
    const evidence = { disk: this.#disk, completed: this.#completed, isCancelAsked };
    for (const { law, how } of judge(job, entry, evidence)) this.breaks(law, how);
    const run = job.runs.find(({ id }) => id === entry.run);
    if (run !== undefined) run.end = 'finished';
    job.state = 'finished';
    job.lease = null;
    job.verdict = entry.verdict;
  }

  #ranOnce({ id, runs, reruns }: WitnessedJob): void {
    const completed = runs.filter((run) => this.#completed.has(run.id)).length;
    const interrupted = runs.filter(({ end }) => end !== 'finished').length;
    if (completed <= 1 + interrupted + reruns) return;
    this.breaks('once', `job ${id} ran to completion ${completed} times`);
  }
}
