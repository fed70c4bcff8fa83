import { describe, expect, test } from 'vitest';
import { Core, drainWithinMs, type Policy } from '../../src/observer/core.js';
import type { Event, Outcome } from '../../src/observer/events.js';
import type { Described, Tip } from '../../src/observer/news.js';
import { type Commit, parseCommit } from '../../src/protocol/ids.js';

const usual: Policy = { intervalMs: 1_000, fromNow: false, latestOnly: false, once: false };

/** The commit that the letter stands for: `a` is aaaa… */
function id(letter: string): Commit {
  const commit = parseCommit(letter.repeat(40));
  if (commit === null) throw new Error(`${letter} is no hex digit`);
  return commit;
}

const described = (letter: string, parents = ''): Described => ({
  commit: id(letter),
  parents: [...parents].map(id),
  author: 'Ada',
  subject: `subject ${letter}`,
});

const tip = (branch: string, letter: string, parents = ''): Tip => ({
  ...described(letter, parents),
  branch,
});

/** A core and the moment it lives in; what was sent and saved so far, as letters. */
function given(saved: Record<string, string> | null, policy: Partial<Policy> = {}) {
  const positions =
    saved === null
      ? null
      : new Map(Object.entries(saved).map(([branch, letter]) => [branch, id(letter)]));
  const core = new Core({ ...usual, ...policy }, positions);
  let nowMs = 0;
  const when = (event: Event, atMs = nowMs): Outcome => {
    nowMs = atMs;
    return core.handle(event, nowMs);
  };
  return {
    when,
    sees: (...tips: Tip[]) => when({ type: 'looked', tips }),
    accepted: (letter: string) => when({ type: 'accepted', commit: id(letter) }),
  };
}

const sent = (outcome: Outcome) => outcome.send.map(({ commit }) => commit[0]).join('');
const told = (outcome: Outcome) => outcome.publish.map(({ type }) => type);
const saved = (outcome: Outcome) =>
  outcome.save &&
  Object.fromEntries([...outcome.save].map(([branch, commit]) => [branch, commit[0]]));

describe('what is handed over', () => {
  test('at the first start each branch hands over its tip, whatever lies behind it', () => {
    const { when, sees } = given(null);
    when({ type: 'session' });
    const outcome = sees(tip('feature', 'b', 'a'), tip('main', 'd', 'c'));
    expect(sent(outcome)).toBe('bd');
    expect(outcome.walk).toEqual([]);
  });

  test('--from-now records the first look, a repository without commits included', () => {
    const { when, sees } = given(null, { fromNow: true });
    when({ type: 'session' });
    const outcome = sees(tip('main', 'a'));
    expect([sent(outcome), saved(outcome)]).toEqual(['', { main: 'a' }]);
    expect(told(outcome)).toEqual(['recorded']);

    const empty = given(null, { fromNow: true });
    empty.when({ type: 'session' });
    expect(saved(empty.sees())).toEqual({});
    expect(sent(empty.sees(tip('main', 'a')))).toBe('a');
  });

  test('one commit upon the position needs no walk, a merge of two positions neither', () => {
    const { when, sees } = given({ main: 'a', feature: 'b' });
    when({ type: 'session' });
    const outcome = sees(tip('feature', 'b'), tip('main', 'c', 'ab'));
    expect([sent(outcome), outcome.walk]).toEqual(['c', []]);
  });

  test('more than one commit is walked, and handed over oldest first, the tip once', () => {
    const { when, sees } = given({ main: 'a' });
    when({ type: 'session' });
    const looked = sees(tip('main', 'd', 'c'));
    expect(looked.walk).toEqual([{ tip: id('d'), known: [id('a')], earlier: [] }]);
    const found = [described('b'), described('c'), described('d')];
    expect(sent(when({ type: 'walked', found: [found] }))).toBe('bcd');
  });

  test('a later branch of the same look does not repeat what an earlier one brings', () => {
    const { when, sees } = given({ main: 'a' });
    when({ type: 'session' });
    const looked = sees(tip('feature', 'c', 'b'), tip('main', 'd', 'c'));
    expect(looked.walk.map((walk) => walk.tip)).toEqual([id('c')]);
    expect(sent(when({ type: 'walked', found: [[described('b')]] }))).toBe('bcd');
  });

  test('two branches at the same commit hand it over once, and both advance with it', () => {
    const { when, sees, accepted } = given({ main: 'a' });
    when({ type: 'session' });
    expect(sent(sees(tip('main', 'b', 'a'), tip('next', 'b', 'a')))).toBe('b');
    expect(saved(accepted('b'))).toEqual({ main: 'b', next: 'b' });
  });

  test('a branch put back to an old commit hands that one over: its walk finds nothing', () => {
    const { when, sees } = given({ main: 'c' });
    when({ type: 'session' });
    sees(tip('main', 'b', 'a'));
    expect(sent(when({ type: 'walked', found: [[]] }))).toBe('b');
  });

  test('--latest-only hands over each changed tip alone', () => {
    const { when, sees } = given({ main: 'a' }, { latestOnly: true });
    when({ type: 'session' });
    const outcome = sees(tip('main', 'f', 'e'));
    expect([sent(outcome), outcome.walk]).toEqual(['f', []]);
  });

  test('a description is made fit for the wire: bounded, and without control characters', () => {
    const { when, sees } = given(null);
    when({ type: 'session' });
    const subject = `\u001b[31m${'x'.repeat(70_000)}`;
    const outcome = sees({ ...tip('main', 'a'), subject });
    expect(outcome.send[0]?.description.subject).toBe(` [31m${'x'.repeat(495)}`);
  });
});

