import { describe, expect, test } from 'vitest';
import { beatMs, scenario } from '../support/dispatcher-scenario.js';
import { classicTests, classicAddress as here } from '../support/dispatcher-scenes.js';

const other = 'localhost:8901';
const key = `classic ${here}`;

describe('a classic dispatcher’s runner that is silent', () => {
  test('A34: survives one bad pong, and is lost after three', () => {
    const s = classicTests();
    s.behaves(here, 'mumbling');
    s.passes(1_000);
    s.behaves(here, 'alive');
    s.passes(5_000);
    s.outcome();
    s.behaves(here, 'mumbling');
    s.passes(4_000);
    s.outcome(
      'job 1 lost: :8900 missed 3 pings',
      '(runner :8900 left with 1 in hand: missed 3 pings)',
    );
  });

  test.each([0, 1, 2, 3])(
    'A34: that went away is dialled again, for nobody would tell it to register again (peer %i)',
    (peersBefore) => {
      const s = scenario();
      s.given(() => {
        for (let n = 0; n < peersBefore; n += 1) s.runner(`r${n}`);
        s.observer('eve', { repository: 'demo' });
        s.registers(here, 'frozen');
        s.passes(10_000);
      });
      expect(s.core.runners()).toHaveLength(peersBefore);
      const before = s.pings(key);
      s.passes(20_000);
      expect(s.pings(key) - before).toBe(4);
      s.behaves(here, 'alive');
      s.passes(5_000);
      s.outcome('(classic runner :8900 joined)');
    },
  );

  test('that stays away is forgotten after ten minutes', () => {
    const s = scenario();
    s.given(() => {
      s.registers(here, 'dead');
      s.passes(605_000);
    });
    const before = s.pings(key);
    s.passes(60_000);
    s.outcome();
    expect([before, s.pings(key)]).toEqual([121, 121]);
    s.answersLate(s.lastAsked(here), 'alive');
    s.restart();
    s.passes(60_000);
    expect(s.pings(key)).toBe(121);
    s.outcome();
  });

  test('A34: is found again by a restarted dispatcher, for it will not register again', () => {
    const s = scenario();
    s.given(() => s.registers(here));
    s.restart();
    expect(s.core.runners()).toHaveLength(0);
    s.passes(5_000);
    s.outcome('(classic runner :8900 joined)');
  });

  test('A33: that is stopped holds up nobody, and loses its commit after three pings', () => {
    const s = scenario();
    s.given(() => {
      s.registers(here, 'frozen');
      s.dispatch(1);
      s.registers(other);
    });
    s.dispatch(2);
    s.outcomeOf(/leased|OK/, 'job 2 leased: run 1-2, number 1, :8901', '→ asker: OK');
    s.passes(12 * beatMs);
    s.outcome();
    s.passes(beatMs);
    s.outcome(
      'job 1 unconfirmed: :8900 missed 3 pings',
      '(runner :8900 left with 1 in hand: missed 3 pings)',
    );
    s.classicResult(2);
    s.outcomeOf(/leased|passed/, 'job 2 passed', 'job 1 leased: run 1-3, number 2, :8901');
  });
});
