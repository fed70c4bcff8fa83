/**
 * Owns what a Prometheus can ask for: counted as it is told, or looked up when it asks. Names are
 * OpenTelemetry's for CI/CD where it has one, and else begin with `trivet_`.
 * Invariant: no label holds what anybody who pushes can choose (a commit, a run, a job's name), so that
 * nobody can make the list grow without end; of repositories so many are told apart.
 */

import type { Hono, MiddlewareHandler } from 'hono';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Batch } from '../dispatcher/feed/feed.js';
import type { Recorded } from '../dispatcher/feed/publication.js';
import { results } from '../protocol/telemetry.js';
import { ownVersion } from '../world/version.js';
import type { Behind } from './behind.js';
import { gauges } from './gauges.js';

/** Further ones are counted together. */
const repositoriesMax = 50;
const others = '(others)';

/** From a suite that does nothing to one that takes an hour. */
const durations = [0.5, 1, 2, 5, 15, 30, 60, 120, 300, 600, 1_200, 3_600];

/** Why a run was lost, by how the sentence goes on that tells of its runner. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/^closed/, 'connection_closed'],
  [/missed/, 'silent'],
  [/restarted/, 'dispatcher_restarted'],
  [/stood still/, 'dispatcher_stalled'],
  [/^came back without/, 'runner_restarted'],
];

export function serveMetrics(app: Hono, refuses: MiddlewareHandler, { registry }: Metrics): void {
  app.get('/metrics', refuses, async (context) => {
    const headers = { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' };
    return context.body(await registry.metrics(), 200, headers);
  });
}

export class Metrics {
  readonly registry = new Registry();
  readonly #runDuration = new Histogram({
    name: 'cicd_pipeline_run_duration_seconds',
    help: 'How long runs took that ended with a verdict',
    labelNames: ['vcs_repository_name', 'cicd_pipeline_run_state', 'cicd_pipeline_result'],
    buckets: durations,
    registers: [this.registry],
  });
  readonly #errors = new Counter({
    name: 'cicd_pipeline_run_errors_total',
    help: 'Runs that failed, timed out, could not be done, or were lost',
    labelNames: ['vcs_repository_name', 'error_type'],
    registers: [this.registry],
  });
  readonly #lost = new Counter({
    name: 'trivet_runs_lost_total',
    help: 'Runs whose runner went away; their jobs are run again',
    labelNames: ['reason'],
    registers: [this.registry],
  });
  readonly #latency = new Histogram({
    name: 'trivet_commit_latency_seconds',
    help: 'From the moment at which a commit was accepted to the last verdict of its jobs, unless one was cut short',
    labelNames: ['vcs_repository_name'],
    buckets: durations,
    registers: [this.registry],
  });
  /** Jobs that wait for a runner, by when they began to: the first has waited longest. */
  readonly #waiting: Map<number, number>;
  /** Commits that were accepted since the start and are not over. */
  readonly #open = new Map<string, OpenCommit>();
  readonly #repositories = new Set<string>();

  constructor(behind: Pick<Behind, 'clock' | 'follow' | 'vitals'>) {
    const waiting = [...behind.vitals.waiting()].sort((a, b) => a.sinceMs - b.sinceMs);
    this.#waiting = new Map(waiting.map(({ job, sinceMs }) => [job, sinceMs]));
    for (const reason of [...reasons.map(([, word]) => word), 'other'])
      this.#lost.inc({ reason }, 0);
    const oldestWaitMs = () => {
      const [sinceMs] = this.#waiting.values();
      return sinceMs === undefined ? 0 : behind.clock.nowMs() - sinceMs;
    };
    gauges(this.registry, behind.vitals, oldestWaitMs);
    new Gauge({
      name: 'trivet_build_info',
      help: 'Which release this is',
      labelNames: ['version', 'node'],
      registers: [this.registry],
    }).set({ version: ownVersion(), node: process.version }, 1);
    behind.follow((batch) => this.#count(batch));
  }

  #count(batch: Batch): void {
    for (const publication of batch) {
      if (publication.kind !== 'entry') continue;
      const { job } = publication;
      if (job.state.kind !== 'waiting') this.#waiting.delete(job.id);
      else if (!this.#waiting.has(job.id)) this.#waiting.set(job.id, job.sinceMs);
      this.#countEntry(publication);
    }
  }

  #countEntry({ entry, job }: Recorded): void {
    const vcs_repository_name = this.#nameOf(job.repository);
    switch (entry.kind) {
      case 'accepted':
        this.#begun(`${job.commit} ${job.repository}`, entry);
        break;
      case 'lost':
        this.#lost.inc({ reason: reasonOf(entry.reason) });
        this.#errors.inc({ vcs_repository_name, error_type: 'runner_lost' });
        break;
      case 'retried':
      case 'finished': {
        const { verdict, durationMs } = entry;
        if (entry.run !== null) {
          const labels = { vcs_repository_name, cicd_pipeline_run_state: 'executing' };
          const cicd_pipeline_result = results[verdict];
          this.#runDuration.observe({ ...labels, cicd_pipeline_result }, durationMs / 1_000);
        }
        if (verdict === 'failed' || verdict === 'errored' || verdict === 'timed-out') {
          this.#errors.inc({ vcs_repository_name, error_type: verdict.replace('-', '_') });
        }
        if (entry.kind === 'finished') this.#ended({ entry, job }, vcs_repository_name);
        break;
      }
    }
  }

  #begun(key: string, { job, atMs }: Recorded['entry']): void {
    const open = this.#open.get(key) ?? { acceptedAtMs: atMs, jobs: new Set(), isCut: false };
    open.jobs.add(job);
    this.#open.set(key, open);
  }

  #ended({ entry, job }: Pick<Recorded, 'entry' | 'job'>, vcs_repository_name: string): void {
    const key = `${job.commit} ${job.repository}`;
    const open = this.#open.get(key);
    if (entry.kind !== 'finished' || open === undefined) return;
    open.isCut ||= entry.verdict === 'cancelled' || entry.verdict === 'superseded';
    open.jobs.delete(entry.job);
    if (open.jobs.size > 0) return;
    this.#open.delete(key);
    const tookMs = entry.atMs - open.acceptedAtMs;
    if (!open.isCut) this.#latency.observe({ vcs_repository_name }, tookMs / 1_000);
  }

  #nameOf(repository: string | null): string {
    const name = repository ?? '';
    if (this.#repositories.size < repositoriesMax) this.#repositories.add(name);
    return this.#repositories.has(name) ? name : others;
  }
}

interface OpenCommit {
  readonly acceptedAtMs: number;
  readonly jobs: Set<number>;
  /** One of its jobs was cancelled or superseded. */
  isCut: boolean;
}

function reasonOf(text: string): string {
  return reasons.find(([pattern]) => pattern.test(text))?.[1] ?? 'other';
}
