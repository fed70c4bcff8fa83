import { describe, expect, test } from 'vitest';
import { drainWithinMs } from '../../src/observer/core/core.js';
import { commit } from '../support/commits.js';
import { described, given, saved, sent, tip, told } from '../support/observer-scenario.js';

describe('the dispatcher', () => {
  test('is told to be there, and whether it is a classic one', () => {
    const { when } = given(null);
    const connected = (classic: boolean) => [{ kind: 'connected', classic }];
    expect(when({ kind: 'session' }).publish).toEqual(connected(false));
    expect(when({ kind: 'classic' }).publish).toEqual(connected(true));
  });

  test('A21: while it is away nothing is sent and nothing is lost', () => {
    const { when, sees, accepted } = given(null);
    const away = when({ kind: 'away', reason: 'refused the connection', refused: false });
    expect(told(away)).toEqual(['away']);
    expect(told(when({ kind: 'away', reason: 'refused the connection', refused: false }))).toEqual(
      [],
    );
    expect(sent(sees(tip('main', 'a')))).toBe('');
    expect(sent(when({ kind: 'session' }, 60_000))).toBe('a');
    expect(saved(accepted('a'))).toEqual({ main: 'a' });
  });

  test('what was not acknowledged when it went away is sent again, the rest is not', () => {
    const { when, sees, listed, accepted } = given({ main: 'a' });
    when({ kind: 'session' });
    sees(tip('main', 'd', 'c'));
    listed('bcd');
    accepted('b');
    accepted('d');
    when({ kind: 'away', reason: 'closed its connection', refused: false });
    expect(sent(when({ kind: 'session' }))).toBe('c');
    expect(saved(accepted('c'))).toEqual({ main: 'd' });
  });

  test('each outage is told once, but a refusal that a person can mend always', () => {
    const { when } = given(null);
    when({ kind: 'session' });
    const away = (reason: string) =>
      told(when({ kind: 'away', reason, refused: reason.startsWith('refuses') }));
    expect(away('closed its connection')).toEqual(['away']);
    expect(away('refused the connection')).toEqual([]);
    expect(away('refuses us: wrong token')).toEqual(['away']);
    expect(away('refuses us: wrong token')).toEqual([]);
    expect(told(when({ kind: 'session' }))).toEqual(['connected']);
    expect(away('fell silent')).toEqual(['away']);
  });

  test('no more than a window is outstanding, and each acceptance opens it by one', () => {
    const { when, sees } = given({ main: 'a' });
    when({ kind: 'session' });
    const newest = { ...described('f'), branch: 'main', commit: commit(1_000) };
    sees({ ...newest, parents: [commit(999)] });
    const found = Array.from({ length: 1_000 }, (_, index) => ({
      ...described('f'),
      commit: commit(index + 1),
      parents: [commit(index)],
    }));
    const first = when({ kind: 'listed', found });
    expect(first.send).toHaveLength(256);
    const second = when({ kind: 'accepted', commit: commit(1) });
    expect(second.send.map((handover) => handover.commit)).toEqual([commit(257)]);
  });

  test('A20: a classic refusal is told once and offered again each second', () => {
    const { when, sees, listed, accepted } = given({ main: 'a' });
    when({ kind: 'classic' });
    sees(tip('main', 'c', 'b'));
    expect(sent(listed('bc'))).toBe('b');
    const refused = when({ kind: 'refused', reason: 'No runners are registered' });
    expect([sent(refused), told(refused), refused.wakeAtMs]).toEqual(['', ['refused'], 1_000]);
    expect(sent(when({ kind: 'due' }, 1_000))).toBe('b');
    expect(told(when({ kind: 'refused', reason: 'No runners are registered' }))).toEqual([]);
    expect(sent(when({ kind: 'due' }, 2_000))).toBe('b');
    expect(sent(accepted('b'))).toBe('c');
    // What it refuses after it took something is news again.
    expect(told(when({ kind: 'refused', reason: 'No runners are registered' }))).toEqual([
      'refused',
    ]);
    expect(sent(when({ kind: 'due' }, 3_000))).toBe('c');
    expect(saved(accepted('c'))).toEqual({ main: 'c' });
  });
});

