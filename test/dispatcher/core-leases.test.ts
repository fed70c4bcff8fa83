import { describe, expect, test } from 'vitest';
import type { RunId } from '../../src/protocol/ids.js';
import { heartbeatEveryMs } from '../../src/protocol/limits.js';
import { replayed } from '../support/dispatcher-journal.js';
import { beatMs, scenario } from '../support/dispatcher-scenario.js';
import { adaTests } from '../support/dispatcher-scenes.js';

describe('promise 5: a runner that dies', () => {
  test('A22: is noticed when its connection closes, and its job goes to the next at once', () => {
    const { s } = adaTests();
    s.leaves('ada');
    s.outcome(
      'job 1 lost: ada closed its connection',
      'job 1 leased: run 1-2, number 2, bob',
      '→ bob: runtest c1 run 1-2',
      '(runner ada left with 1 in hand: closed its connection)',
    );
  });

  test('A33: or when it missed three pings, and it is told so in case that it thaws', () => {
    const { s } = adaTests();
    const answered = s.pings('ada');
    s.freezes('ada');
    s.passes(12 * beatMs);
    s.outcome();
    s.passes(beatMs);
    s.outcome(
      'job 1 lost: ada missed 3 pings',
      'job 1 leased: run 1-2, number 2, bob',
      '→ ada: hangs up, you missed 3 pings',
      '→ bob: runtest c1 run 1-2',
      '(runner ada left with 1 in hand: missed 3 pings)',
    );
    expect(s.pings('ada') - answered).toBe(3);
  });

  test('A23: gives back all that it held, not just one', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada', { capacity: 3 });
      for (const number of [1, 2, 3]) s.dispatch(number);
      s.leaves('ada');
    });
    expect(s.core.counts()).toEqual({ waiting: 3, blocked: 0, leased: 0 });
    s.runner('bob', { capacity: 3 });
    s.outcomeOf(
      /leased/,
      'job 1 leased: run 1-4, number 2, bob',
      'job 2 leased: run 1-5, number 2, bob',
      'job 3 leased: run 1-6, number 2, bob',
    );
  });

  test('A35: the pings of many are spread over the four beats of a heartbeat', () => {
    const s = scenario();
    const names = ['ada', 'bob', 'eve', 'ida'];
    s.given(() => names.forEach((name) => void s.runner(name)));
    for (let pinged = 1; pinged <= 4; pinged += 1) {
      s.given(() => s.passes(beatMs));
      expect(names.reduce((sum, name) => sum + s.pings(name), 0)).toBe(pinged);
    }
  });

  test('A35: many that die in one beat are all noticed, and nobody else is', () => {
    const s = scenario();
    s.given(() => {
      for (let n = 1; n <= 20; n += 1) {
        s.dispatch(n);
        s.runner(`r${n}`);
        if (n % 2 === 0) s.freezes(`r${n}`);
      }
      s.passes(4_000);
    });
    expect(s.core.runners().map(({ name }) => name)).toEqual(
      Array.from({ length: 10 }, (_, index) => `r${2 * index + 1}`),
    );
    expect(s.core.counts()).toEqual({ waiting: 10, blocked: 0, leased: 10 });
  });

  test('A35: a healthy peer is pinged once a heartbeat, however many leave before it', () => {
    const s = scenario();
    s.given(() => {
      for (let n = 1; n <= 20; n += 1) s.runner(`r${n}`);
      s.runner('ada');
      for (let n = 1; n <= 20; n += 1) {
        s.leaves(`r${n}`);
        s.passes(beatMs);
      }
    });
    expect(s.pings('ada')).toBe(5);
  });

  test('A36: is pinged within its first second; silence before that costs nothing', () => {
    const s = scenario();
    s.given(() => s.runner('ada'));
    s.passes(heartbeatEveryMs);
    expect(s.pings('ada')).toBe(1);
    s.passes(9 * heartbeatEveryMs);
    expect(s.pings('ada')).toBe(10);
    s.outcome();
  });

  test('an observer that falls silent is forgotten too', () => {
    const s = scenario();
    s.given(() => s.observer('eve'));
    expect(s.core.observers().map(({ name }) => name)).toEqual(['eve']);
    s.freezes('eve');
    s.passes(13 * beatMs);
    s.outcome('→ eve: hangs up, you missed 3 pings', '(observer eve left: missed 3 pings)');
    expect(s.core.observers()).toEqual([]);
  });
});

