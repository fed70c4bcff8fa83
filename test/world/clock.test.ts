import { expect, test } from 'vitest';
import { notBefore } from '../../src/world/clock.js';
import { handClock } from '../support/hand-clock.js';

test('a clock that was set back goes on from where it was, at its own pace', () => {
  const clock = handClock();
  const wasAtMs = clock.nowMs() + 3_600_000;
  const forward = notBefore(clock, wasAtMs);
  expect(forward.nowMs()).toBe(wasAtMs);
  clock.pass(250);
  expect(forward.nowMs()).toBe(wasAtMs + 250);
});

test('a clock that is right is left alone', () => {
  const clock = handClock();
  expect(notBefore(clock, clock.nowMs() - 1).nowMs()).toBe(clock.nowMs());
});