describe('a dispatcher in the place of another', () => {
  test('a late refusal by a classic dispatcher means nothing to the session that took its place', () => {
    const { when, sees } = given(null);
    when({ kind: 'classic' });
    expect(sent(sees(tip('main', 'a')))).toBe('a');
    expect(sent(when({ kind: 'session' }))).toBe('a');
    const late = when({ kind: 'refused', reason: 'did not answer' });
    expect([sent(late), told(late), late.wakeAtMs]).toEqual(['', [], null]);
  });

  test('a classic dispatcher is asked for what the session before it had not accepted', () => {
    const { when, sees, listed, accepted } = given({ main: 'a' });
    when({ kind: 'session' });
    sees(tip('main', 'e', 'd'));
    listed('bcde');
    accepted('d');
    accepted('e');
    expect(sent(when({ kind: 'classic' }))).toBe('b');
    expect(when({ kind: 'drain' }).publish).toEqual([{ kind: 'draining', outstanding: 1 }]);
  });
});

describe('the end', () => {
  test('--once exits when all is accepted, or when it cannot poll', () => {
    const { when, sees, accepted } = given(null, { once: true });
    when({ kind: 'session' });
    expect(sees(tip('main', 'a')).exit).toBeNull();
    const last = accepted('a');
    expect([last.exit, saved(last), last.poll]).toEqual(['fine', { main: 'a' }, false]);
    const failed = given(null, { once: true }).when({ kind: 'failed', reason: 'no route' });
    expect(failed.exit).toBe('usage');
  });

  test('--once that finds nothing new asks the dispatcher whether it has all before it exits', () => {
    const { when, sees } = given({ main: 'a' }, { once: true });
    expect(sees(tip('main', 'a')).exit).toBeNull();
    expect(when({ kind: 'session' }).exit).toBe('fine');
    const classic = given({ main: 'a' }, { once: true });
    classic.when({ kind: 'classic' });
    expect(classic.sees(tip('main', 'a')).exit).toBe('fine');
  });

  test('Ctrl-C exits at once when nothing is outstanding; --once was then cut short', () => {
    expect(given(null).when({ kind: 'drain' }).exit).toBe('fine');
    expect(given(null, { once: true }).when({ kind: 'drain' }).exit).toBe('aborted');
  });

  test('Ctrl-C waits for no dispatcher: what it never had to answer is found again', () => {
    const { when, sees } = given(null);
    sees(tip('main', 'a'));
    const outcome = when({ kind: 'drain' });
    expect(outcome.exit).toBe('fine');
    expect(outcome.publish).toEqual([{ kind: 'draining', outstanding: 0 }]);
  });

  test('--once that has its last answer after Ctrl-C was not cut short', () => {
    const { when, sees, accepted } = given(null, { once: true });
    when({ kind: 'session' });
    sees(tip('main', 'a'));
    expect(when({ kind: 'drain' }).exit).toBeNull();
    expect(accepted('a').exit).toBe('fine');
  });

  test('Ctrl-C waits for answers, saves what they allow, and sends nothing more', () => {
    const { when, sees, accepted } = given(null);
    when({ kind: 'session' });
    sees(tip('main', 'a'));
    const draining = when({ kind: 'drain' });
    expect([draining.exit, told(draining)]).toEqual([null, ['draining']]);
    const last = accepted('a');
    expect([last.exit, saved(last)]).toEqual(['fine', { main: 'a' }]);
  });

  test('Ctrl-C waits no longer than its limit, nor for a dispatcher that went away', () => {
    const silent = given(null);
    silent.when({ kind: 'session' });
    silent.sees(tip('main', 'a'));
    expect(silent.when({ kind: 'drain' }).wakeAtMs).toBe(drainWithinMs);
    expect(silent.when({ kind: 'due' }, drainWithinMs).exit).toBe('fine');
    const gone = given(null);
    gone.when({ kind: 'session' });
    gone.sees(tip('main', 'a'));
    gone.when({ kind: 'drain' });
    expect(gone.when({ kind: 'away', reason: 'closed its connection', refused: false }).exit).toBe(
      'fine',
    );
  });
});
