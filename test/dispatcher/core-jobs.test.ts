import { describe, expect, test } from 'vitest';
import { commit } from '../support/commits.js';
import { scenario } from '../support/dispatcher-scenario.js';

const build = { name: 'build' };
const lint = { name: 'lint' };
const deploy = { name: 'deploy', needs: ['build', 'lint'] };

/** An observer of `demo`, and its first commit with those jobs. */
function planned(...jobs: NonNullable<Parameters<ReturnType<typeof scenario>['dispatch']>[3]>) {
  const s = scenario();
  s.given(() => {
    s.observer('eve');
    s.dispatch(1, 'eve', 'main', jobs);
  });
  return s;
}

describe('several jobs of a commit', () => {
  test('may be over at birth, one that needs another by its own reason', () => {
    const ended = (reason: string) => ({ verdict: 'errored' as const, reason });
    const s = planned(
      { ...build, ended: ended('its file is wrong') },
      { name: 'ship', needs: ['build'], ended: ended('so is its own') },
    );
    expect(s.job(1, 'ship')?.state).toMatchObject({ kind: 'finished', verdict: 'errored' });
    expect(s.job(1, 'build')?.state).toMatchObject({ kind: 'finished', verdict: 'errored' });
  });

  test('are accepted together, before the observer is told so', () => {
    const s = scenario();
    s.given(() => s.observer('eve'));
    s.dispatch(1, 'eve', 'main', [build, lint]);
    s.outcome(
      'job 1 accepted: c1:build of demo',
      'job 2 accepted: c1:lint of demo',
      '→ eve: accepted c1',
    );
    s.dispatch(1, 'eve', 'main', [build, lint]);
    s.outcome('→ eve: accepted c1', '(c1 is known)');
  });

  test('are tested beside each other, each told which job it is', () => {
    const s = planned(build, lint);
    s.runner('ada', { capacity: 2 });
    s.outcome(
      'job 1 leased: run 1-1, number 1, ada',
      'job 2 leased: run 1-2, number 1, ada',
      '→ ada: runtest c1 run 1-1',
      '→ ada: runtest c1 run 1-2',
      '(runner ada joined)',
    );
  });

  test('go to no runner of a release that knows one job a commit, which would test all as that', () => {
    const s = planned(build);
    s.given(() => s.runner('ada', { isOld: true }));
    expect(s.why(1, 'build')).toContain('ada cannot take a job by its name');
    s.given(() => s.runner('bob'));
    expect(s.job(1, 'build')?.state.kind).toBe('leased');
  });

  test('one can be cancelled and tested again by its name', () => {
    const s = planned(build, lint);
    s.cancel(1, 'lint');
    s.outcome('job 2 cancelled: it was cancelled while it waited', '→ asker: OK');
    s.rerun(1, 'lint');
    s.outcome('job 2 rerun-asked', '→ asker: OK');
    s.rerun(1, 'tests');
    s.outcome('→ asker: The commit has no job "tests": its jobs are build, lint');
  });
});

