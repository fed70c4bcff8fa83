import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scenario } from '../support/dispatcher-scenario.js';

type Handed = readonly [repository: string, branch: string];

/** Commits from 1 on wait, of those branches; answers in which order a runner is given them. */
function served(handed: readonly Handed[]): number[] {
  const s = scenario();
  s.given(() => {
    for (const repository of new Set(handed.map(([of]) => of)))
      s.observer(repository, { repository });
    for (const [index, [repository, branch]] of handed.entries()) {
      s.dispatch(index + 1, repository, branch);
    }
    for (const repository of new Set(handed.map(([of]) => of)))
      s.runner(`for-${repository}`, { repository });
    while (s.core.counts().leased > 0) {
      for (const { name, runs } of s.core.runners()) for (const run of runs) s.reports(name, run);
    }
  });
  return s.journal.flatMap((entry) => (entry.kind === 'leased' ? entry.job : []));
}

const ofDemo = (branches: string): Handed[] => [...branches].map((branch) => ['demo', branch]);

describe('whose turn it is', () => {
  test('one import does not hold up a hotfix: branches take turns, each in its own order', () => {
    expect(served(ofDemo('iiiiiim'))).toEqual([1, 7, 2, 3, 4, 5, 6]);
    expect(served(ofDemo('aaabbc'))).toEqual([1, 4, 6, 2, 5, 3]);
  });

  test('A38: six waiting commits of one branch run in the order in which they came', () => {
    expect(served(ofDemo('mmmmmm'))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('repositories take turns, however many branches one of them has', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve', { repository: 'demo' });
      s.observer('bob', { repository: 'other' });
      for (const number of [1, 2, 3]) s.dispatch(number, 'eve', `branch-${number}`);
      s.dispatch(4, 'bob', 'main');
    });
    const order = s.core.waits(9, s.nowMs).map(({ job }) => job.id);
    expect(order).toEqual([1, 4, 2, 3]);
  });

  test('no branch waits while another of its repository is served twice', () => {
    const branch = fc.constantFrom('a', 'b', 'c', 'd');
    fc.assert(
      fc.property(fc.array(branch, { minLength: 1, maxLength: 30 }), (branches) => {
        const order = served(ofDemo(branches.join(''))).map((job) => branches[job - 1] ?? '');
        for (const one of new Set(branches)) {
          const last = order.lastIndexOf(one);
          const until = order.slice(0, last);
          for (const other of new Set(branches)) {
            if (other === one) continue;
            // Between two turns of the one, the other has one at most.
            const gaps = until.join('').split(one);
            for (const gap of gaps)
              expect([...gap].filter((b) => b === other).length).toBeLessThan(2);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test('a lost run’s job goes to the front of all branches', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve');
      s.runner('ada');
      for (const [number, branch] of [...'iiim'].entries()) s.dispatch(number + 1, 'eve', branch);
      s.leaves('ada');
    });
    expect(s.core.waits(9, s.nowMs).map(({ job }) => job.id)).toEqual([1, 2, 4, 3]);
  });

  test('`why` and `status` say the place in that order', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve');
      s.runner('ada');
      for (const [number, branch] of [...'iiiiim'].entries()) s.dispatch(number + 1, 'eve', branch);
    });
    expect(s.why(2)).toBe('1 runner, busy, first in line');
    expect(s.why(6)).toBe('1 runner, busy, second in line');
  });

  test('what was cancelled while it waited costs its branch no turn', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve');
      for (const [number, branch] of [...'aab'].entries()) s.dispatch(number + 1, 'eve', branch);
      s.cancel(1);
      s.runner('ada');
    });
    expect(s.runOf(2)).toBeDefined();
    expect(s.why(3)).toBe('1 runner, busy, first in line');
  });
});
