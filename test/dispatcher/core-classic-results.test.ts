import { describe, expect, test } from 'vitest';
import type { ClassicManner } from '../support/classic-manners.js';
import { commit } from '../support/commits.js';
import { beatMs, scenario } from '../support/dispatcher-scenario.js';
import { classicTests, classicAddress as here } from '../support/dispatcher-scenes.js';

describe('a classic result', () => {
  test('A25: that arrives before the answer to `runtest` is taken', () => {
    const s = scenario();
    s.given(() => {
      s.registers(here, 'frozen');
      s.dispatch(1);
    });
    s.classicResult(1);
    s.outcome('job 1 passed', '→ asker: OK');
    s.behaves(here, 'alive');
    s.passes(60_000);
    s.outcome();
  });

  test.each<ClassicManner>(['busy', 'dead'])(
    'that arrives before the answer to `runtest` stands, however that turns out (%s)',
    (manner) => {
      const s = classicTests();
      s.given(() => s.classicResult(1));
      s.answersLate(s.lastAsked(here), manner);
      s.outcomeOf(/^job/);
      if (manner === 'dead') s.given(() => s.passes(5_000));
      s.dispatch(2);
      s.outcomeOf(/leased/, 'job 2 leased: run 1-2, number 1, :8900');
    },
  );

  test('A34: is a sign of life, where pings were missed', () => {
    const s = scenario();
    s.given(() => {
      s.registers(here, 'frozen');
      s.dispatch(1);
      s.passes(12 * beatMs);
      s.classicResult(1);
    });
    s.passes(12 * beatMs);
    s.outcome();
    s.passes(beatMs);
    s.outcome('(runner :8900 left: missed 3 pings)');
  });

  test('A26: that arrives twice is answered twice and recorded once', () => {
    const s = classicTests();
    s.given(() => s.classicResult(1));
    expect(s.core.classicRunOf(commit(1)), 'the run whose log it would replace').toBeNull();
    s.classicResult(1, { end: 'failed' });
    s.outcome('→ asker: OK');
  });

  test('A26: of a lost run is taken while its commit waits, the refused attempts after it included', () => {
    const s = classicTests();
    s.given(() => {
      s.behaves(here, 'frozen');
      s.passes(4_000);
      s.behaves(here, 'busy');
      s.passes(6_000);
    });
    expect(s.job(1)?.runs.map(({ end }) => end)).toContain('stopped');
    s.classicResult(1);
    s.outcomeOf(/passed|OK/, 'job 1 passed', '→ asker: OK');
  });

  test('A27: reaches a dispatcher that was restarted meanwhile and knows no runner yet', () => {
    const s = classicTests();
    s.restart();
    s.classicResult(1);
    s.outcome('job 1 passed', '→ asker: OK');
  });

  test('A49: for a commit that no classic runner was given is refused', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.dispatch(1);
    });
    s.classicResult(1);
    s.outcome('→ asker: No run of that commit waits for a result');
    s.classicResult(2);
    s.outcome('→ asker: No run of that commit waits for a result');
    s.reports('ada', s.runOf(1), { end: 'failed' });
    s.outcome('job 1 failed', '→ ada: recorded run 1-1');
  });

  test('A50: of before a rerun does not end the rerun', () => {
    const s = classicTests();
    s.given(() => {
      s.classicResult(1, { end: 'failed' });
      s.behaves(here, 'dead');
      s.rerun(1);
      s.restart();
      s.rerun(1);
    });
    s.given(() => s.passes(1_000));
    const attempts = s.job(1)?.runs.slice(s.job(1)?.runsBefore) ?? [];
    expect(attempts.map(({ end }) => end)).toEqual(['stopped']);
  });

  test('A50: sent again while the rerun waits for its first run is refused', () => {
    const s = classicTests();
    s.given(() => {
      s.classicResult(1, { end: 'failed' });
      s.drain();
      s.rerun(1);
    });
    s.classicResult(1, { end: 'failed' });
    s.outcome('→ asker: No run of that commit waits for a result');
  });
});