describe('a runner that comes back', () => {
  test('has its run again, if nobody else got it meanwhile', () => {
    const { s, run } = adaTests(false);
    s.given(() => s.leaves('ada'));
    s.runner('ada', { runs: [run] });
    s.outcome('job 1 resumed: run 1-1, ada', '→ ada: want run 1-1', '(runner ada joined)');
    s.reports('ada', run);
    s.outcome('job 1 passed', '→ ada: recorded run 1-1');
  });

  test('and names its run twice is not taken for two, of which one must go', () => {
    const { s, run } = adaTests(false);
    s.given(() => s.leaves('ada'));
    s.runner('ada', { runs: [run, run] });
    s.outcomeOf(/hangs up|joined/, '(runner ada joined)');
    expect(s.holds('ada', run)).toBe(true);
  });

  test('has lost it, if somebody did: it is told to end it', () => {
    const { s, run } = adaTests();
    s.given(() => s.leaves('ada'));
    s.runner('ada', { runs: [run] });
    s.outcome('→ ada: revoked run 1-1', '(runner ada joined)');
  });

  test('before its old connection was seen to close keeps its run: the old session ends', () => {
    const { s, run } = adaTests();
    s.runner('ada2', { runs: [run] });
    s.outcome(
      'job 1 resumed: run 1-1, ada2',
      '→ ada: hangs up, your run came back over a newer session',
      '→ ada2: want run 1-1',
      '(runner ada2 joined)',
    );
    s.given(() => s.leaves('bob'));
    s.dispatch(2);
    s.outcome('job 2 accepted: c2 of demo', '→ asker: OK');
    s.leaves('ada');
    s.outcome('(runner ada left: closed its connection)');
    s.reports('ada2', run);
    s.outcomeOf(/passed|recorded/, 'job 1 passed', '→ ada2: recorded run 1-1');
  });

  test('with a run that is recorded hears so; with one that never was, that it is revoked', () => {
    const { s, run } = adaTests();
    s.given(() => s.reports('ada', run));
    s.runner('ada', { runs: [run, '0badcafe-9' as RunId] });
    s.outcome('→ ada: recorded run 1-1', '→ ada: revoked run badcafe-9', '(runner ada joined)');
  });
});

describe('A32: promise 4: a dispatcher that was killed', () => {
  test('A27: keeps a run in flight for its runner, which comes back with it: not run again', () => {
    const { s, run } = adaTests();
    s.restart();
    s.runner('bob');
    s.outcome('(runner bob joined)');
    s.passes(4_000);
    s.runner('ada', { runs: [run] });
    s.outcome('job 1 resumed: run 1-1, ada', '→ ada: want run 1-1', '(runner ada joined)');
    s.passes(60_000);
    s.outcome();
  });

  test('gives it to another if its runner does not come back within five seconds', () => {
    const { s } = adaTests();
    s.restart();
    s.given(() => s.runner('bob'));
    s.passes(5_000 + heartbeatEveryMs);
    s.outcome(
      'job 1 lost: ada did not come back after the dispatcher restarted',
      'job 1 leased: run 2-1, number 2, bob',
      '→ bob: runtest c1 run 2-1',
    );
  });

  test('has its queue in the same order', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      for (let number = 1; number <= 4; number += 1) s.dispatch(number);
      s.reports('ada', s.runOf(1));
      s.leaves('ada');
      s.rerun(1);
      s.restart();
    });
    s.runner('bob', { capacity: 9 });
    s.outcomeOf(
      /leased/,
      ...[
        'job 2 leased: run 2-1, number 2, bob',
        'job 3 leased: run 2-2, number 1, bob',
        'job 4 leased: run 2-3, number 1, bob',
        'job 1 leased: run 2-4, number 2, bob',
      ],
    );
  });

  test('knows its jobs exactly as before', () => {
    const { s } = adaTests();
    s.given(() => {
      s.dispatch(2);
      s.dispatch(3);
      s.leaves('bob');
      s.cancel(1);
    });
    const before = [1, 2, 3].map((id) => s.core.job(id));
    s.restart();
    expect([1, 2, 3].map((id) => s.core.job(id))).toEqual(before);
    expect([...replayed(s.journal).values()]).toEqual(before);
  });
});

test('of a runner that came back after a restart it is not said that it did not', () => {
  const { s } = adaTests(false);
  s.given(() => {
    s.restart();
    s.runner('ada');
  });
  s.passes(5_250);
  s.outcomeOf(/lost/, 'job 1 lost: ada came back without it');
});
