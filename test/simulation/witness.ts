/**
 * Owns what must never happen. It hears of every durable transaction, of every suite that really
 * ran and of every promise that was made to somebody, and holds them against each other.
 */

import { isDeepStrictEqual } from 'node:util';
import type { Entry, JobId } from '../../src/dispatcher/core/journal.js';
import type { Remembered } from '../../src/dispatcher/shell/dispatcher.js';
import type { SqliteStore } from '../../src/dispatcher/store/sqlite.js';
import type { ListChange } from '../../src/dispatcher/store/store.js';
import { type Address, formatAddress } from '../../src/protocol/address.js';
import type { Commit } from '../../src/protocol/ids.js';
import { Copies } from './copies.js';
import type { SimulatedDisk } from './disk.js';
import type { Broken, Law } from './laws.js';
import { Ledger, type LedgerJob } from './ledger.js';
import { Offers } from './offers.js';
import { PauseLaw } from './pause-law.js';
import { secretValue, suits } from './plans.js';
import { Recollection } from './recollection.js';
import { StepLaw } from './step-law.js';
import { Turns } from './turns.js';
import { judge } from './verdicts.js';

export class Witness {
  broken: Broken | null = null;
  /** Everything that became durable, in order, but for what a backup undid. */
  readonly journal: Entry[] = [];
  /** In this world no process ends but by its suite, and no connection breaks. */
  nobodyDies = false;
  #ledger = new Ledger((law, how) => this.breaks(law, how));
  readonly #pauses = new PauseLaw((how) => this.breaks('paused', how));
  readonly steps = new StepLaw(
    (law, how) => this.breaks(law, how),
    (run) => this.suiteCompleted(run),
  );
  readonly copies = new Copies((how) => this.breaks('log', how));
  readonly offers = new Offers((how) => this.breaks('offered', how));
  #turns = new Turns((how) => this.breaks('turns', how));
  readonly #started = new Map<string, Commit>();
  readonly #completed = new Set<string>();
  /** Runs that came to a runner, and whether it is one of ours. */
  readonly #reached = new Map<string, boolean>();
  /** Runs from before a dispatcher's start: it cannot know whether they had come to a runner. */
  readonly #inherited = new Set<string>();
  readonly #deadRunners = new Set<string>();
  readonly #cancelAsked = new Set<Commit>();
  readonly #rerunAsked = new Set<Commit>();
  #recollection = new Recollection();
  /** What was so, and is not any more: the store was put back to before that. */
  readonly #undone = { accepted: new Set<Commit>(), told: new Set<string>() };
  /** Of classic runners, all that were ever kept: nobody looks for those that a backup undid. */
  readonly #addresses = new Set<string>();
  readonly #disk: SimulatedDisk;

  readonly #hasWorkflows: boolean;

  /** `disk` is the dispatcher's. */
  constructor(disk: SimulatedDisk, hasWorkflows: boolean) {
    this.#disk = disk;
    this.#hasWorkflows = hasWorkflows;
  }

  /** A law is broken; the first is the one that counts. */
  breaks(law: Law, how: string): void {
    this.broken ??= { law, how };
  }

  get jobs(): ReadonlyMap<JobId, LedgerJob> {
    return this.#ledger.jobs;
  }

  get unfinished(): LedgerJob[] {
    return this.#ledger.unfinished;
  }

  jobsOf(commit: Commit): readonly LedgerJob[] {
    return this.#ledger.jobsOf(commit);
  }

  appended(entries: readonly Entry[], listChanges: readonly ListChange[]): void {
    for (const change of listChanges) {
      if (!('address' in change) || !change.isKept) continue;
      this.#addresses.add(formatAddress(change.address));
    }
    this.#pauses.appended(entries, listChanges);
    for (const entry of entries) {
      // A copy as the disk has it: what memory does to it later is not on disk.
      const written = JSON.stringify(entry);
      if (written.includes(secretValue)) this.breaks('secret', `an entry holds it: ${entry.kind}`);
      const kept = JSON.parse(written) as Entry;
      this.journal.push(kept);
      this.#happened(kept);
      // What should not have happened cannot be folded.
      if (this.broken === null) this.#recollection.happened(kept);
    }
  }

  /** The store was put back to what it was when so many entries had happened. */
  wentBack(entries: number): void {
    for (const entry of this.journal.splice(entries)) {
      if (entry.kind === 'accepted') this.#undone.accepted.add(entry.commit);
      const commit = this.jobs.get(entry.job)?.commit;
      if (entry.kind === 'finished') this.#undone.told.add(`${commit} ${entry.verdict}`);
    }
    this.#pauses.wentBack();
    this.#ledger = new Ledger((law, how) => this.breaks(law, how));
    this.#turns = new Turns((how) => this.breaks('turns', how));
    this.#recollection = new Recollection();
    for (const entry of this.journal) {
      this.#ledger.happened(entry);
      // Between any two of them the dispatcher may have started anew: the turns were looked at then.
      this.#turns.begun();
      this.#turns.happened(entry);
      this.#recollection.happened(entry);
    }
  }