describe('when a position advances', () => {
  test('only after every commit of its batch was accepted, in whatever order', () => {
    const { when, sees, accepted } = given({ main: 'a' });
    when({ type: 'session' });
    sees(tip('main', 'c', 'b'));
    when({ type: 'walked', found: [[described('b')]] });
    const early = accepted('c');
    expect([saved(early), told(early)]).toEqual([null, []]);
    const last = accepted('b');
    expect(saved(last)).toEqual({ main: 'c' });
    expect(told(last)).toEqual(['handed-over', 'handed-over']);
  });

  test('never before the batch of an earlier branch, upon which its own walk was built', () => {
    const { when, sees, accepted } = given({ main: 'a' });
    when({ type: 'session' });
    sees(tip('feature', 'b', 'a'), tip('main', 'c', 'b'));
    expect(saved(accepted('c'))).toBeNull();
    expect(saved(accepted('b'))).toEqual({ main: 'c', feature: 'b' });
  });

  test('a deleted branch is forgotten; when it comes back it is a new one', () => {
    const { when, sees } = given({ main: 'a', feature: 'b' });
    when({ type: 'session' });
    const outcome = sees(tip('main', 'a'));
    expect([saved(outcome), told(outcome)]).toEqual([{ main: 'a' }, ['gone']]);
    when({ type: 'due' }, 1_000);
    expect(sees(tip('feature', 'b', 'c'), tip('main', 'a')).walk).toHaveLength(1);
  });

  test('an answer that nobody waits for changes nothing', () => {
    const { accepted } = given({ main: 'a' });
    expect(saved(accepted('f'))).toBeNull();
  });
});

describe('the dispatcher', () => {
  test('A21: while it is away nothing is sent and nothing is lost', () => {
    const { when, sees, accepted } = given(null);
    const away = when({ type: 'away', reason: 'refused the connection', refused: false });
    expect(told(away)).toEqual(['away']);
    expect(told(when({ type: 'away', reason: 'refused the connection', refused: false }))).toEqual(
      [],
    );
    expect(sent(sees(tip('main', 'a')))).toBe('');
    expect(sent(when({ type: 'session' }, 60_000))).toBe('a');
    expect(saved(accepted('a'))).toEqual({ main: 'a' });
  });

  test('what was not acknowledged when it went away is sent again, the rest is not', () => {
    const { when, sees, accepted } = given({ main: 'a' });
    when({ type: 'session' });
    sees(tip('main', 'd', 'c'));
    when({ type: 'walked', found: [[described('b'), described('c')]] });
    accepted('b');
    accepted('d');
    when({ type: 'away', reason: 'closed its connection', refused: false });
    expect(sent(when({ type: 'session' }))).toBe('c');
    expect(saved(accepted('c'))).toEqual({ main: 'd' });
  });

  test('each outage is told once, but a refusal that a person can mend always', () => {
    const { when } = given(null);
    when({ type: 'session' });
    const away = (reason: string) =>
      told(when({ type: 'away', reason, refused: reason.startsWith('refuses') }));
    expect(away('closed its connection')).toEqual(['away']);
    expect(away('refused the connection')).toEqual([]);
    expect(away('refuses us: wrong token')).toEqual(['away']);
    expect(away('refuses us: wrong token')).toEqual([]);
    expect(told(when({ type: 'session' }))).toEqual(['connected']);
    expect(away('fell silent')).toEqual(['away']);
  });

  test('no more than a window is outstanding, and each acceptance opens it by one', () => {
    const { when, sees } = given({ main: 'a' });
    when({ type: 'session' });
    sees(tip('main', 'f', 'e'));
    const found = Array.from({ length: 1_000 }, (_, index) => ({
      ...described('f'),
      commit: (index + 1).toString(16).padStart(40, '0') as Commit,
    }));
    const first = when({ type: 'walked', found: [found] });
    expect(first.send).toHaveLength(256);
    const second = when({ type: 'accepted', commit: found[0]?.commit as Commit });
    expect(second.send.map(({ commit }) => commit)).toEqual([found[256]?.commit]);
  });

  test("A20: an ancestor's refusal is told once and offered again each second", () => {
    const { when, sees, accepted } = given({ main: 'a' });
    when({ type: 'classic' });
    sees(tip('main', 'c', 'b'));
    expect(sent(when({ type: 'walked', found: [[described('b')]] }))).toBe('b');
    const refused = when({ type: 'refused', reason: 'No runners are registered' });
    expect([sent(refused), told(refused), refused.wakeAtMs]).toEqual(['', ['refused'], 1_000]);
    expect(sent(when({ type: 'due' }, 1_000))).toBe('b');
    expect(told(when({ type: 'refused', reason: 'No runners are registered' }))).toEqual([]);
    expect(sent(when({ type: 'due' }, 2_000))).toBe('b');
    expect(sent(accepted('b'))).toBe('c');
    expect(saved(accepted('c'))).toEqual({ main: 'c' });
  });
});

