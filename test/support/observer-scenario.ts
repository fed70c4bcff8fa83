/**
 * Owns a stage for the observer's core: events go in with simulated time; what comes out
 * is told by kind.
 * Never a git or a connection: commits are letters, and a test says which of them git has found.
 */

import { Core, type Policy } from '../../src/observer/core/core.js';
import type { Effect, Event } from '../../src/observer/core/events.js';
import type { Described, Known, Tip } from '../../src/observer/core/news.js';
import { type Commit, parseCommit } from '../../src/protocol/ids.js';

const usual: Policy = { intervalMs: 1_000, fromNow: false, latestOnly: false, once: false };

type Of<Kind extends Effect['kind']> = Extract<Effect, { kind: Kind }>;

/** What one event led to, by kind. */
export interface Outcome {
  readonly save: Of<'save'>['known'] | null;
  readonly send: readonly Of<'send'>['handover'][];
  readonly publish: readonly Of<'publish'>['notice'][];
  readonly poll: boolean;
  readonly revList: Of<'rev-list'>['revList'] | null;
  readonly wakeAtMs: number | null;
  readonly exit: Of<'exit'>['exit'] | null;
}

function outcomeOf(effects: readonly Effect[]): Outcome {
  const all = <Kind extends Effect['kind']>(kind: Kind) =>
    effects.filter((effect): effect is Of<Kind> => effect.kind === kind);
  return {
    save: all('save')[0]?.known ?? null,
    send: all('send').map(({ handover }) => handover),
    publish: all('publish').map(({ notice }) => notice),
    poll: all('poll').length > 0,
    revList: all('rev-list')[0]?.revList ?? null,
    wakeAtMs: all('wake')[0]?.atMs ?? null,
    exit: all('exit')[0]?.exit ?? null,
  };
}

/** An outcome in which nothing is asked of the world; a test names what differs. */
export const nothing = outcomeOf([]);

/** The commit that the letter stands for: `a` is aaaa… */
export function id(letter: string): Commit {
  const commit = parseCommit(letter.repeat(40));
  if (commit === null) throw new Error(`${letter} is no hex digit`);
  return commit;
}

export const described = (letter: string, parents = ''): Described => ({
  commit: id(letter),
  parents: [...parents].map(id),
  author: 'Ada',
  subject: `subject ${letter}`,
});

export const tip = (branch: string, letter: string, parents = ''): Tip => ({
  ...described(letter, parents),
  branch,
});

/** Commits, each the parent of the next. */
export const line = (letters: string): Described[] =>
  [...letters].map((letter, index) => described(letter, letters[index - 1] ?? ''));

/** A core with the positions of an earlier observer (null: none), and the moment it lives in. */
export function given(saved: Record<string, string> | null, policy: Partial<Policy> = {}) {
  return givenKnown(saved && known(saved), policy);
}

/** A core with all that an earlier observer had on disk. */
export function givenKnown(saved: Known | null, policy: Partial<Policy> = {}) {
  const core = new Core({ ...usual, ...policy }, saved);
  let nowMs = 0;
  const when = (event: Event, atMs = nowMs): Outcome => {
    nowMs = atMs;
    return outcomeOf(core.handle(event, nowMs));
  };
  return {
    core,
    when,
    sees: (...tips: Tip[]) => when({ kind: 'polled', tips, broken: [] }),
    seesBroken: (broken: string, ...tips: Tip[]) =>
      when({ kind: 'polled', tips, broken: [{ branch: broken, reason: 'damaged' }] }),
    /** What the rev-list found, each commit upon the one before it; null where it could not be taken. */
    listed: (letters: string | null) =>
      when({
        kind: 'listed',
        found: letters === null ? new Error('damaged') : line(letters),
      }),
    accepted: (letter: string) => when({ kind: 'accepted', commit: id(letter) }),
  };
}

/** The commits that are sent, as letters. */
export const sent = (outcome: Outcome) => outcome.send.map(({ commit }) => commit[0]).join('');
export const branches = (outcome: Outcome) =>
  outcome.send.map(({ description }) => description.branch);
export const told = (outcome: Outcome) => outcome.publish.map(({ kind }) => kind);
export const saved = ({ save }: Outcome) =>
  save && Object.fromEntries([...save.positions].map(([branch, commit]) => [branch, commit[0]]));

function known(saved: Record<string, string>): Known {
  const positions = Object.entries(saved).map(([branch, letter]) => [branch, id(letter)] as const);
  return { positions: new Map(positions), baseline: null, firstBaseline: null, trail: [] };
}
