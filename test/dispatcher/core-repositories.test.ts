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
