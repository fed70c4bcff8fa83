/**
 * Owns the words that the core and its shell exchange: events go in, effects come out.
 * Never holds a value of its own. Notices are facts; `story.ts` has the sentences for them.
 */

import type { Commit } from '../../protocol/ids.js';
import type { Handover } from './handover-queue.js';
import type { Broken, Known, Listed, Poll, RevList, Tip } from './news.js';

export type Event =
  /** The time has come that an effect asked to be woken at. */
  | { readonly kind: 'due' }
  /** Somebody says that there is something to see: a file changed, or the dispatcher said poll. */
  | { readonly kind: 'hint' }
  | ({ readonly kind: 'polled' } & Poll)
  | { readonly kind: 'listed'; readonly found: Listed }
  | { readonly kind: 'failed'; readonly reason: string }
  /**
   * The dispatcher that is there now, before its session begins, does not know of these, which it
   * or another had accepted. New: it knows of nothing of the repository.
   */
  | { readonly kind: 'forgotten'; readonly commits: readonly Commit[]; readonly isNew: boolean }
  | { readonly kind: 'session' }
  | { readonly kind: 'classic' }
  | { readonly kind: 'away'; readonly reason: string; readonly refused: boolean }
  | { readonly kind: 'accepted'; readonly commit: Commit }
  /** A classic dispatcher did not take the commit, or did not answer. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Polls are that far apart from now on. */
  | { readonly kind: 'interval'; readonly intervalMs: number }
  | { readonly kind: 'drain' };

/** The event of that kind. */
export type EventOf<Kind extends Event['kind']> = Extract<Event, { kind: Kind }>;

/** What is worth telling. */
export type Notice =
  /** A branch is seen for the first time, or stands elsewhere: `count` commits are to be told. */
  | { readonly kind: 'found'; readonly tip: Tip; readonly first: boolean; readonly count: number }
  | { readonly kind: 'cut-short'; readonly tip: Tip }
  | { readonly kind: 'gone'; readonly branch: string }
  /** Its commits cannot be read; the other branches go on. */
  | ({ readonly kind: 'broken' } & Broken)
  /** The branches' places are known from now on; nothing was handed over. */
  | { readonly kind: 'recorded'; readonly branches: number }
  /** There is no branch with a commit yet. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'poll-failed'; readonly reason: string }
  | { readonly kind: 'polls-again' }
  | ({ readonly kind: 'handed-over' } & Handover)
  | { readonly kind: 'connected'; readonly classic: boolean }
  | EventOf<'forgotten'>
  | { readonly kind: 'away'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'draining'; readonly outstanding: number };

/** The exit code's name. */
export type Exit = 'fine' | 'usage' | 'aborted';

/**
 * To be performed in the order in which a turn lists them, but that positions are saved at the end of
 * a turn of the loop: one that is lost costs a repeated hand-over.
 */
export type Effect =
  /** To be written to disk, soon: it is a view, and may know more when it is written. */
  | { readonly kind: 'save'; readonly known: Known }
  | { readonly kind: 'send'; readonly handover: Handover }
  | { readonly kind: 'publish'; readonly notice: Notice }
  /** Poll the branches, then say `polled` or `failed`. */
  | { readonly kind: 'poll' }
  /** Take this rev-list, then say `listed`. */
  | { readonly kind: 'rev-list'; readonly revList: RevList }
  /** When to say `due`, and not before; null where only the world can wake us. */
  | { readonly kind: 'wake'; readonly atMs: number | null }
  /** Nothing is left to be done, or nothing can be. */
  | { readonly kind: 'exit'; readonly exit: Exit };
