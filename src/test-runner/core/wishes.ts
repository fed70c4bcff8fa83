/**
 * Owns what is wanted of runs in hand, by a dispatcher or by whoever stops this runner, and what
 * follows from it. Never drops a run; the core does, where nobody wants it any more.
 */

import { type LogId, ownerOf, type RunId } from '../../protocol/ids.js';
import type { Handback } from '../../protocol/job-bodies.js';
import type { SessionMessage } from '../../protocol/messages.js';
import type { ActiveRuns, Held } from './active-runs.js';
import type { Because, Effect } from './events.js';

export function send(message: SessionMessage): Effect {
  return { kind: 'send', message };
}

export function handBack(run: RunId, body: Handback): Effect {
  return send({ verb: 'handback', run, body });
}

export function ship(active: ActiveRuns, log: LogId, offset: number): Effect[] {
  const { run } = ownerOf(log);
  const held = active.get(run);
  if (held !== undefined && !held.revoked) {
    return [{ kind: 'ship', log, offset, report: held.report }];
  }
  // Definite, so that nobody waits for a run that is not here.
  return [handBack(run, { reason: 'stopped', detail: 'the runner does not have that run' })];
}

export function reportTo(active: ActiveRuns, run: RunId): Effect[] {
  const report = active.get(run)?.report;
  return report == null ? [] : [send({ verb: 'results', run, body: report })];
}

export function cancel(active: ActiveRuns, run: RunId): Effect[] {
  const held = active.get(run);
  if (held === undefined || held.report !== null) return [];
  return endOnce(held, 'cancelled');
}

/** The first reason to end a suite is the one that is told. */
export function endOnce(held: Held, because: Because): Effect[] {
  if (held.ending) return [];
  held.ending = true;
  return [{ kind: 'end', run: held.run, because }];
}

/** Whole trees at once; what has ended stays on disk for the next process to deliver. */
export function abort(active: ActiveRuns): Effect[] {
  return active
    .going()
    .flatMap(({ run, revoked }): Effect[] => [
      { kind: 'end', run, because: 'aborted' },
      ...(run.classic || revoked
        ? []
        : [handBack(run.id, { reason: 'stopped', detail: 'the runner was stopped' })]),
    ]);
}