describe('a job that needs others', () => {
  test('is blocked until all of them have passed', () => {
    const s = planned(build, lint, deploy);
    expect(s.core.counts()).toEqual({ waiting: 2, blocked: 1, leased: 0 });
    expect(s.why(1, 'deploy')).toBe('it needs build and lint');
    s.given(() => s.runner('ada', { capacity: 3 }));
    s.given(() => s.reports('ada', s.runOf(1, 'build')));
    expect(s.why(1, 'deploy')).toBe('it needs lint');
    s.reports('ada', s.runOf(1, 'lint'));
    s.outcome(
      'job 2 passed',
      'job 3 unblocked',
      'job 3 leased: run 1-3, number 1, ada',
      '→ ada: recorded run 1-2',
      '→ ada: runtest c1 run 1-3',
    );
  });

  test('is skipped once one of them did not pass, and so is what needs it', () => {
    const s = planned(build, lint, deploy, { name: 'announce', needs: ['deploy'] });
    s.given(() => s.runner('ada', { capacity: 2 }));
    s.reports('ada', s.runOf(1, 'lint'), { end: 'failed' });
    s.outcome(
      'job 2 failed',
      'job 3 skipped: it needs lint, which failed',
      'job 4 skipped: it needs deploy, which was skipped',
      '→ ada: recorded run 1-2',
    );
  });

  test('that was skipped is tested again with the one that it needs', () => {
    const s = planned(build, { name: 'deploy', needs: ['build'] });
    s.given(() => s.runner('ada'));
    s.given(() => s.reports('ada', s.runOf(1, 'build'), { end: 'failed' }));
    s.rerun(1, 'build');
    s.outcomeOf(
      /^job/,
      'job 1 rerun-asked',
      'job 2 rerun-asked',
      'job 1 leased: run 1-2, number 2, ada',
    );
    s.given(() => s.reports('ada', s.runOf(1, 'build')));
    expect(s.job(1, 'deploy')?.state.kind).toBe('leased');
  });

  test('is looked at once, however many ways lead to it, when one is tested again', () => {
    const stages = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((stage) =>
      Array.from({ length: 16 }, (_, index) => `${stage}.${index}`),
    );
    const plan = stages.flatMap((names, stage) =>
      names.map((name) => ({ name, needs: stages[stage - 1] ?? ['first'] })),
    );
    const s = planned({ name: 'first' }, ...plan);
    s.given(() => s.runner('ada'));
    s.given(() => s.reports('ada', s.runOf(1, 'first'), { end: 'failed' }));
    const again = s.given(() => s.rerun(1, 'first')).filter((line) => line.endsWith('rerun-asked'));
    expect(again).toHaveLength(161);
  });

  test('is cancelled with those that it needs, and not skipped for them', () => {
    const s = planned(build, { name: 'deploy', needs: ['build'] });
    s.cancel(1);
    s.outcome(
      'job 2 cancelled: it was cancelled while it waited',
      'job 1 cancelled: it was cancelled while it waited',
      '→ asker: OK',
    );
  });

  test('goes on at once where it alone is tested again and they had passed', () => {
    const s = planned(build, { name: 'deploy', needs: ['build'] });
    s.given(() => {
      s.runner('ada');
      s.reports('ada', s.runOf(1, 'build'));
      s.reports('ada', s.runOf(1, 'deploy'), { end: 'failed' });
    });
    s.rerun(1, 'deploy');
    s.outcomeOf(
      /^job/,
      'job 2 rerun-asked',
      'job 2 unblocked',
      'job 2 leased: run 1-3, number 2, ada',
    );
  });

  test('finds what it needs after a restart, however long that has been over', () => {
    const s = planned(build, lint, deploy);
    s.given(() => {
      s.runner('ada');
      s.reports('ada', s.runOf(1, 'build'));
      s.passes(60_000);
      s.restart();
      s.runner('ada');
      s.passes(60_000);
      s.reports('ada', s.runOf(1, 'lint'));
    });
    expect(s.job(1, 'deploy')?.state.kind).toBe('leased');
  });

  test('is forgotten with the others once all are over, and not before', () => {
    const s = planned(build, { name: 'deploy', needs: ['build'] });
    s.given(() => {
      s.runner('ada');
      s.reports('ada', s.runOf(1, 'build'));
      s.passes(60_000);
    });
    expect(s.core.jobsOf(commit(1))).toHaveLength(2);
    s.given(() => {
      s.reports('ada', s.runOf(1, 'deploy'));
      s.passes(60_000);
    });
    expect(s.core.jobsOf(commit(1))).toEqual([]);
  });
});

