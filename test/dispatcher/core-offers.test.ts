import { describe, expect, test } from 'vitest';
import { scenario } from '../support/dispatcher-scenario.js';

describe('a runner that offers something else than before', () => {
  test('is given more at once where its capacity has grown', () => {
    const s = scenario();
    s.given(() => s.runner('ada'));
    s.given(() => {
      for (const number of [1, 2, 3]) s.dispatch(number);
    });
    s.offers('ada', 2);
    s.outcome(
      'job 2 leased: run 1-2, number 1, ada',
      '→ ada: runtest c2 run 1-2',
      '(runner ada offers 2 [])',
    );
  });

  test('keeps what it has where its capacity has shrunk, and is given nothing until there is room', () => {
    const s = scenario();
    s.given(() => s.runner('ada', { capacity: 3 }));
    s.given(() => {
      for (const number of [1, 2, 3, 4, 5]) s.dispatch(number);
    });
    s.offers('ada', 1);
    s.outcome('(runner ada offers 1 [])');
    expect(s.why(4)).toBe('1 runner, busy, first in line');
    s.given(() => {
      s.reports('ada', s.runOf(1));
      s.reports('ada', s.runOf(2));
    });
    expect(s.job(4)?.state.kind).toBe('waiting');
    s.reports('ada', s.runOf(3));
    s.outcomeOf(/leased/, 'job 4 leased: run 1-4, number 1, ada');
    expect(s.job(5)?.state.kind).toBe('waiting');
  });

  test('is given what its new labels suit, from the next lease on', () => {
    const s = scenario();
    s.given(() => s.runner('ada', { capacity: 2, labels: ['old'] }));
    s.given(() => s.dispatch(1, undefined, '', [{ labels: ['old'] }]));
    s.given(() => s.dispatch(2, undefined, '', [{ labels: ['gpu'] }]));
    s.given(() => s.dispatch(3, undefined, '', [{ labels: ['old'] }]));
    const first = s.runOf(1);
    s.given(() => s.reports('ada', s.runOf(3)));
    s.offers('ada', 2, ['gpu']);
    s.outcomeOf(/leased/, 'job 2 leased: run 1-3, number 1, ada');
    expect(s.holds('ada', first)).toBe(true);
    s.given(() => s.reports('ada', first));
    s.given(() => s.dispatch(4, undefined, '', [{ labels: ['old'] }]));
    expect(s.job(4)?.state.kind).toBe('waiting');
  });

  test('and drains is given nothing for it', () => {
    const s = scenario();
    s.given(() => s.runner('ada'));
    s.given(() => s.drains('ada'));
    s.given(() => s.dispatch(1));
    s.offers('ada', 4);
    s.outcome('(runner ada offers 4 [])');
  });

  test('and says again what it said before changes nothing, and is not told of', () => {
    const s = scenario();
    s.given(() => s.runner('ada'));
    s.offers('ada', 1);
    s.outcome();
  });

  test('and has gone meanwhile is nobody', () => {
    const s = scenario();
    s.given(() => s.runner('ada'));
    s.given(() => s.leaves('ada'));
    s.offers('ada', 4);
    s.outcome();
  });
});
