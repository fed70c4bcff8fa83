/**
 * Owns what tests of the runner's core say to it and hear from it: two runs of one dispatcher,
 * those that a classic dispatcher asks for, and runners that have found either.
 */

import { expect } from 'vitest';
import { type RunId, runId } from '../../src/protocol/ids.js';
import {
  type Assignment,
  assignment as assignmentBody,
  type Report,
} from '../../src/protocol/job-bodies.js';
import { Core } from '../../src/test-runner/core/core.js';
import type { Effect, Event, Run } from '../../src/test-runner/core/events.js';
import { commit as commitOf } from './commits.js';

const assignment: Assignment = {
  branch: 'main',
  author: 'Ada',
  subject: 'Fix it',
  repository: null,
  job: 'default',
  number: 1,
};
export const one = runId('0badcafe', 1);
export const two = runId('0badcafe', 2);
export const commit = commitOf(10);
export const report: Report = {
  end: 'passed',
  exitCode: 0,
  signal: null,
  reason: '',
  logBytes: 5,
  durationMs: 3,
};

/**
 * A runner that has found no dispatcher yet, and offers a run for each slot; an earlier process kept
 * results of these runs.
 */
export function runner(slots: number, ...kept: Run[]): Core {
  const offer = { capacity: slots, labels: [] };
  const results = kept.map((run) => ({ run, report }));
  return new Core({ offer, kept: results, localStart: '00000000' });
}

export function inSession(slots: number): Core {
  const core = runner(slots);
  core.handle({ kind: 'session', takesOffers: true }, 0);
  return core;
}

export function inClassic(slots = 1): Core {
  const core = runner(slots);
  expect(core.handle({ kind: 'classic' }, 0)).toEqual([{ kind: 'register' }]);
  return core;
}

export function runOf(id: RunId): Run {
  return { id, commit, assignment, classic: false };
}

/** It begins in that slot. */
export function begins(run: RunId, slot: number): Effect {
  return { kind: 'start', slot, run: runOf(run) };
}

export function message(said: Extract<Event, { kind: 'message' }>['message']): Event {
  return { kind: 'message', message: said };
}

export function runtest(run: RunId): Event {
  return message({ verb: 'runtest', run, commit, body: assignment });
}

/** The suite of a run has ended with a report. */
export function ended(which: RunId | Run): Event {
  const run = typeof which === 'string' ? runOf(which) : which;
  return { kind: 'ended', run, ending: { kind: 'report', report } };
}

export function handedBack(run: RunId, detail: string): Effect {
  return { kind: 'send', message: { verb: 'handback', run, body: { reason: 'stopped', detail } } };
}

/** A run that a classic dispatcher asked for: its id is the runner's own. */
export function classicRun(counter: number): Run {
  return { id: runId('00000000', counter), commit, assignment: untold, classic: true };
}

/** What a classic dispatcher tells of a run: nothing. */
export const untold = assignmentBody.parse({ number: 1 });
