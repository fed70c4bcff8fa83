/**
 * Owns the rows that several documents have: a commit in a line, a job that runs or waits, a runner.
 */

import type {
  CommitInLine,
  RunnerInRow,
  RunningJob,
  WaitingJob,
} from '../../protocol/documents.js';
import type { Job } from '../core/job.js';
import type { Runner } from '../core/peers.js';
import type { Run } from '../core/run.js';
import { namesOf } from '../core/shape.js';
import { waitReason } from '../shell/wait-reasons.js';
import type { CommitRow } from '../store/queries.js';
import { Estimates } from './estimates.js';
import type { Known } from './known.js';
import { mostImportant, stateOf, stateOfRow } from './states.js';

export function commitInLine(known: Known, row: CommitRow): CommitInLine {
  const { repository, commit, branch, author, subject, position } = row;
  const jobs = row.jobs.map(({ job, name, verdict, acceptedAtMs, finishedAtMs }) => ({
    job,
    name,
    state: stateOfRow(known.core, { job, verdict }),
    acceptedAtMs,
    finishedAtMs,
  }));
  const state = mostImportant(jobs.map((job) => job.state)) ?? 'waiting';
  return {
    ...{ repository, commit, branch, author, subject, state, jobs },
    atMs: position.atMs,
    finishedAtMs: latest(jobs.map(({ finishedAtMs }) => finishedAtMs)),
  };
}

/** The last of these times; null where one is still to come. */
export function latest(times: readonly (number | null)[]): number | null {
  return times.reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)), 0);
}

/** Makes rows of jobs; estimates are looked up once for all. */
export class JobRows {
  readonly #known: Known;
  readonly #estimates: Estimates;

  constructor(known: Known) {
    this.#known = known;
    this.#estimates = new Estimates(known.queries, known.clock);
  }

  /** The median of what jobs of that name took; null where nothing is known. */
  estimate(job: Pick<Job, 'repository' | 'name'>): Promise<number | null> {
    return this.#estimates.of(job);
  }

  async running(job: Job, { id, number, runner, leasedAtMs }: Run): Promise<RunningJob> {
    const steps = this.#known.steps.stepsOf(id);
    const going = steps.filter(({ state, isService }) => state === 'running' && !isService);
    return {
      ...about(job),
      ...{ run: id, number, runner, sinceMs: leasedAtMs },
      steps: going.map(({ name }) => name),
      estimateMs: await this.estimate(job),
    };
  }

  /** All that run, the oldest first, at most so many. */
  allRunning(most: number): Promise<RunningJob[]> {
    const leased = [...this.#known.core.leased()];
    leased.sort((one, other) => one.run.leasedAtMs - other.run.leasedAtMs);
    return Promise.all(leased.slice(0, most).map(({ job, run }) => this.running(job, run)));
  }

  /** In the order in which they are to be served. */
  waiting(most: number): WaitingJob[] {
    const nowMs = this.#known.clock.nowMs();
    return this.#known.core.waits(most, nowMs).map(({ job, why }) => ({
      ...about(job),
      state: stateOf(job) === 'blocked' ? 'blocked' : 'waiting',
      sinceMs: job.sinceMs,
      why: waitReason(why),
    }));
  }

  async runner(runner: Runner): Promise<RunnerInRow> {
    const { name, via, offer, capacity, draining, paused, runs } = runner;
    const running = [...runs].flatMap((id) => {
      const job = this.#known.core.jobOfRun(id);
      const run = job?.runs.find((one) => one.id === id);
      return job === undefined || run === undefined ? [] : [this.running(job, run)];
    });
    const free = draining ? 'leaving' : paused ? 'paused' : 'idle';
    return {
      name,
      kind: via.kind === 'classic' ? 'classic' : 'runner',
      repositories: namesOf(offer)?.slice() ?? null,
      labels: [...offer.labels],
      capacity,
      state: running.length > 0 ? 'busy' : free,
      silentMs: this.#known.core.silentMs(runner),
      running: await Promise.all(running),
    };
  }
}

function about({ repository, commit, branch, subject, id: job, name }: Job) {
  return { repository, commit, branch, subject, job, name };
}
