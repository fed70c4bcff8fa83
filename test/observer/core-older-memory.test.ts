import { describe, expect, test } from 'vitest';
import { trailMovesMax } from '../../src/observer/core/standing.js';
import { commit } from '../support/commits.js';
import { given, givenKnown, id, saved, sent, tip, told } from '../support/observer-scenario.js';

type Given = ReturnType<typeof given>;

/** The dispatcher that is there now does not have those; new: it has nothing of the repository. */
function meets({ when }: Given, letters: string, isNew = false) {
  const went = when({ kind: 'forgotten', commits: [...letters].map(id), isNew });
  return { went, met: when({ kind: 'session' }) };
}

/** Main was handed over commit by commit, from a to d. */
function handedOver(policy = {}) {
  const g = given(null, policy);
  g.when({ kind: 'session' });
  for (const [letter, parents] of ['a', 'ba', 'cb', 'dc'].map((one) => [...one])) {
    g.sees(tip('main', letter ?? '', parents));
    g.accepted(letter ?? '');
    g.when({ kind: 'hint' });
  }
  g.sees(tip('main', 'd', 'c'));
  return g;
}

describe('a dispatcher whose memory is older than the position', () => {
  test('is handed again what came after the last commit that it has', () => {
    const g = handedOver();
    const { went } = meets(g, 'cd');
    expect([saved(went), told(went), went.poll]).toEqual([{ main: 'b' }, ['forgotten'], true]);
    expect(g.sees(tip('main', 'd', 'c')).revList).toMatchObject({
      tips: [id('d')],
      known: [id('b')],
    });
    expect(sent(g.listed('cd'))).toBe('cd');
    g.accepted('c');
    expect(saved(g.accepted('d'))).toEqual({ main: 'd' });
  });

  test('is asked by the last commits of each hand-over', () => {
    expect(handedOver().core.handedOver).toEqual([...'abcd'].map(id));
    expect(given({ main: 'a' }).core.handedOver).toEqual([]);
  });

  test('though the observer was started again meanwhile', () => {
    const { save } = meets(handedOver(), 'd').went;
    const heir = givenKnown(save);
    expect(heir.core.handedOver).toEqual([...'abc'].map(id));
    meets(heir, 'bc');
    expect(heir.sees(tip('main', 'd', 'c')).revList).toMatchObject({ known: [id('a')] });
  });

  test('whichever branch it was, and also where a later one is known by another way', () => {
    const g = given({ main: 'a' });
    g.when({ kind: 'session' });
    g.sees(tip('fix', 'b', 'a'), tip('main', 'c', 'a'));
    g.accepted('b');
    g.accepted('c');
    expect(saved(meets(g, 'b').went)).toEqual({ main: 'a' });
    expect(sent(g.sees(tip('fix', 'b', 'a'), tip('main', 'c', 'a')))).toBe('bc');
  });

  test('as is a branch that came and went since: what it brought to another is not left out', () => {
    const g = given({ main: 'a' });
    g.when({ kind: 'session' });
    g.sees(tip('fix', 'b', 'a'), tip('main', 'a'));
    g.accepted('b');
    g.when({ kind: 'hint' });
    g.sees(tip('main', 'c', 'b'));
    g.accepted('c');
    expect(saved(meets(g, 'bc').went)).toEqual({ main: 'a' });
    expect(g.sees(tip('main', 'c', 'b')).revList).toMatchObject({ known: [id('a')] });
  });

  test('all the way to the first tips, and no further: what lay behind them is never news', () => {
    const g = given(null);
    g.when({ kind: 'session' });
    g.sees(tip('main', 'b', 'a'));
    g.accepted('b');
    g.when({ kind: 'hint' });
    g.sees(tip('main', 'c', 'b'));
    g.accepted('c');
    meets(g, 'bc');
    expect(g.sees(tip('main', 'c', 'b')).revList).toMatchObject({ known: [id('a')] });
    expect(sent(g.listed('bc'))).toBe('bc');
  });

  test('also where it has the last commit of a push, which a hook handed over, and not those before', () => {
    const g = given({ main: 'a' });
    g.when({ kind: 'session' });
    g.sees(tip('main', 'd', 'c'));
    g.listed('bcd');
    for (const letter of 'bcd') g.accepted(letter);
    expect(g.core.handedOver).toEqual([...'bcd'].map(id));
    expect(saved(meets(g, 'bc').went)).toEqual({ main: 'a' });
    g.sees(tip('main', 'd', 'c'));
    expect(sent(g.listed('bcd'))).toBe('bcd');
  });

  test('of a large push the last commits are asked for, and no push is forgotten for it', () => {
    const g = given({ main: 'a' });
    g.when({ kind: 'session' });
    for (const push of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      const commits = Array.from({ length: 100 }, (_, number) => commit(1_000 * push + number));
      const described = commits.map((one, at) => ({
        commit: one,
        parents: commits.slice(Math.max(0, at - 1), at),
        author: '',
        subject: '',
      }));
      const [last] = described.slice(-1).map((one) => ({ ...one, branch: 'main' }));
      g.when({ kind: 'hint' });
      g.when({ kind: 'polled', tips: last === undefined ? [] : [last], broken: [] });
      g.when({ kind: 'listed', found: described });
      for (const one of commits) g.when({ kind: 'accepted', commit: one });
    }
    const asked = new Set(g.core.handedOver);
    expect([9_035, 9_098, 9_099, 1_099].map((one) => asked.has(commit(one)))).not.toContain(false);
    expect([9_034, 1_098].map((one) => asked.has(commit(one)))).not.toContain(true);
    expect(asked.size).toBeLessThanOrEqual(trailMovesMax);
  });

  test('in the middle of a hand-over, what was accepted of it is found again', () => {
    const g = given({ main: 'a' });
    g.when({ kind: 'session' });
    g.sees(tip('main', 'd', 'c'));
    g.listed('bcd');
    g.accepted('b');
    expect(g.core.handedOver).toEqual([id('b')]);
    g.when({ kind: 'away', reason: 'closed its connection', refused: false });
    expect(sent(meets(g, 'b').met)).toBe('');
    expect(g.sees(tip('main', 'd', 'c')).revList).toMatchObject({ known: [id('a')] });
    expect(sent(g.listed('bcd'))).toBe('bcd');
  });

  test('in the middle of a rev-list, it polls again from where the branches stand then', () => {
    const g = handedOver();
    g.when({ kind: 'hint' });
    g.sees(tip('main', 'f', 'e'));
    meets(g, 'd');
    expect([sent(g.when({ kind: 'hint' })), g.listed('ef').poll]).toEqual(['', true]);
    const { revList } = g.sees(tip('main', 'f', 'e'));
    expect(revList).toMatchObject({ tips: [id('f')], known: [id('c')] });
    expect(sent(g.listed('def'))).toBe('def');
  });

  test('with --latest-only, the tip alone', () => {
    const g = handedOver({ latestOnly: true });
    meets(g, 'bcd');
    expect(sent(g.sees(tip('main', 'd', 'c')))).toBe('d');
  });

  test('and with --once before it exits', () => {
    const g = given(null, { once: true });
    g.when({ kind: 'session' });
    g.sees(tip('main', 'a'));
    const heir = givenKnown(g.accepted('a').save, { once: true });
    expect(heir.sees(tip('main', 'a')).exit).toBeNull();
    expect(meets(heir, 'a').met.exit).toBeNull();
    expect(sent(heir.sees(tip('main', 'a')))).toBe('a');
    expect(heir.accepted('a').exit).toBe('fine');
  });

  test('of no more than the last moves is the way back known', () => {
    const g = given({ main: 'a' });
    g.when({ kind: 'session' });
    for (let number = 1; number <= trailMovesMax + 9; number += 1) {
      const [now, before] = [commit(number), commit(number - 1)];
      g.when({ kind: 'hint' });
      const parents = number === 1 ? [id('a')] : [before];
      g.sees({ branch: 'main', commit: now, parents, author: '', subject: '' });
      g.when({ kind: 'accepted', commit: now });
    }
    expect(g.core.handedOver).toHaveLength(trailMovesMax);
    const { save } = g.when({ kind: 'forgotten', commits: g.core.handedOver, isNew: false });
    expect(save?.positions.get('main')).toBe(commit(9));
    expect(save?.trail).toEqual([]);
  });
});

