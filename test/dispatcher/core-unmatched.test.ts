import { describe, expect, test } from 'vitest';
import { unmatchedForMs } from '../../src/dispatcher/core/rules.js';
import { tellBatch } from '../../src/dispatcher/story.js';
import { scenario } from '../support/dispatcher-scenario.js';

/** An observer on `proj`, and a runner on a copy of it that has another name. */
function proj() {
  const s = scenario();
  s.given(() => {
    s.observer('eve', { repository: 'proj' });
    s.runner('ada', { repository: 'proj-ci' });
    s.dispatch(1, 'eve');
  });
  return s;
}

describe('who waits for nobody is told of in the story', () => {
  test('once: a repository that no runner tests, a runner of which nobody wants anything', () => {
    const s = proj();
    s.passes(unmatchedForMs);
    s.outcome();
    s.passes(60_000);
    s.outcome('(no runner tests proj, but proj-ci)', '(nobody has work of proj-ci, but of proj)');
  });

  test('again where it was otherwise in between', () => {
    const s = proj();
    s.given(() => {
      s.passes(60_000);
      s.runner('bob', { repository: 'proj' });
      s.passes(60_000);
      s.leaves('bob');
      s.passes(1_000);
      s.dispatch(2, 'eve');
    });
    s.passes(60_000);
    s.outcome('(no runner tests proj, but proj-ci)');
  });

  test('but not those who are merely early: nobody is told of before the others could come', () => {
    const s = proj();
    s.passes(unmatchedForMs - 1_000);
    s.outcome();
    s.given(() => s.runner('bob', { repository: 'proj' }));
    s.given(() => s.observer('ida', { repository: 'proj-ci' }));
    s.passes(60_000);
    s.outcome();
  });

  test('nor where there is no runner, or no observer, at all', () => {
    const s = scenario();
    s.given(() => {
      s.observer('eve', { repository: 'proj' });
      s.dispatch(1, 'eve');
    });
    s.passes(60_000);
    s.outcome();
    const alone = scenario();
    alone.given(() => alone.runner('ada', { repository: 'proj-ci' }));
    alone.passes(60_000);
    alone.outcome();
  });

  test('with the names of a hundred others at most: it has to fit into one message', () => {
    const s = scenario();
    const names = Array.from({ length: 150 }, (_, index) => `copy-${1_000 + index}`);
    s.given(() => {
      s.observer('eve', { repository: 'proj' });
      for (const name of names) s.runner(name, { repository: name });
      s.dispatch(1, 'eve');
    });
    s.passes(unmatchedForMs);
    s.outcome();
    s.passes(2_000);
    const hundred = names.slice(0, 100).join(',');
    s.outcome(
      `(no runner tests proj, but ${hundred})`,
      ...names.map((name) => `(nobody has work of ${name}, but of proj)`),
    );
  });

  test('with the way out', () => {
    const notices = [
      { kind: 'untested', repository: 'proj', tested: ['proj-ci'] },
      { kind: 'unwanted', repository: 'proj-ci', runners: 1, watched: ['proj'] },
    ] as const;
    const told = tellBatch(notices.map((notice) => ({ kind: 'notice', atMs: 0, notice })));
    expect(told.map(({ msg }) => msg)).toEqual([
      'no runner tests proj (they test proj-ci): its commits wait; ' +
        'if these are one, start both with the same --repository',
      'a runner tests proj-ci, of which nothing comes (observers watch proj); ' +
        'if these are one, start both with the same --repository',
    ]);
  });
});
