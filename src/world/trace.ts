/**
 * Owns the ids by which a job is found in traces, the same for everyone who derives them: the
 * dispatcher, which tells of it, and the runner, whose suite may add spans of its own. What is the same
 * job has the same trace, whichever process asks, before and after any restart.
 */

import { createHash } from 'node:crypto';
import type { Commit, LogId } from '../protocol/ids.js';

/** What tells a job from all others. */
export interface Traced {
  /** As the dispatcher knows it. */
  readonly repository: string | null;
  readonly commit: Commit;
  readonly job: string;
}

/** 32 hex digits. */
export function traceIdOf({ repository, commit, job }: Traced): string {
  return digest(32, 'job', repository ?? '', commit, job);
}

/** Of a run, or of one of its steps: 16 hex digits. */
export function spanIdOf(log: LogId): string {
  return digest(16, 'run', log);
}

/** Of what no runner knows, by what it is called and when it began: 16 hex digits. */
export function spanIdFrom(traceId: string, name: string, fromMs: number): string {
  return digest(16, name, traceId, String(fromMs));
}

/** For the environment of what the span started: W3C's header `traceparent`, always sampled. */
export function traceParentOf(traced: Traced, log: LogId): string {
  return `00-${traceIdOf(traced)}-${spanIdOf(log)}-01`;
}

function digest(hexDigits: number, ...parts: readonly string[]): string {
  // No part holds a line feed.
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, hexDigits);
}