describe('a dispatcher that knows nothing of the repository', () => {
  test('is handed the tip of each branch, as at first sight', () => {
    const g = handedOver();
    const { went } = meets(g, 'abcd', true);
    expect([saved(went), told(went)]).toEqual([{}, ['forgotten']]);
    expect(sent(g.sees(tip('main', 'd', 'c'), tip('next', 'f', 'e')))).toBe('df');
  });

  test('also by an observer that kept no trail: one of an earlier release', () => {
    const g = given({ main: 'a' });
    meets(g, '', true);
    expect(sent(g.sees(tip('main', 'a')))).toBe('a');
  });

  test('with --from-now, all that came since, as far as that is known', () => {
    const g = given(null, { fromNow: true });
    g.when({ kind: 'session' });
    g.sees(tip('main', 'a'));
    g.when({ kind: 'hint' });
    expect(told(meets(g, '', true).went)).toEqual([]);
    g.sees(tip('main', 'b', 'a'));
    g.accepted('b');
    expect(saved(meets(g, 'b', true).went)).toEqual({ main: 'a' });
  });

  test('is nothing to speak of where nothing was handed over yet', () => {
    const g = given(null);
    expect(sent(g.sees(tip('main', 'a')))).toBe('');
    const { went, met } = meets(g, '', true);
    expect([saved(went), told(went), sent(met)]).toEqual([null, [], 'a']);
  });
});
