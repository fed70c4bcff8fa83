import { describe, expect, test } from 'vitest';
import { heartbeatEveryMs, missedPingsMax, restingHeartbeats } from '../../src/protocol/limits.js';
import { scenario } from '../support/dispatcher-scenario.js';

const whileMs = 10 * restingHeartbeats * heartbeatEveryMs;

describe('a runner that says that it rests', () => {
  test('is pinged less often while it has no runs, and as often as others while it has', () => {
    const s = scenario();
    s.given(() => s.runner('ada', { rests: true }));
    s.passes(whileMs);
    expect(s.pings('ada')).toBe(10);
    s.given(() => s.dispatch(1));
    const before = s.pings('ada');
    s.passes(10 * heartbeatEveryMs);
    expect(s.pings('ada')).toBe(before + 10);
    s.outcome();
  });

  test('and was frozen meanwhile is found out as soon as any other, once it is given a job', () => {
    const s = scenario();
    s.given(() => s.runner('ada', { rests: true }));
    s.freezes('ada');
    s.given(() => s.passes(missedPingsMax * heartbeatEveryMs));
    s.given(() => {
      s.dispatch(1);
      s.runner('bob');
    });
    expect(s.holds('ada', s.runOf(1))).toBe(true);
    s.passes((missedPingsMax + 1) * heartbeatEveryMs);
    s.outcomeOf(
      /^job/,
      'job 1 unconfirmed: ada missed 3 pings',
      'job 1 leased: run 1-2, number 2, bob',
    );
  });

  test('leaves the pool where it leaves a ping unanswered, and those that are then hurried', () => {
    const s = scenario();
    s.given(() => s.runner('ada', { rests: true }));
    s.freezes('ada');
    s.passes(missedPingsMax * heartbeatEveryMs);
    s.outcome();
    s.passes((restingHeartbeats + 1) * heartbeatEveryMs);
    s.outcomeOf(/left/, '(runner ada left: missed 3 pings)');
  });

  test('and answers late is let rest again', () => {
    const s = scenario();
    s.given(() => s.runner('ada', { rests: true }));
    s.freezes('ada');
    s.passes((restingHeartbeats + 1) * heartbeatEveryMs);
    s.thaws('ada');
    s.passes(heartbeatEveryMs);
    const before = s.pings('ada');
    s.passes(whileMs);
    expect(s.pings('ada')).toBe(before + 10);
    s.outcome();
  });
});
