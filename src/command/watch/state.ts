/**
 * Owns what `trivet watch` shows and what a key does to it. Pure: a key comes in, the state as it is then
 * and what is to be done come out. Never asks the dispatcher; what it answered is put into the state.
 */

import type { Documents } from '../../protocol/documents.js';
import { type Abbreviation, type Commit, parseCommit } from '../../protocol/ids.js';

export type Overview = Documents['overview'];
export type CommitDocument = Documents['commit'];
/** A commit, or the beginning of its id. */
export type Revision = Commit | Abbreviation;

export interface Watching {
  /** Null until it is known. */
  readonly overview: Overview | null;
  readonly view: View;
  /** Which row the keys are for, counted over all parts. */
  readonly at: number;
  /** Only rows that hold this are shown. */
  readonly filter: string;
  readonly isTyping: boolean;
  /** What the last wish came to, or why nothing new comes. */
  readonly says: string;
}

/** All that goes on, or a commit: how it stands, its story, or its output. */
export type View =
  | { readonly kind: 'all' }
  | {
      readonly kind: 'commit';
      readonly commit: Revision;
      /** Null until it is known. */
      readonly document: CommitDocument | null;
      readonly part: 'jobs' | 'story' | 'log';
      readonly log: readonly string[];
      /** Rows above the end of the log, or below the beginning of the others. */
      readonly scrolled: number;
      /** Whether there is nothing to go back to. */
      readonly isAlone: boolean;
    };

export type Effect =
  | { readonly kind: 'look'; readonly commit: Revision }
  | { readonly kind: 'follow'; readonly commit: Revision }
  | { readonly kind: 'wish'; readonly verb: 'cancel' | 'rerun'; readonly commit: Revision }
  | { readonly kind: 'open'; readonly commit: Revision }
  | { readonly kind: 'leave' };

export const watchingAll: Watching = {
  ...{ overview: null, view: { kind: 'all' }, at: 0 },
  ...{ filter: '', isTyping: false, says: '' },
};

/** A commit that is watched to its verdict. */
export function watchingOne(commit: Revision): Watching {
  return { ...watchingAll, view: lookingAt(commit, true) };
}

function lookingAt(commit: Revision, isAlone = false): View {
  return { kind: 'commit', commit, document: null, part: 'jobs', log: [], scrolled: 0, isAlone };
}

/** What is shown: all that the filter lets through. */
export function shownOf({ overview, filter }: Watching): Overview | null {
  if (overview === null || filter === '') return overview;
  const isMeant = (row: object) =>
    Object.values(row).some((value) => typeof value === 'string' && value.includes(filter));
  return {
    ...overview,
    running: overview.running.filter(isMeant),
    waiting: overview.waiting.filter(isMeant),
    newest: overview.newest.filter(isMeant),
    runners: overview.runners.filter(isMeant),
  };
}

/** The commits of the rows that can be chosen, from top to bottom. */
function rows(watching: Watching): Commit[] {
  const shown = shownOf(watching);
  if (shown === null) return [];
  const all = [...shown.running, ...shown.waiting, ...shown.newest];
  return all.flatMap(({ commit }) => parseCommit(commit) ?? []);
}

/** What follows from a key. */
export function pressed(watching: Watching, key: string): readonly [Watching, readonly Effect[]] {
  if (key === 'ctrl-c') return [watching, [{ kind: 'leave' }]];
  if (watching.isTyping) return [typed(watching, key), []];
  if (key === 'q') return [watching, [{ kind: 'leave' }]];
  const { view } = watching;
  return view.kind === 'all' ? inAll(watching, key) : inCommit(watching, view, key);
}

function typed(watching: Watching, key: string): Watching {
  const { filter } = watching;
  if (key === 'return') return { ...watching, isTyping: false };
  if (key === 'escape') return { ...watching, isTyping: false, filter: '' };
  if (key === 'backspace') return { ...watching, filter: filter.slice(0, -1), at: 0 };
  return [...key].length === 1 ? { ...watching, filter: filter + key, at: 0 } : watching;
}

function inAll(watching: Watching, key: string): readonly [Watching, readonly Effect[]] {
  const all = rows(watching);
  const at = Math.min(watching.at, Math.max(0, all.length - 1));
  const commit = all[at];
  switch (key) {
    case 'up':
    case 'k':
      return [{ ...watching, at: Math.max(0, at - 1) }, []];
    case 'down':
    case 'j':
      return [{ ...watching, at: Math.min(at + 1, Math.max(0, all.length - 1)) }, []];
    case '/':
      return [{ ...watching, isTyping: true }, []];
    case 'escape':
      return [{ ...watching, filter: '', says: '' }, []];
    case 'return':
      if (commit === undefined) return [watching, []];
      return [{ ...watching, view: lookingAt(commit) }, [{ kind: 'look', commit }]];
    default:
      return [watching, commit === undefined ? [] : wishes(key, commit)];
  }
}

function wishes(key: string, commit: Revision): readonly Effect[] {
  if (key === 'c') return [{ kind: 'wish', verb: 'cancel', commit }];
  if (key === 'r') return [{ kind: 'wish', verb: 'rerun', commit }];
  return key === 'o' ? [{ kind: 'open', commit }] : [];
}

type CommitView = Extract<View, { kind: 'commit' }>;

function inCommit(
  watching: Watching,
  view: CommitView,
  key: string,
): readonly [Watching, readonly Effect[]] {
  const { commit, scrolled, part } = view;
  const show = (change: Partial<CommitView>): Watching => ({
    ...watching,
    view: { ...view, scrolled: 0, ...change },
  });
  const isUp = key === 'up' || key === 'k';
  if (isUp || key === 'down' || key === 'j') {
    // A log is looked at from its end.
    const rowsMore = isUp === (part === 'log') ? 1 : -1;
    return [show({ scrolled: Math.max(0, scrolled + rowsMore) }), []];
  }
  switch (key) {
    case 'escape':
      if (part !== 'jobs') return [show({ part: 'jobs' }), []];
      return [view.isAlone ? watching : { ...watching, view: { kind: 'all' }, says: '' }, []];
    case 'w':
      return [show({ part: 'story' }), []];
    case 'f':
      return [show({ part: 'log', log: [] }), [{ kind: 'follow', commit }]];
    default:
      return [watching, wishes(key, commit)];
  }
}

/** Lines of a log that a screen remembers; `trivet log` has them all. */
const logLinesMost = 5_000;

/** More of the log that is looked at has come. */
export function logged(watching: Watching, lines: readonly string[]): Watching {
  const { view } = watching;
  if (view.kind === 'all') return watching;
  return { ...watching, view: { ...view, log: [...view.log, ...lines].slice(-logLinesMost) } };
}
