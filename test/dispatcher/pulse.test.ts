/**
 * When beats come, when none may, and what is shown to peers instead.
 */

import { expect, test } from 'vitest';
import type { Event } from '../../src/dispatcher/core/events.js';
import { listenForMs, stalledAfterMs } from '../../src/dispatcher/core/rules.js';
import { Pulse } from '../../src/dispatcher/shell/pulse.js';
import { heartbeatEveryMs } from '../../src/protocol/limits.js';
import { handClock } from '../support/hand-clock.js';

function given() {
  const clock = handClock();
  const events: Event[] = [];
  const state = { unperformedSinceMs: null as number | null, breaths: 0 };
  const options = {
    clock,
    handle: (event: Event) => events.push(event),
    unperformedSinceMs: () => state.unperformedSinceMs,
    vouch: () => {},
    breathe: () => {
      state.breaths += 1;
    },
  };
  const pulse = new Pulse(options, clock.wallMs());
  pulse.start();
  const kinds = () => events.splice(0).map(({ kind }) => kind);
  return { clock, pulse, state, events, kinds };
}

test('four beats a heartbeat, each with the time before which all is on disk', () => {
  const { clock, events, kinds } = given();
  clock.pass(heartbeatEveryMs);
  expect(events.at(-1)).toEqual({ kind: 'beat', settledAtMs: clock.nowMs() });
  expect(kinds()).toEqual(['beat', 'beat', 'beat', 'beat']);
});

test('while the store takes its time peers are shown once a heartbeat that we live', () => {
  const { clock, state, events, kinds } = given();
  state.unperformedSinceMs = clock.nowMs();
  clock.pass(heartbeatEveryMs);
  expect(events.at(-1)).toEqual({ kind: 'beat', settledAtMs: state.unperformedSinceMs });
  expect([kinds().length, state.breaths]).toEqual([4, 1]);
});

test('where it takes longer than a heartbeat there is no beat, so that nobody is called silent', () => {
  const { clock, state, kinds } = given();
  state.unperformedSinceMs = clock.nowMs();
  clock.pass(heartbeatEveryMs);
  kinds();
  clock.pass(3 * heartbeatEveryMs);
  expect([kinds(), state.breaths]).toEqual([[], 4]);
  state.unperformedSinceMs = null;
  clock.pass(heartbeatEveryMs);
  expect([kinds().length, state.breaths]).toEqual([4, 4]);
});

test('nor are peers written to right after a stall: who has gone would answer with a reset', () => {
  const { clock, pulse, state } = given();
  pulse.stop();
  clock.pass(stalledAfterMs + 1);
  state.unperformedSinceMs = 0;
  pulse.start();
  clock.pass(listenForMs);
  expect(state.breaths).toBe(0);
});

test('a process that stood still says so before anything else', () => {
  const { clock, pulse, kinds } = given();
  pulse.stop();
  clock.pass(stalledAfterMs + 1);
  pulse.noticeStall();
  pulse.noticeStall();
  expect(kinds()).toEqual(['stalled']);
});
