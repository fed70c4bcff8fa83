/**
 * Owns the words that the core and its shell exchange: events go in, one outcome comes out.
 * Never holds a value of its own. Happenings are facts; `story.ts` has the sentences for them.
 */

import type { Commit } from '../protocol/ids.js';
import type { Handover } from './handover-queue.js';
import type { Broken, Known, Listed, Poll, RevList, Tip } from './news.js';

export type Event =
  /** The time has come that an outcome asked to be woken at. */
  | { readonly type: 'due' }
  /** Somebody says that there is something to see: a file changed, or the dispatcher said poll. */
  | { readonly type: 'hint' }
  | ({ readonly type: 'polled' } & Poll)
  | { readonly type: 'listed'; readonly found: Listed }
  | { readonly type: 'failed'; readonly reason: string }
  /**
   * The dispatcher that is there now, before its session begins, does not know of these, which it
   * or another had accepted. New: it knows of nothing of the repository.
   */
  | { readonly type: 'forgotten'; readonly commits: readonly Commit[]; readonly isNew: boolean }
  | { readonly type: 'session' }
  | { readonly type: 'classic' }
  | { readonly type: 'away'; readonly reason: string; readonly refused: boolean }
  | { readonly type: 'accepted'; readonly commit: Commit }
  /** A classic dispatcher did not take the commit, or did not answer. */
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'drain' };

/** The event of that type. */
export type EventOf<Type extends Event['type']> = Extract<Event, { type: Type }>;

/** To be performed in this order. */
export interface Outcome {
  /** To be written to disk, soon: it is a view, and may know more when it is written. */
  save: Known | null;
  send: readonly Handover[];
  publish: Happening[];
  /** Poll the branches, then say `polled` or `failed`. */
  poll: boolean;
  /** Take this revList, then say `listed`. */
  revList: RevList | null;
  /** When to say `due`; null where only the world can wake us. */
  wakeAtMs: number | null;
  /** Nothing is left to be done, or nothing can be: the exit code's name. */
  exit: 'fine' | 'usage' | 'aborted' | null;
}

/** What is worth telling. */
export type Happening =
  /** A branch is seen for the first time, or stands elsewhere: `count` commits are to be told. */
  | { readonly type: 'found'; readonly tip: Tip; readonly first: boolean; readonly count: number }
  | { readonly type: 'cut-short'; readonly tip: Tip }
  | { readonly type: 'gone'; readonly branch: string }
  /** Its commits cannot be read; the other branches go on. */
  | ({ readonly type: 'broken' } & Broken)
  /** The branches' places are known from now on; nothing was handed over. */
  | { readonly type: 'recorded'; readonly branches: number }
  /** There is no branch with a commit yet. */
  | { readonly type: 'empty' }
  | { readonly type: 'poll-failed'; readonly reason: string }
  | { readonly type: 'polls-again' }
  | ({ readonly type: 'handed-over' } & Handover)
  | { readonly type: 'connected'; readonly classic: boolean }
  | EventOf<'forgotten'>
  | { readonly type: 'away'; readonly reason: string }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'draining'; readonly outstanding: number };
