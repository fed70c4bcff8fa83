/**
 * The steps of a job in a place that breaks its word: what the machine refuses ends the run, and only that.
 */

import { expect, test } from 'vitest';
import type { Step } from '../../src/protocol/work.js';
import type { StepPlace } from '../../src/test-runner/steps/step-executor.js';
import { Walk } from '../../src/test-runner/steps/walk.js';
import { handClock } from '../support/hand-clock.js';
import { workFor } from '../support/works.js';

const [step] = workFor('steps: {a: {commands: a}}').steps;

function walk(start: StepPlace['start'], isOpened = true) {
  const clock = handClock();
  const output = {
    open: () => {
      if (!isOpened) throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
      return { writer: 0, closeWriter: () => {}, taken: Promise.resolve(), finish: () => {} };
    },
  };
  const place: StepPlace = { workspace: '/w', start, close: async () => {} };
  const walked = new Walk(clock, {
    ...{ place, output, startedAtMs: 0 },
    job: { parts: [{ number: 1, step: step as Step, isService: false }], stopOn: null },
    environmentOf: () => ({}),
    timesOf: () => ({ timeoutMs: 1_000, silenceMs: 1_000 }),
    watch: { output: () => {}, stepped: () => {} },
  });
  walked.begin();
  return { ended: walked.ended, pending: () => clock.pending };
}

const ways = { end: () => {}, kill: () => {} };

test('a step whose end is refused rejects the run, and leaves no timer', async () => {
  const refused = () => Promise.reject(new Error('the engine is gone'));
  const { ended, pending } = walk(() => ({ ...ways, ended: refused() }));
  await expect(ended).rejects.toThrow('the engine is gone');
  expect(pending()).toBe(0);
});

test('a step that cannot say that it has begun rejects the run once it has ended', async () => {
  let finish = () => {};
  const end = { exitCode: 0, signal: null, couldNotStart: null, status: '', memoryKills: 0 };
  const { ended } = walk(() => ({
    kill: () => {},
    end: () => finish(),
    begun: Promise.reject(new Error('the engine is gone')),
    ended: new Promise((resolve) => {
      finish = () => resolve(end);
    }),
  }));
  await expect(ended).rejects.toThrow('the engine is gone');
});

test('an output that cannot be opened rejects the run, and leaves no timer', async () => {
  const { ended, pending } = walk(() => ({ ...ways, ended: new Promise(() => {}) }), false);
  await expect(ended).rejects.toThrow('too many open files');
  expect(pending()).toBe(0);
});
