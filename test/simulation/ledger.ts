/**
 * Owns the life of every job as the journal tells it, and the laws that the journal alone shows:
 * who had a lease when, and who gave the verdict. Shares no code with the dispatcher: its idea of
 * a job is its own. Simulated worlds keep one, and so does the storm over real processes.
 */

import type { Entry, JobId } from '../../src/dispatcher/core/journal.js';
import { lostRunsMax } from '../../src/dispatcher/core/rules.js';
import type { Commit, RunId } from '../../src/protocol/ids.js';
import type { Handback } from '../../src/protocol/job-bodies.js';
import type { Law } from './laws.js';

export interface LedgerRun {
  readonly id: RunId;
  readonly number: number;
  readonly classic: boolean;
  end: 'lost' | 'unconfirmed' | Handback['reason'] | 'finished' | null;
}

export interface LedgerJob {
  readonly id: JobId;
  readonly commit: Commit;
  readonly name: string;
  readonly labels: readonly string[];
  readonly needs: readonly string[];
  readonly group: string | null;
  readonly groupLimit: number;
  readonly branch: string;
  /** How those that it needs must have ended. */
  readonly runsOn: readonly string[];
  readonly lostMost: number;
  readonly fallbacks: readonly { readonly labels: readonly string[]; readonly afterMs: number }[];
  /** Since when nothing but a runner is missing. */
  wantedSinceMs: number;
  /** It was asked to end because of a newer commit. */
  isSuperseded: boolean;
  state: 'blocked' | 'waiting' | 'leased' | 'finished';
  lease: RunId | null;
  verdict: string | null;
  runs: LedgerRun[];
  /** How many of `runs` were there at the last rerun. */
  before: number;
  reruns: number;
  /** Entries so far: whether something happened between two looks. */
  changes: number;
}

export class Ledger {
  readonly jobs = new Map<JobId, LedgerJob>();
  readonly #byCommit = new Map<Commit, LedgerJob[]>();
  readonly #breaks: (law: Law, how: string) => void;

  constructor(breaks: (law: Law, how: string) => void) {
    this.#breaks = breaks;
  }

  jobsOf(commit: Commit): readonly LedgerJob[] {
    return this.#byCommit.get(commit) ?? [];
  }

  get unfinished(): LedgerJob[] {
    return [...this.jobs.values()].filter(({ state }) => state !== 'finished');
  }

  /** The next entry of the journal. */
  happened(entry: Entry): void {
    if (entry.kind === 'accepted') return this.#accepted(entry);
    const job = this.jobs.get(entry.job);
    if (job === undefined) return this.#breaks('verdict', `job ${entry.job} was never accepted`);
    job.changes += 1;
    switch (entry.kind) {
      case 'known-on':
        return;
      case 'unblocked':
        job.wantedSinceMs = entry.atMs;
        return this.#unblocked(job);
      case 'leased':
        return this.#leased(job, entry);
      case 'resumed':
        if (job.state === 'finished' || (job.lease !== null && job.lease !== entry.run)) {
          this.#breaks('single', `run ${entry.run} resumed while ${job.lease ?? 'none'} has it`);
        }
        this.#holds(job);
        return lease(job, entry.run);
      case 'lost':
      case 'handed-back':
        return this.#interrupted(job, entry);
      case 'cancel-asked':
        job.isSuperseded = entry.supersededBy !== undefined;
        return;
      case 'rerun-asked':
        job.state = beginsAs(job);
        job.wantedSinceMs = entry.atMs;
        job.isSuperseded = false;
        job.verdict = null;
        job.before = job.runs.length;
        job.reruns += 1;
        return;
      case 'finished':
        return this.#finished(job, entry);
    }
  }

