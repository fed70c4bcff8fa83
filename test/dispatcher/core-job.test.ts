import { describe, expect, test } from 'vitest';
import { applied, type Job } from '../../src/dispatcher/core/job.js';
import type { Entry } from '../../src/dispatcher/core/journal.js';
import { runId } from '../../src/protocol/ids.js';
import { defaultJob } from '../../src/protocol/job-bodies.js';
import { commit } from '../support/commits.js';

const first = runId('00000001', 1);
const second = runId('00000001', 2);
const always = { job: 1, atMs: 7 };

const accepted: Entry = {
  ...always,
  kind: 'accepted',
  repository: null,
  commit: commit(1),
  ...defaultJob,
  branch: '',
  author: '',
  subject: '',
  by: 'a request',
};
const leased: Entry = {
  ...always,
  kind: 'leased',
  run: first,
  number: 1,
  runner: 'ada',
  classic: false,
};
const resumed: Entry = { ...always, kind: 'resumed', run: first, runner: 'ada' };
const lost: Entry = { ...always, kind: 'lost', run: first, runner: 'ada', reason: 'left' };
const handedBack: Entry = {
  ...always,
  kind: 'handed-back',
  run: first,
  runner: 'ada',
  reason: 'stopped',
  detail: '',
};
const again: Entry = { ...leased, run: second, number: 2 };
const back: Entry = { ...resumed, run: second, runner: 'bob' };
const cancelAsked: Entry = { ...always, kind: 'cancel-asked' };
const rerunAsked: Entry = { ...always, kind: 'rerun-asked' };
const finished: Entry = {
  ...always,
  kind: 'finished',
  run: first,
  verdict: 'passed',
  exitCode: 0,
  signal: null,
  reason: '',
  logBytes: 0,
  durationMs: 5,
};

/** The histories after which a job is as its name says. */
const lives = {
  'not known': [],
  waiting: [accepted],
  leased: [accepted, leased],
  interrupted: [accepted, leased, lost],
  finished: [accepted, leased, finished],
};

const replay = (history: readonly Entry[]) =>
  history.reduce<Job | undefined>((job, entry) => applied(job, entry), undefined);

describe('an entry that does not fit the state of its job is our own bug, and is not written', () => {
  test.each<[keyof typeof lives, Entry, string]>([
    ['waiting', accepted, 'job 1 was accepted twice'],
    ['not known', leased, 'job 1 has leased before accepted'],
    ['leased', { ...leased, run: second }, 'job 1 is leased and cannot be leased'],
    ['finished', leased, 'job 1 is finished and cannot be leased'],
    ['waiting', resumed, 'job 1 is waiting and cannot be resumed'],
    ['interrupted', { ...resumed, run: second }, 'job 1 is waiting and cannot be resumed'],
    ['leased', { ...resumed, run: second }, 'job 1 is leased and cannot be resumed'],
    ['finished', resumed, 'job 1 is finished and cannot be resumed'],
    ['interrupted', lost, 'job 1 is waiting and cannot be lost'],
    ['leased', { ...lost, run: second }, 'job 1 is leased and cannot be lost'],
    ['interrupted', handedBack, 'job 1 is waiting and cannot be handed-back'],
    ['leased', { ...handedBack, run: second }, 'job 1 is leased and cannot be handed-back'],
    ['waiting', cancelAsked, 'job 1 is waiting and cannot be cancel-asked'],
    ['finished', cancelAsked, 'job 1 is finished and cannot be cancel-asked'],
    ['leased', rerunAsked, 'job 1 is leased and cannot be rerun-asked'],
    ['finished', finished, 'job 1 is finished and cannot be finished'],
  ])('%s: %o', (life, entry, complaint) => {
    const job = replay(lives[life]);
    expect(() => applied(job, entry)).toThrow(complaint);
  });
});

test('a run that came back goes on with the runner that brought it, as if it was never lost', () => {
  const runs = replay([...lives.interrupted, again, { ...lost, run: second }, back])?.runs;
  expect(runs).toMatchObject([
    { runner: 'ada', end: 'lost', endedBecause: 'left' },
    { runner: 'bob', end: null, endedBecause: '' },
  ]);
});

test('a verdict ends the run that led to it, and leaves to the others how they ended', () => {
  const ends = (...entries: Entry[]) =>
    replay([...lives.interrupted, ...entries])?.runs.map(({ end }) => end);
  expect(ends(finished), 'a late result').toEqual(['finished']);
  expect(ends(again, { ...finished, run: second })).toEqual(['lost', 'finished']);
  expect(ends(again, { ...finished, run: null }), 'given up').toEqual(['lost', 'abandoned']);
});