  acknowledged(commit: Commit): void {
    // What was undone is handed over anew: at rest it is looked whether it was.
    if (this.jobsOf(commit).length > 0 || this.#undone.accepted.has(commit)) return;
    this.breaks('accepted', `${commit.slice(0, 7)} was acknowledged and is not there`);
  }

  /** A classic runner was told OK. Of what it said in pieces, without an end, the first may have counted. */
  registered(address: Address): void {
    const whole = formatAddress(address);
    if ([...this.#addresses].some((kept) => whole.startsWith(kept))) return;
    this.breaks('accepted', `${formatAddress(address)} was told OK and is not there`);
  }

  /** Somebody was told that verdict: it must be one that cannot be taken back. */
  wasTold(commit: Commit, told: string): void {
    if (['blocked', 'waiting', 'running', 'unknown'].includes(told)) return;
    const jobs = this.jobsOf(commit).map(({ id }) => id);
    const isRecorded = this.journal.some(
      (entry) => entry.kind === 'finished' && jobs.includes(entry.job) && entry.verdict === told,
    );
    // An answer from before may be on its way.
    const wasRecorded = this.#undone.told.has(`${commit} ${told}`);
    if (!isRecorded && !wasRecorded)
      this.breaks('told', `${commit.slice(0, 7)} was called ${told} and was not`);
  }

  cancelAsked(commit: Commit): void {
    this.#cancelAsked.add(commit);
  }

  rerunAsked(commit: Commit): void {
    this.#rerunAsked.add(commit);
  }

  /** A runner got that run; one that is not ours may do with it what it likes. */
  runReached(run: string, isOurs: boolean): void {
    this.#reached.set(run, isOurs);
  }

  /** Its suite killed that runner, and every other run that it had. */
  runnerDied(name: string): void {
    this.#deadRunners.add(name);
  }

  suiteStarted(run: string, commit: Commit): void {
    if (this.#started.has(run)) this.breaks('once', `the suite of run ${run} was started twice`);
    this.#started.set(run, commit);
  }

  suiteCompleted(run: string): void {
    this.#completed.add(run);
  }

  /** A dispatcher starts upon this store: it reads all that matters, and only what happened. */
  recovered(store: SqliteStore, memory: Remembered): void {
    this.#turns.begun();
    this.offers.begun();
    this.#pauses.recovered(store.paused());
    for (const { lease } of this.unfinished) if (lease !== null) this.#inherited.add(lease);
    const difference = this.#recollection.differenceOfStore(store, [...this.jobs.values()]);
    if (difference !== null) this.breaks('recovery', difference);
    this.remembers(memory);
    const inMemory = this.#recollection.differenceInAll(memory);
    if (inMemory !== null) this.breaks('recovery', inMemory);
  }

  /** A dispatcher that has written all that it decided remembers what is on disk. */
  remembers(memory: Remembered): void {
    const states = this.unfinished.map(({ state }) => state);
    const count = (wanted: string) => states.filter((state) => state === wanted).length;
    const truly = { waiting: count('waiting'), blocked: count('blocked'), leased: count('leased') };
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
    this.copies.died();
  }

  /** The world came to rest: what must be so then. */
  atRest(store: SqliteStore): void {
    this.copies.atRest();
    const job = this.#recollection.falseHistory(store);
    if (job !== null) this.breaks('recovery', `the history of job ${job} is not what happened`);
    this.recovered(store, this.#recollection.recoverAll(store));
    for (const job of this.jobs.values()) {
      if (job.verdict === null) this.breaks('verdict', `job ${job.id} has none`);
      this.#ranOnce(job);
    }
  }

  #happened(entry: Entry): void {
    this.#ledger.happened(entry);
    this.#turns.happened(entry);
    const job = this.jobs.get(entry.job);
    if (job === undefined) return;
    if (entry.kind === 'rerun-asked' && !this.#rerunAsked.has(job.commit)) {
      this.breaks('once', `job ${job.id} is tested again, and nobody asked for that`);
    }
    if (entry.kind === 'leased') {
      const carried = this.offers.possible(entry.runner)?.map(({ labels }) => labels) ?? [];
      const how = `job ${job.id} (${job.name}) went to ${entry.runner}`;
      const later = job.fallbacks.filter(
        ({ afterMs }) => job.wantedSinceMs + afterMs <= entry.atMs,
      );
      const labels = [job.labels, ...later.map((one) => one.labels)];
      if (!suits(entry.runner, { ...job, labels }, carried)) this.breaks('suits', how);
    }
    if (entry.kind === 'lost') this.#lost(job, entry);
    if (entry.kind === 'finished') {
      if (entry.run === null) this.copies.endedWithoutRun(job.id);
      const isCancelAsked = this.#cancelAsked.has(job.commit);
      const siblings = this.jobsOf(job.commit);
      const hasNewer = [...this.jobs.values()].some(({ id, branch, commit }) => {
        return id > job.id && branch === job.branch && commit !== job.commit && branch !== 'main';
      });
      const evidence = {
        ...{ disk: this.#disk, completed: this.#completed, isCancelAsked, hasNewer, siblings },
        ...{ steps: this.steps, copies: this.copies, hasWorkflows: this.#hasWorkflows },
      };
      for (const { law, how } of judge(job, entry, evidence)) this.breaks(law, how);
    }
  }

  #lost({ commit, runs }: LedgerJob, { run: id, runner }: Entry & { kind: 'lost' }): void {
    const run = runs.find((one) => one.id === id);
    if (run === undefined || run.classic || run.end !== 'lost') return;
    const what = `run ${run.number} of ${commit.slice(0, 7)} on ${runner}`;
    const isOurs = this.#reached.get(id);
    if (isOurs === undefined && !this.#inherited.has(id)) {
      this.breaks('begun', `${what} never came there`);
    }
    if (this.nobodyDies && isOurs && !this.#deadRunners.has(runner.replace(/-\d+$/, ''))) {
      this.breaks('frozen', `${what} is lost`);
    }
  }

  #ranOnce({ id, runs, reruns }: LedgerJob): void {
    const completed = runs.filter((run) => this.#completed.has(run.id)).length;
    const interrupted = runs.filter(({ end }) => end !== 'finished').length;
    if (completed <= 1 + interrupted + reruns) return;
    this.breaks('once', `job ${id} ran to completion ${completed} times`);
  }
}
