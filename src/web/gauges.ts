/**
 * Owns the metrics that are looked up at the moment at which somebody asks: they cost nothing before.
 */

import { Counter, Gauge, type Registry } from 'prom-client';
import type { Behind } from './behind.js';

/** `oldestWaitMs`: of the job that waits longest for a runner; 0: none does. */
export function gauges(
  registry: Registry,
  vitals: Pick<Behind['vitals'], 'now'>,
  oldestWaitMs: () => number,
): void {
  const registers = [registry];
  new Gauge({
    name: 'cicd_pipeline_run_active',
    help: 'Jobs that are not over: pending for a runner or for other jobs, or executing',
    labelNames: ['cicd_pipeline_run_state'],
    registers,
    collect() {
      const { running, waiting, blocked } = vitals.now().jobs;
      this.set({ cicd_pipeline_run_state: 'pending' }, waiting + blocked);
      this.set({ cicd_pipeline_run_state: 'executing' }, running);
    },
  });
  new Gauge({
    name: 'cicd_worker_count',
    help: 'Runners that are connected; offline: paused, leaving, or classic and not answering',
    labelNames: ['cicd_worker_state'],
    registers,
    collect() {
      const states = Object.entries(vitals.now().runners);
      for (const [cicd_worker_state, count] of states) this.set({ cicd_worker_state }, count);
    },
  });
  gauge(
    'trivet_queue_oldest_wait_seconds',
    'For how long the job waits for a runner that waits longest',
    () => oldestWaitMs() / 1_000,
  );
  gauge(
    'trivet_heartbeat_age_seconds',
    'For how long nothing was heard of the runner that is silent longest',
    () => vitals.now().silentMs / 1_000,
  );
  gauge('process_resident_memory_bytes', 'Memory of the dispatcher', () =>
    process.memoryUsage.rss(),
  );
  gauge('process_start_time_seconds', 'When it started, in seconds since 1970', () =>
    Math.round(Date.now() / 1_000 - process.uptime()),
  );
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Time that it has spent on the CPU',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Counter({
    name: 'trivet_messages_total',
    help: 'Messages that crossed the wire; those to spectators, and HTTP, are not among them',
    labelNames: ['verb', 'direction'],
    registers,
    collect() {
      this.reset();
      for (const [direction, counts] of Object.entries(vitals.now().messages)) {
        for (const [verb, count] of counts) this.inc({ verb, direction }, count);
      }
    },
  });

  function gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  }
}
