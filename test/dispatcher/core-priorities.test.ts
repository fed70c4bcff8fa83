import { describe, expect, test } from 'vitest';
import { scenario } from '../support/dispatcher-scenario.js';

type Planned = NonNullable<Parameters<ReturnType<typeof scenario>['dispatch']>[3]>[number];

/** A job that one runner at a time can have, with what is said of it. */
const job = (priority: number, more: Partial<Planned> = {}): Planned => ({ priority, ...more });

describe('a priority', () => {
  test('is served before lower ones of its repository, whatever came first', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve');
      s.dispatch(1, 'eve', 'main', [job(0)]);
      s.dispatch(2, 'eve', 'main', [job(-5)]);
      s.dispatch(3, 'eve', 'main', [job(7)]);
      s.runner('ada', { capacity: 3 });
    });
    const order = s.journal.filter(({ kind }) => kind === 'leased').map((entry) => entry.job);
    expect(order).toEqual([3, 1, 2]);
  });

  test('does not come before what was interrupted', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve');
      s.dispatch(1, 'eve', 'main', [job(0)]);
      s.runner('ada');
      s.dispatch(2, 'eve', 'main', [job(9)]);
      s.leaves('ada');
      s.runner('bob');
    });
    expect(s.job(1)?.state.kind).toBe('leased');
    expect(s.job(2)?.state.kind).toBe('waiting');
  });

  test('of one repository takes no turn from another one', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve', { repository: 'shop' });
      s.observer('max', { repository: 'till' });
      for (const number of [1, 2, 3]) s.dispatch(number, 'eve', 'main', [job(100)]);
      s.dispatch(4, 'max', 'main', [job(-100)]);
      s.runner('ada', { repositories: ['shop', 'till'], capacity: 2 });
    });
    expect(s.job(4)?.state.kind).toBe('leased');
  });

  test('counts those before it in line', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve');
      s.runner('ada');
      s.dispatch(1, 'eve', 'main', [job(0)]);
      s.dispatch(2, 'eve', 'main', [job(0)]);
      s.dispatch(3, 'eve', 'main', [job(1)]);
    });
    expect(s.why(3)).toBe('1 runner, busy, first in line');
    expect(s.why(2)).toBe('1 runner, busy, second in line');
  });
});

describe('a group with a limit', () => {
  const limited = (groupLimit: number) => job(0, { group: 'staging', groupLimit });

  test('is held by so many jobs at once', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve');
      s.runner('ada', { capacity: 9 });
      for (const number of [1, 2, 3]) s.dispatch(number, 'eve', 'main', [limited(2)]);
    });
    expect([1, 2, 3].map((number) => s.job(number)?.state.kind)).toEqual([
      'leased',
      'leased',
      'waiting',
    ]);
    expect(s.why(3)).toMatch(/^0{7} and 0{7} have the group staging$/);
    s.given(() => s.reports('ada', s.runOf(1)));
    expect(s.job(3)?.state.kind).toBe('leased');
  });

  test('leaves one alone that is to be alone, and is kept out by it', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve');
      s.runner('ada', { capacity: 9 });
      s.dispatch(1, 'eve', 'main', [limited(1)]);
      s.dispatch(2, 'eve', 'main', [limited(3)]);
    });
    expect(s.job(2)?.state.kind).toBe('waiting');
  });
});

describe('labels that will do later', () => {
  const patient = job(0, {
    labels: ['size=large'],
    fallbacks: [{ labels: ['size=small'], afterMs: 180_000 }],
  });

  function waiting() {
    const s = scenario();
    s.given(() => {
      s.observer('eve');
      s.runner('ada', { labels: ['size=small'] });
      s.dispatch(1, 'eve', 'main', [patient]);
    });
    return s;
  }

  test('are told of while the first are waited for', () => {
    const s = waiting();
    expect(s.why(1)).toBe(
      'the only runner for it does not carry the label size=large; size=small will do in 3 min',
    );
  });

  test('are accepted once the job has waited so long', () => {
    const s = waiting();
    s.given(() => s.passes(179_000));
    expect(s.job(1)?.state.kind).toBe('waiting');
    s.given(() => s.passes(2_000));
    expect(s.job(1)?.runs[0]?.runner).toBe('ada');
  });

  test('are waited for over a restart, not from it on', () => {
    const s = waiting();
    s.given(() => {
      s.passes(170_000);
      s.restart();
      s.passes(11_000);
      s.runner('ada', { labels: ['size=small'] });
    });
    expect(s.job(1)?.state.kind).toBe('leased');
  });

  test('are waited for only from when all that the job needs has ended', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve');
      s.dispatch(1, 'eve', 'main', [
        { name: 'build' },
        { ...patient, name: 't', needs: ['build'] },
      ]);
      s.passes(500_000);
      s.runner('ada', { labels: ['size=small'] });
      s.reports('ada', s.runOf(1, 'build'));
    });
    expect(s.why(1, 't')).toContain('size=small will do in 3 min');
  });

  test('are no longer preferred to the first then', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve');
      s.dispatch(1, 'eve', 'main', [patient]);
      s.passes(200_000);
      s.runner('bob', { labels: ['size=large'] });
    });
    expect(s.job(1)?.runs[0]?.runner).toBe('bob');
  });
});

test('a plan bounds the runs that its job may cost', () => {
  const s = scenario();
  s.given(() => {
    s.observer('eve');
    s.dispatch(1, 'eve', 'main', [job(0, { retries: 0 })]);
    s.runner('ada');
    s.leaves('ada');
  });
  expect(s.job(1)?.state).toMatchObject({ kind: 'finished', verdict: 'errored' });
});
