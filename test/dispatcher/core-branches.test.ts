import { describe, expect, test } from 'vitest';
import { alsoOnMax } from '../../src/dispatcher/core/job.js';
import { finishedRememberedMs } from '../../src/dispatcher/core/rules.js';
import { heartbeatEveryMs } from '../../src/protocol/limits.js';
import { commit } from '../support/commits.js';
import { scenario } from '../support/dispatcher-scenario.js';

describe('a branch that comes back to an older commit', () => {
  test('is told of, once, and the commit is the same job', () => {
    const s = mainMovedOn();
    s.standsAt(1, 'eve', 'main');
    s.outcome('job 1 known on main', '→ eve: accepted c1');
    expect(s.journal.at(-1)).toMatchObject({ kind: 'known-on', again: true });
    s.standsAt(1, 'eve', 'main');
    s.outcome('→ eve: accepted c1', '(c1 is known)');
    expect(s.core.job(1)?.alsoOn).toEqual([]);
  });

  test('may do so when memory has forgotten all of it', () => {
    const s = mainMovedOn();
    s.given(() => {
      s.runner('ada');
      for (const number of [1, 2]) s.reports('ada', s.runOf(number));
      s.passes(finishedRememberedMs + heartbeatEveryMs);
    });
    expect(s.core.jobsOf(commit(1))).toEqual([]);
    s.standsAt(2, 'eve', 'main');
    s.outcome('→ eve: accepted c2', '(c2 is known)');
    s.standsAt(1, 'eve', 'main');
    s.outcome('job 1 known on main', '→ eve: accepted c1');
  });

  test('may do so before the store has heard of the one that it stood at', () => {
    const s = mainMovedOn();
    s.standsAt(2, 'eve', 'main', commit(1));
    s.outcome('→ eve: accepted c2', '(c2 is known)');
    s.standsAt(1, 'eve', 'main', commit(1));
    s.outcome('job 1 known on main', '→ eve: accepted c1');
    s.standsAt(2, 'eve', 'main', commit(2));
    s.outcome('job 2 known on main', '→ eve: accepted c2');
  });

  test('is not moved by what leads to where it stands, nor by a session that is gone', () => {
    const s = mainMovedOn();
    s.dispatch(1, 'eve', 'main');
    s.outcome('→ eve: accepted c1', '(c1 is known)');
    s.given(() => s.leaves('eve'));
    s.standsAt(1, 'eve', 'main');
    s.outcome('→ eve: accepted c1', '(c1 is known)');
  });

  test('shows it, too, where the commit is on more branches than are read of', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve', { repository: 'demo' });
      for (let number = 0; number <= alsoOnMax; number += 1) {
        s.dispatch(1, 'eve', `topic/${number}`);
      }
    });
    s.dispatch(1, 'eve', 'main');
    s.outcome('→ eve: accepted c1', '(c1 is known)');
    s.standsAt(1, 'eve', 'main');
    s.outcome('job 1 known on main', '→ eve: accepted c1');
    expect(s.core.job(1)?.alsoOn).toHaveLength(alsoOnMax);
    s.standsAt(1, 'eve', 'main');
    s.outcome('→ eve: accepted c1', '(c1 is known)');
  });

  test('is not told of where the commit belongs to no repository', () => {
    const s = scenario();
    s.given(() => {
      s.dispatch(1);
      s.observer('eve', { repository: 'demo' });
      s.dispatch(1, 'eve', 'main');
    });
    s.standsAt(1, 'eve', 'main', null);
    s.outcome('→ eve: accepted c1', '(c1 is known)');
  });
});

/** Main was at the first commit, and is at the second. */
function mainMovedOn() {
  const s = scenario();
  s.given(() => {
    s.observer('eve', { repository: 'demo' });
    for (const number of [1, 2]) s.standsAt(number, 'eve', 'main');
  });
  return s;
}
