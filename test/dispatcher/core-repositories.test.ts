import { describe, expect, test } from 'vitest';
import { scenario } from '../support/dispatcher-scenario.js';

describe('whose commit it is', () => {
  test('a commit without a repository belongs to the one that is known', () => {
    const s = scenario();
    s.given(() => s.observer('eve', { repository: 'demo' }));
    s.dispatch(1);
    s.outcome('job 1 accepted: c1 of demo', '→ asker: OK');
  });

  test('where several are known any runner may take it, and says if it cannot', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ada', { repository: 'demo' });
      s.runner('bob', { repository: 'other' });
    });
    s.dispatch(1);
    s.outcome(
      'job 1 accepted: c1 of any repository',
      'job 1 leased: run 1-1, number 1, ada',
      '→ asker: OK',
      '→ ada: runtest c1 run 1-1',
    );
    s.handsBack('ada', s.runOf(1), 'unknown-commit');
    s.outcome(
      'job 1 handed back: ada, unknown-commit',
      'job 1 leased: run 1-2, number 2, bob',
      '→ bob: runtest c1 run 1-2',
    );
  });

  test('a runner only gets the commits of its own repository', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve', { repository: 'demo' });
      s.runner('bob', { repository: 'other' });
      s.runner('ida', { repository: null });
    });
    s.dispatch(1, 'eve');
    s.outcome('job 1 accepted: c1 of demo', '→ eve: accepted c1');
    expect(s.why(1)).toBe('no runner tests the repository demo (they test other, none they named)');
    s.runner('ada', { repository: 'demo' });
    s.outcomeOf(/leased/, 'job 1 leased: run 1-1, number 1, ada');
  });

  test('a job that finds no runner does not hold up those behind it', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve', { repository: 'demo' });
      s.observer('bob', { repository: 'other' });
      s.dispatch(1, 'eve');
      s.dispatch(2, 'eve');
      s.dispatch(3, 'bob');
    });
    s.runner('ada', { repository: 'other' });
    s.outcomeOf(/leased/, 'job 3 leased: run 1-1, number 1, ada');
  });

  test('the same commit in two repositories is two jobs, and handed over again still two', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve', { repository: 'demo' });
      s.observer('bob', { repository: 'other' });
      s.runner('ada', { repository: 'demo' });
    });
    s.dispatch(1, 'eve');
    s.dispatch(1, 'bob');
    s.outcomeOf(/accepted:/, 'job 1 accepted: c1 of demo', 'job 2 accepted: c1 of other');
    s.given(() => {
      s.reports('ada', s.runOf(1));
      s.passes(30_000);
    });
    s.dispatch(1, 'eve');
    s.outcome('→ eve: accepted c1', '(c1 is known)');
    s.dispatch(1, 'bob');
    s.outcome('→ bob: accepted c1', '(c1 is known)');
    s.dispatch(1);
    s.outcome('→ asker: OK', '(c1 is known)');
  });

  test('a runner that names no repository is trusted while only one is known', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve', { repository: 'demo' });
      s.runner('ida', { repository: null });
    });
    s.dispatch(1, 'eve');
    s.outcomeOf(/leased/, 'job 1 leased: run 1-1, number 1, ida');
  });
});

describe('a runner of several repositories', () => {
  const several = { repository: 'demo', repositories: ['demo', 'lib'] };

  test('is given the commits of each of them, in turns, and of no other', () => {
    const s = scenario();
    s.given(() => {
      for (const name of ['demo', 'lib', 'site']) s.observer(`of ${name}`, { repository: name });
      s.dispatch(1, 'of demo');
      s.dispatch(2, 'of demo');
      s.dispatch(3, 'of lib');
      s.dispatch(4, 'of site');
    });
    s.runner('ada', { ...several, capacity: 4 });
    s.outcomeOf(
      /leased/,
      'job 1 leased: run 1-1, number 1, ada',
      'job 3 leased: run 1-2, number 1, ada',
      'job 2 leased: run 1-3, number 1, ada',
    );
    expect(s.why(4)).toBe('no runner tests the repository site (they test demo, lib)');
  });

  test('makes its repositories known: one that names none is trusted with none of them then', () => {
    const s = scenario();
    s.given(() => {
      s.runner('ida', { repository: null });
      s.runner('ada', several);
      s.observer('eve', { repository: 'lib' });
      s.dispatch(1, 'eve');
    });
    s.dispatch(2, 'eve');
    s.outcomeOf(/leased/);
    expect(s.why(2)).toBe('1 runner, busy, first in line');
  });

  test('is found for a new commit of any of them, and shares them with those who test one', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve', { repository: 'lib' });
      s.runner('ada', several);
      s.runner('bob', { repository: 'lib' });
      s.runner('cleo', { repository: 'demo' });
    });
    for (const number of [1, 2, 3]) s.dispatch(number, 'eve');
    s.outcomeOf(
      /leased/,
      'job 1 leased: run 1-1, number 1, ada',
      'job 2 leased: run 1-2, number 1, bob',
    );
    s.leaves('ada');
    s.outcomeOf(/leased/);
    s.reports('bob', s.runOf(2));
    s.outcomeOf(/leased/, 'job 1 leased: run 1-3, number 2, bob');
  });

  test('is told of as one whom nobody needs only where nothing of all its repositories comes', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve', { repository: 'lib' });
      s.runner('ada', several);
      s.runner('bob', { repository: 'a', repositories: ['a', 'b'] });
    });
    s.passes(60_000);
    s.outcome('(nobody has work of a, but of lib)', '(nobody has work of b, but of lib)');
  });

  test('one that clones by itself takes what comes, of whichever repository', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve', { repository: 'demo' });
      s.observer('bob', { repository: 'lib' });
      s.runner('ada', { repository: null, anyRepository: true, capacity: 2 });
    });
    s.dispatch(1, 'eve');
    s.dispatch(2, 'bob');
    s.outcomeOf(
      /leased/,
      'job 1 leased: run 1-1, number 1, ada',
      'job 2 leased: run 1-2, number 1, ada',
    );
  });
});

describe('who it is', () => {
  test('two runners that call themselves the same are told apart in all that is said of them', () => {
    const s = scenario();
    s.runner('ada', { process: 'one' });
    s.runner('ada', { process: 'other' });
    s.dispatch(1);
    s.dispatch(2);
    s.outcomeOf(
      /joined|leased/,
      '(runner ada joined)',
      '(runner ada-2 joined)',
      'job 1 leased: run 1-1, number 1, ada',
      'job 2 leased: run 1-2, number 1, ada-2',
    );
  });

  test('a process keeps its name, also where its former session was not heard to end', () => {
    const s = scenario();
    s.runner('ada', { process: 'one' });
    s.runner('ada', { process: 'one' });
    s.outcomeOf(/joined/, '(runner ada joined)', '(runner ada joined)');
  });

  test('a name is free again once its process has left', () => {
    const s = scenario();
    s.runner('ada', { process: 'one' });
    s.leaves('ada');
    s.runner('ada', { process: 'other' });
    s.outcomeOf(/joined/, '(runner ada joined)', '(runner ada joined)');
  });

  test('runners of an older release, which do not say what process they are, are not', () => {
    const s = scenario();
    s.runner('ada');
    s.runner('ada');
    s.outcomeOf(/joined/, '(runner ada joined)', '(runner ada joined)');
  });
});