describe('when it looks', () => {
  test('at the start, and an interval after the last round ended', () => {
    const { when, sees } = given({ main: 'a' });
    expect(when({ type: 'due' }).look).toBe(true);
    expect(sees(tip('main', 'a')).wakeAtMs).toBe(1_000);
    expect(when({ type: 'due' }, 999).look).toBe(false);
    expect(when({ type: 'due' }, 1_000).look).toBe(true);
  });

  test('a hint looks at once; hints during a look make exactly one more', () => {
    const { when, sees } = given({ main: 'a' });
    when({ type: 'due' });
    sees(tip('main', 'a'));
    expect(when({ type: 'hint' }).look).toBe(true);
    expect(when({ type: 'hint' }).look).toBe(false);
    expect(when({ type: 'hint' }).look).toBe(false);
    expect(sees(tip('main', 'a')).look).toBe(true);
    expect(sees(tip('main', 'a')).look).toBe(false);
  });

  test('a hint while commits are on their way waits for their acceptance', () => {
    const { when, sees, accepted } = given(null);
    when({ type: 'session' });
    sees(tip('main', 'a'));
    expect(when({ type: 'hint' }).look).toBe(false);
    expect(accepted('a').look).toBe(true);
  });

  test('A43: a remote that fails is told once, asked on, and told once when it is back', () => {
    const { when, sees } = given({ main: 'a' });
    when({ type: 'due' });
    const failed = when({ type: 'failed', reason: 'no route' });
    expect([told(failed), failed.wakeAtMs]).toEqual([['look-failed'], 1_000]);
    expect(when({ type: 'due' }, 1_000).look).toBe(true);
    expect(told(when({ type: 'failed', reason: 'no route' }))).toEqual([]);
    when({ type: 'due' }, 2_000);
    expect(told(sees(tip('main', 'a')))).toEqual(['looks-again']);
  });

  test('an empty repository is told once', () => {
    const { sees } = given(null);
    expect(told(sees())).toEqual(['empty']);
    expect(told(sees())).toEqual([]);
  });
});

describe('the end', () => {
  test('--once exits when all is accepted, or when nothing is new, or when it cannot look', () => {
    const { when, sees, accepted } = given(null, { once: true });
    when({ type: 'session' });
    expect(sees(tip('main', 'a')).exit).toBeNull();
    const last = accepted('a');
    expect([last.exit, saved(last), last.look]).toEqual(['fine', { main: 'a' }, false]);
    expect(given({ main: 'a' }, { once: true }).sees(tip('main', 'a')).exit).toBe('fine');
    const failed = given(null, { once: true }).when({ type: 'failed', reason: 'no route' });
    expect(failed.exit).toBe('usage');
  });

  test('Ctrl-C exits at once when nothing is outstanding; --once was then cut short', () => {
    expect(given(null).when({ type: 'drain' }).exit).toBe('fine');
    expect(given(null, { once: true }).when({ type: 'drain' }).exit).toBe('aborted');
  });

  test('Ctrl-C waits for answers, saves what they allow, and sends nothing more', () => {
    const { when, sees, accepted } = given(null);
    when({ type: 'session' });
    sees(tip('main', 'a'));
    const draining = when({ type: 'drain' });
    expect([draining.exit, told(draining)]).toEqual([null, ['draining']]);
    const last = accepted('a');
    expect([last.exit, saved(last)]).toEqual(['fine', { main: 'a' }]);
  });

  test('Ctrl-C waits no longer than its limit, nor for a dispatcher that went away', () => {
    const silent = given(null);
    silent.when({ type: 'session' });
    silent.sees(tip('main', 'a'));
    expect(silent.when({ type: 'drain' }).wakeAtMs).toBe(drainWithinMs);
    expect(silent.when({ type: 'due' }, drainWithinMs).exit).toBe('fine');
    const gone = given(null);
    gone.when({ type: 'session' });
    gone.sees(tip('main', 'a'));
    gone.when({ type: 'drain' });
    expect(gone.when({ type: 'away', reason: 'closed its connection', refused: false }).exit).toBe(
      'fine',
    );
  });
});
