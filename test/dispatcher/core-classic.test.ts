import { describe, expect, test } from 'vitest';
import { classicRunnersMax } from '../../src/dispatcher/core/rules.js';
import { heartbeatEveryMs } from '../../src/protocol/limits.js';
import type { ClassicManner } from '../support/classic-manners.js';
import { scenario } from '../support/dispatcher-scenario.js';
import { classicTests, classicAddress as here } from '../support/dispatcher-scenes.js';

const other = 'localhost:8901';
const key = `classic ${here}`;

describe('a classic dispatcher’s runner', () => {
  test('registers, is asked over a connection of its own, and sends its result over another', () => {
    const s = scenario();
    s.registers(here);
    s.outcome('→ asker: OK', '(classic runner :8900 joined)');
    s.dispatch(1);
    s.outcome(
      'job 1 accepted: c1 of any repository',
      'job 1 leased: run 1-1, number 1, :8900',
      '→ asker: OK',
      `→ ${key}: runtest c1`,
    );
    s.classicResult(1);
    s.outcome('job 1 passed', '→ asker: OK');
  });

  test('has one run at a time and no labels, for which its dialect has no words', () => {
    const s = classicTests();
    s.given(() => s.dispatch(2));
    expect(s.core.runners()).toMatchObject([{ capacity: 1, repository: null }]);
    expect(s.core.counts()).toEqual({ waiting: 1, blocked: 0, leased: 1 });
  });

  test('A16: one that nobody answers for disturbs no other, and gets no work', () => {
    const s = scenario();
    s.given(() => {
      s.registers('nowhere.example.com:1', 'dead');
      s.registers(here);
      s.runner('ada');
    });
    s.passes(10 * heartbeatEveryMs);
    s.outcome('(runner nowhere.example.com:1 left: refused the connection)');
    expect(s.pings(key)).toBe(10);
    expect(s.core.runners().map(({ name }) => name)).toEqual([':8900', 'ada']);
  });

  test('A17: on another machine that registers `localhost` is dialled there', () => {
    const s = scenario();
    s.registers(here, 'dead', '10.0.0.7');
    s.outcome('→ asker: OK', '(classic runner 10.0.0.7:8900 joined)');
    s.registers('build-1:8900', 'dead', '10.0.0.7');
    s.outcome('→ asker: OK', '(classic runner build-1:8900 joined)');
  });

  test('A19: registering again is one runner, pinged once a heartbeat', () => {
    const s = scenario();
    s.given(() => {
      s.registers(here);
      s.registers(here);
    });
    s.passes(5 * heartbeatEveryMs);
    s.outcome();
    expect(s.pings(key)).toBe(5);
    expect(s.core.runners()).toHaveLength(1);
  });

  test('A19: that is restarted on its port does not inherit the run of the dead one', () => {
    const s = classicTests();
    s.registers(here);
    s.outcome(
      'job 1 lost: :8900 registered anew',
      'job 1 leased: run 1-2, number 2, :8900',
      '→ asker: OK',
      `→ ${key}: runtest c1`,
      '(classic runner :8900 joined)',
    );
  });

  test.each<ClassicManner>(['dead', 'alive', 'busy'])(
    'A19: that is restarted on its port is not held to what comes of a ping to the dead one (%s)',
    (manner) => {
      const s = scenario();
      s.given(() => {
        s.registers(here, 'frozen');
        s.passes(heartbeatEveryMs);
      });
      const ping = s.lastAsked(here);
      s.given(() => {
        s.registers(here);
        s.dispatch(1);
      });
      s.answersLate(ping, manner);
      s.outcome();
      s.passes(60_000);
      s.outcome();
    },
  );

  test.each<ClassicManner>(['dead', 'alive', 'busy'])(
    'A19: nor to what comes of a run that the dead one was asked to do (%s)',
    (manner) => {
      const s = scenario();
      s.given(() => {
        s.registers(here, 'frozen');
        s.dispatch(1);
      });
      const runtest = s.lastAsked(here);
      s.given(() => s.registers(here));
      s.answersLate(runtest, manner);
      s.outcome();
      s.passes(60_000);
      s.outcome();
    },
  );

  test('A22: that died before it could be asked costs nothing: the commit goes on', () => {
    const s = scenario();
    s.given(() => {
      s.registers(here, 'dead');
      s.runner('ada');
    });
    s.dispatch(1);
    s.outcome(
      'job 1 accepted: c1 of demo',
      'job 1 leased: run 1-1, number 1, :8900',
      '→ asker: OK',
      `→ ${key}: runtest c1`,
      'job 1 handed back: :8900, stopped',
      'job 1 leased: run 1-2, number 2, ada',
      '→ ada: runtest c1 run 1-2',
      '(runner :8900 left: refused the connection)',
    );
  });

  test('A24: that refuses does not keep the commit from a healthy newcomer', () => {
    const s = scenario();
    s.given(() => {
      s.registers(here, 'dead');
      s.dispatch(1);
      s.passes(5_000);
    });
    expect(s.why(1)).toBe('no runner is registered');
    s.registers(other);
    s.outcomeOf(/leased/, 'job 1 leased: run 1-2, number 2, :8901');
  });

  test('that says BUSY is left alone for a second, then asked again', () => {
    const s = scenario();
    s.given(() => s.registers(here, 'busy'));
    s.dispatch(1);
    s.outcomeOf(
      /handed|leased/,
      'job 1 leased: run 1-1, number 1, :8900',
      'job 1 handed back: :8900, stopped',
    );
    s.passes(750);
    s.outcome();
    s.behaves(here, 'alive');
    s.passes(250);
    s.outcomeOf(/leased/, 'job 1 leased: run 1-2, number 2, :8900');
  });

  test('that says BUSY for ever is asked ever more rarely, so that the journal stays small', () => {
    const s = scenario();
    s.given(() => {
      s.registers(here, 'busy');
      s.dispatch(1);
      s.passes(600_000);
    });
    expect(s.job(1)?.runs.length).toBeLessThan(20);
  });

  test('that says BUSY after a result is left alone for one second again', () => {
    const s = scenario();
    s.given(() => {
      s.registers(here, 'busy');
      s.dispatch(1);
      s.behaves(here, 'alive');
      s.passes(1_000);
      s.classicResult(1);
      s.behaves(here, 'busy');
      s.dispatch(2);
      s.behaves(here, 'alive');
    });
    s.passes(1_000);
    s.outcomeOf(/leased/, 'job 2 leased: run 1-4, number 2, :8900');
  });

  test('one too many is told so; one that restarts is not, and modern peers do not count', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada');
      s.observer('eve');
      for (let port = 1; port <= classicRunnersMax; port += 1) s.registers(`localhost:${port}`);
    });
    s.registers('localhost:2000');
    s.outcome('→ asker: BUSY: 1000 classic runners are registered');
    s.registers('localhost:1000');
    s.outcome('→ asker: OK', '(classic runner :1000 joined)');
  });

  test.each([
    ['mumbling', 'said  [2Jwhat?'],
    ['wordless', 'said nothing'],
  ] as const)('that is %s is quoted, without its terminal escapes: %s', (manner, detail) => {
    const s = scenario();
    s.given(() => {
      s.registers(here, manner);
      s.dispatch(1);
    });
    expect(s.journal.at(-1)).toMatchObject({ kind: 'handed-back', detail });
  });

  test('of the second dialect says `ok`, and may end its lines', () => {
    const s = scenario();
    s.given(() => {
      s.registers(here, 'py3');
      s.dispatch(1);
    });
    s.passes(10_000);
    s.outcome();
    s.classicResult(1);
    s.outcome('job 1 passed', '→ asker: OK');
  });

  test('A29: that hangs is timed out in the end, for it cannot be told to stop', () => {
    const s = classicTests({ classicRunMaxMs: 60 * heartbeatEveryMs });
    s.passes(60 * heartbeatEveryMs);
    s.outcome('job 1 timed-out: the classic runner :8900 sent no result in time');
    expect(s.journal.at(-1)).toMatchObject({ durationMs: 60 * heartbeatEveryMs });
    s.classicResult(1);
    s.outcome('→ asker: OK');
  });

  test('A29: a modern runner ends its suites itself, and may take longer', () => {
    const s = scenario({ classicRunMaxMs: 60_000 });
    s.given(() => {
      s.runner('ada');
      s.dispatch(1);
    });
    s.passes(120_000);
    s.outcome();
  });

  test('cancelled, its job is over at once, and its late result is acknowledged and dropped', () => {
    const s = classicTests();
    s.cancel(1);
    s.outcome('job 1 cancelled: the classic runner :8900 cannot be told to stop', '→ asker: OK');
    s.classicResult(1, { end: 'failed' });
    s.outcome('→ asker: OK');
  });
});

test('A30: a commit that kills classic runner after runner is errored after the third', () => {
  const s = scenario();
  s.given(() => {
    s.dispatch(1);
    for (const port of [8900, 8901, 8902, 8903]) {
      s.registers(`localhost:${port}`);
      s.behaves(`localhost:${port}`, 'dead');
      s.passes(1_000);
    }
  });
  expect(s.job(1)?.state).toMatchObject({ kind: 'finished', verdict: 'errored' });
  expect(s.job(1)?.runs.map(({ runner }) => runner)).toEqual([':8900', ':8901', ':8902']);
});

test.each<ClassicManner>(['alive', 'busy', 'mumbling', 'frozen', 'dead'])(
  'whatever a classic runner does (%s), a modern one gets the work done',
  (manner) => {
    const s = scenario();
    s.given(() => {
      s.registers(here, manner);
      s.dispatch(1);
      s.runner('ada');
      s.passes(5_000);
    });
    const { state, runs } = s.job(1) ?? {};
    expect(state?.kind).toBe('leased');
    expect(runs?.at(-1)?.runner).toBe(manner === 'alive' ? ':8900' : 'ada');
  },
);
