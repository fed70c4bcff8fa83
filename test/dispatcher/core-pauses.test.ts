import { describe, expect, test } from 'vitest';
import { scenario } from '../support/dispatcher-scenario.js';

function waiting(paused: string) {
  const s = scenario();
  s.given(() => {
    s.observer('eve');
    s.pause(paused);
    s.runner('ada');
    s.dispatch(1, 'eve', 'main');
  });
  return s;
}

describe('what is paused', () => {
  test.each([
    ['all', 'everything is paused'],
    ['repository:demo', 'its repository is paused'],
    ['runner:ada', 'ada could test it, and is paused'],
  ])('%s: gets nothing new until it goes on', (what, why) => {
    const s = waiting(what);
    expect(s.job(1)?.state.kind).toBe('waiting');
    expect(s.why(1)).toBe(why);
    s.pause(what, false);
    s.outcome(
      'job 1 leased: run 1-1, number 1, ada',
      '→ asker: OK',
      '→ ada: runtest c1 run 1-1',
      `(unpaused ${what})`,
    );
  });

  test.each(['all', 'repository:demo', 'runner:ada'])('%s: stays so over a restart', (what) => {
    const s = waiting(what);
    s.given(() => {
      s.restart();
      s.observer('eve');
      s.runner('ada');
    });
    expect(s.job(1)?.state.kind).toBe('waiting');
  });

  test('keeps what it has', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.dispatch(1);
      s.pause('runner:ada');
      s.reports('ada', s.runOf(1));
    });
    expect(s.job(1)?.state).toMatchObject({ verdict: 'passed' });
  });

  test('is paused once, and resumed once', () => {
    const s = scenario();
    s.pause('runner:ada');
    s.pause('runner:ada');
    s.outcome('→ asker: OK', '(paused runner:ada)', '→ asker: OK');
    s.given(() => s.pause('runner:ada', false));
    s.pause('runner:ada', false);
    s.outcome('→ asker: Nothing to resume: the runner ada is not paused');
  });
});