describe('a group', () => {
  const one = { name: 'one', group: 'staging' };
  const other = { name: 'other', group: 'staging' };

  test('holds one job at a time, of all commits of its repository', () => {
    const s = planned(one, other);
    s.given(() => s.dispatch(2, 'eve', 'main', [one]));
    s.given(() => s.runner('ada', { capacity: 5 }));
    expect(s.core.counts()).toEqual({ waiting: 2, blocked: 0, leased: 1 });
    expect(s.why(1, 'other')).toMatch(/^\w{7}:one has the group staging$/);
    s.given(() => s.reports('ada', s.runOf(1, 'one')));
    expect(s.core.counts()).toEqual({ waiting: 1, blocked: 0, leased: 1 });
  });

  test('takes its turn with others of its repository, however many groups there are', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve');
      for (let number = 1; number <= 30; number += 1) {
        s.dispatch(number, 'eve', 'main', [{ group: `g${number % 10}` }]);
      }
      s.runner('ada', { capacity: 20 });
    });
    expect(s.core.counts()).toEqual({ waiting: 20, blocked: 0, leased: 10 });
    s.given(() => s.reports('ada', s.runOf(4)));
    expect(s.job(14)?.state.kind).toBe('leased');
  });

  test('lets others of the repository pass by', () => {
    const s = planned(one, other, build);
    s.given(() => s.runner('ada', { capacity: 5 }));
    expect(s.job(1, 'build')?.state.kind).toBe('leased');
  });

  test('is not held twice where a lost run comes back and another has it by now', () => {
    const s = planned(one, other);
    s.given(() => s.runner('ada'));
    const lost = s.runOf(1, 'one');
    s.given(() => {
      s.leaves('ada');
      s.runner('bob');
      s.reports('bob', s.runOf(1, 'one'), { end: 'cancelled' });
    });
    expect(s.job(1, 'other')?.state.kind).toBe('leased');
    s.given(() => s.rerun(1, 'one'));
    s.runner('ada', { runs: [lost] });
    s.outcome('→ ada: revoked run 1-1', '(runner ada joined)');
  });

  test('that a lost run held is free for others, and its run is not taken up again meanwhile', () => {
    const s = planned(one, other);
    s.given(() => s.runner('ada'));
    const lost = s.runOf(1, 'one');
    s.given(() => {
      s.cancel(1, 'other');
      s.leaves('ada');
      s.rerun(1, 'other');
      s.runner('bob');
      s.handsBack('bob', s.runOf(1, 'one'), 'could-not-fetch');
    });
    expect(s.job(1, 'other')?.state.kind).toBe('leased');
    s.runner('ada', { runs: [lost] });
    s.outcome('→ ada: revoked run 1-1', '(runner ada joined)');
  });
});

describe('labels', () => {
  test('are carried by the runner that gets the job: all that it demands', () => {
    const s = planned({ name: 'train', labels: ['gpu', 'linux'] });
    s.given(() => s.runner('ada', { labels: ['linux'] }));
    expect(s.why(1, 'train')).toBe('the only runner for it does not carry the labels gpu, linux');
    s.given(() => s.runner('bob', { labels: ['linux', 'arm64', 'gpu'] }));
    expect(s.holds('bob', s.runOf(1, 'train'))).toBe(true);
  });

  test('hold up no job that demands none', () => {
    const s = planned({ name: 'train', labels: ['gpu'] }, build);
    s.given(() => s.runner('ada'));
    expect(s.holds('ada', s.runOf(1, 'build'))).toBe(true);
  });
});

describe('a commit on a further branch', () => {
  test('is known there too, and is cancelled with it', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve');
      s.dispatch(1, 'eve', 'main');
    });
    s.dispatch(1, 'eve', 'release');
    s.outcome('job 1 known on release', '→ eve: accepted c1');
    s.dispatch(1, 'eve', 'release');
    s.outcome('→ eve: accepted c1', '(c1 is known)');
    s.cancelBranch('release');
    s.outcome('job 1 cancelled: it was cancelled while it waited', '→ asker: OK');
  });

  test('keeps its place in the line', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve');
      s.dispatch(1, 'eve', 'main');
      s.dispatch(2, 'eve', 'main');
      s.dispatch(1, 'eve', 'release');
      s.runner('ada');
    });
    expect(s.runOf(1)).toBeDefined();
  });
});