  #accepted(entry: Entry & { kind: 'accepted' }): void {
    const { job: id, commit, name, labels, needs, group, branch, retries } = entry;
    const { groupLimit = 1, runsOn = ['success'], fallbacks = [] } = entry;
    const lostMost = retries === undefined ? lostRunsMax : retries + 1;
    if (this.jobs.has(id)) this.#breaks('verdict', `job ${id} was accepted twice`);
    const others = this.#byCommit.get(commit) ?? [];
    if (others.some((other) => other.name === name)) {
      this.#breaks('same', `${commit.slice(0, 7)} has two jobs ${name}`);
    }
    const job: LedgerJob = {
      ...{ id, commit, name, labels, needs, group, state: beginsAs({ needs }), lease: null },
      ...{ verdict: null, runs: [], before: 0, reruns: 0, changes: 1 },
      ...{ branch, groupLimit, runsOn, lostMost, fallbacks },
      ...{ wantedSinceMs: entry.atMs, isSuperseded: false },
    };
    this.jobs.set(id, job);
    this.#byCommit.set(commit, [...others, job]);
  }

  #unblocked(job: LedgerJob): void {
    if (job.state !== 'blocked') this.#breaks('needs', `job ${job.id} is ${job.state}`);
    const others = this.jobsOf(job.commit);
    const verdicts = job.needs.map((need) => others.find(({ name }) => name === need)?.verdict);
    const areOver = verdicts.every((verdict) => verdict != null);
    const hasRed = verdicts.some((verdict) => verdict !== 'passed');
    const isWanted = job.runsOn.includes(hasRed ? 'failure' : 'success');
    if (!areOver || !isWanted) {
      this.#breaks('needs', `job ${job.id} began, ${job.needs} are ${verdicts}`);
    }
    job.state = 'waiting';
  }

  /** It has its lease now, and so may only so many others of its group. */
  #holds(job: LedgerJob): void {
    const { group } = job;
    if (group === null) return;
    const all = [...this.jobs.values()].filter((other) => {
      return other.id === job.id || (other.group === group && other.lease !== null);
    });
    if (all.length <= Math.min(...all.map(({ groupLimit }) => groupLimit))) return;
    this.#breaks('group', `jobs ${all.map(({ id }) => id)} have the group ${group}`);
  }

  #leased(job: LedgerJob, { run: id, number, classic }: Entry & { kind: 'leased' }): void {
    if (job.state !== 'waiting') this.#breaks('single', `job ${job.id} is ${job.state} already`);
    if (job.runs.some((run) => run.id === id)) {
      this.#breaks('single', `run ${id} is leased a second time`);
    }
    if (number !== job.runs.length + 1) {
      this.#breaks('single', `run ${job.runs.length + 1} is numbered ${number}`);
    }
    if (job.isSuperseded) this.#breaks('superseded', `job ${job.id} is leased again`);
    job.runs.push({ id, number, classic, end: null });
    this.#holds(job);
    lease(job, id);
  }

  #interrupted(job: LedgerJob, entry: Entry & { kind: 'lost' | 'handed-back' }): void {
    if (job.lease !== entry.run) {
      this.#breaks('single', `run ${entry.run} of job ${job.id} is ${entry.kind} without a lease`);
    }
    const run = job.runs.find(({ id }) => id === entry.run);
    if (run !== undefined) run.end = endOf(entry);
    job.state = 'waiting';
    job.lease = null;
    const lost = job.runs.slice(job.before).filter(({ end }) => end === 'lost');
    if (lost.length > job.lostMost)
      this.#breaks('poison', `job ${job.id} lost ${lost.length} runs`);
  }

  #finished(job: LedgerJob, entry: Entry & { kind: 'finished' }): void {
    const run = job.runs.find(({ id }) => id === entry.run);
    if (job.state === 'finished') this.#breaks('verdict', `job ${job.id} has a second one`);
    if (entry.run !== null && !mayFinish(job, run)) {
      const holder = job.lease ?? 'no run';
      this.#breaks('lease', `run ${entry.run} ended job ${job.id}, which ${holder} has`);
    }
    if (run !== undefined) run.end = 'finished';
    job.state = 'finished';
    job.lease = null;
    job.verdict = entry.verdict;
  }
}

function beginsAs({ needs }: Pick<LedgerJob, 'needs'>): 'blocked' | 'waiting' {
  return needs.length > 0 ? 'blocked' : 'waiting';
}

function endOf(entry: Entry & { kind: 'lost' | 'handed-back' }): LedgerRun['end'] {
  if (entry.kind === 'handed-back') return entry.reason;
  return entry.confirmed === false ? 'unconfirmed' : 'lost';
}

function lease(job: LedgerJob, run: RunId): void {
  job.state = 'leased';
  job.lease = run;
  const known = job.runs.find(({ id }) => id === run);
  if (known !== undefined) known.end = null;
}

function mayFinish(job: LedgerJob, run: LedgerRun | undefined): boolean {
  if (run === undefined || job.runs.indexOf(run) < job.before) return false;
  const mayCome = run.end === 'lost' || run.end === 'unconfirmed' || run.end === 'stopped';
  const merelyWaits = job.state === 'waiting' && mayCome;
  return job.lease === run.id || merelyWaits;
}
