import { describe, expect, test } from 'vitest';
import { scenario } from '../support/dispatcher-scenario.js';

const build = { name: 'build' };
const deploy = { name: 'deploy', needs: ['build'] };

/** Where newer commits supersede older ones of their branch. */
function superseding() {
  const s = scenario();
  s.given(() => {
    s.sets({ supersede: true, repositories: new Map() });
    s.observer('eve');
  });
  return s;
}

describe('a newer commit of a branch', () => {
  test('ends what waits of an older one, and says which it was', () => {
    const s = superseding();
    s.given(() => s.dispatch(1, 'eve', 'topic', [build, deploy], false));
    s.dispatch(2, 'eve', 'topic', [build], false);
    s.outcome(
      'job 3 accepted: c2:build of demo',
      'job 2 superseded: 0000000 came after it on its branch',
      'job 1 superseded: 0000000 came after it on its branch',
      '→ eve: accepted c2',
    );
  });

  test('asks the runner of an older one to end it, which is superseded then', () => {
    const s = superseding();
    s.given(() => {
      s.runner('ada');
      s.dispatch(1, 'eve', 'topic', undefined, false);
    });
    s.dispatch(2, 'eve', 'topic', undefined, false);
    s.outcome(
      'job 2 accepted: c2 of demo',
      'job 1 cancel-asked',
      '→ ada: cancel run 1-1',
      '→ eve: accepted c2',
    );
    s.given(() => s.restart());
    s.given(() => s.runner('ada', { runs: [s.runOf(1)] }));
    s.given(() => s.reports('ada', s.runOf(1), { end: 'cancelled' }));
    expect(s.job(1)?.state).toMatchObject({ kind: 'finished', verdict: 'superseded' });
  });

  test('does not take back what a runner has found out meanwhile', () => {
    const s = superseding();
    s.given(() => {
      s.runner('ada');
      s.dispatch(1, 'eve', 'topic', undefined, false);
      s.dispatch(2, 'eve', 'topic', undefined, false);
      s.reports('ada', s.runOf(1), { end: 'failed' });
    });
    expect(s.job(1)?.state).toMatchObject({ verdict: 'failed' });
  });

  test.each([
    ['of the default branch', 'main', true, true],
    ['of a branch of which nobody says what it is', 'topic', undefined, true],
    ['where it is not wanted', 'topic', false, false],
  ])('leaves older ones alone %s', (_where, branch, isDefault, supersede) => {
    const s = superseding();
    s.given(() => {
      s.sets({ supersede, repositories: new Map() });
      s.dispatch(1, 'eve', branch, undefined, isDefault);
      s.dispatch(2, 'eve', branch, undefined, isDefault);
    });
    expect(s.job(1)?.state.kind).toBe('waiting');
  });

  test('leaves alone what another branch has as well', () => {
    const s = superseding();
    s.given(() => {
      s.dispatch(1, 'eve', 'topic', undefined, false);
      s.dispatch(1, 'eve', 'other', undefined, false);
      s.dispatch(2, 'eve', 'topic', undefined, false);
      s.dispatch(3, 'eve', 'other', undefined, false);
    });
    expect(s.job(1)?.state.kind).toBe('waiting');
  });
});
