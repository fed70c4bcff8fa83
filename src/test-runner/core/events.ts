/**
 * Owns the words that the runner's core and its shell exchange: events go in, effects come out.
 * Never holds a value of its own.
 */

import type { OfferBody } from '../../protocol/bodies.js';
import type { Commit, LogId, RunId } from '../../protocol/ids.js';
import type { Assignment, Handback, Report } from '../../protocol/job-bodies.js';
import type { SessionMessage } from '../../protocol/messages.js';

/** A run as it was given to us. Classic ones have an id of our own, unknown to the dispatcher. */
export interface Run {
  readonly id: RunId;
  readonly commit: Commit;
  readonly assignment: Assignment;
  readonly classic: boolean;
}

/** An ended run, its log and report on disk, whose result nobody has acknowledged yet. */
export interface KeptRun {
  readonly run: Run;
  readonly report: Report;
}

/** How a run left its slot: with a report, or so that another runner must have it. */
export type Ending =
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'handback'; readonly handback: Handback }
  /** The same, and no other run will fare better here. */
  | { readonly kind: 'unfit'; readonly handback: Handback };

/** Why a suite is ended before its time. */
export type Because = 'cancelled' | 'revoked' | 'aborted';

export type Event =
  /** We are about to say `hello`, with what is offered now. */
  | { readonly kind: 'introducing' }
  /** `takesOffers`: it can be told within the session that something else is offered. */
  | { readonly kind: 'session'; readonly takesOffers: boolean }
  | { readonly kind: 'classic' }
  | { readonly kind: 'away'; readonly reason: string; readonly refused: boolean }
  | { readonly kind: 'message'; readonly message: SessionMessage }
  /** A classic dispatcher, on our own port. */
  | { readonly kind: 'pinged' }
  | { readonly kind: 'asked-to-run'; readonly commit: Commit }
  | { readonly kind: 'ended'; readonly run: Run; readonly ending: Ending }
  /** All logs of an ended run have been sent over this session. */
  | { readonly kind: 'shipped'; readonly run: RunId }
  /** A log of an ended run is not on disk any more. */
  | { readonly kind: 'log-lost'; readonly run: RunId }
  /** A classic dispatcher answered `OK` to the result, or it did not. */
  | { readonly kind: 'delivered'; readonly run: RunId; readonly taken: boolean }
  | { readonly kind: 'registered'; readonly taken: boolean }
  | { readonly kind: 'tick' }
  /** From now on that is offered. */
  | { readonly kind: 'offers'; readonly offer: OfferBody }
  /** These results were in slots that are ours since a moment. */
  | { readonly kind: 'found'; readonly kept: readonly KeptRun[] }
  | { readonly kind: 'drain' }
  | { readonly kind: 'abort' };

/** The event of that kind. */
export type EventOf<Kind extends Event['kind']> = Extract<Event, { kind: Kind }>;

/** The exit code's name. */
export type Exit = 'fine' | 'usage';

export type Effect =
  | { readonly kind: 'start'; readonly slot: number; readonly run: Run }
  | { readonly kind: 'end'; readonly run: Run; readonly because: Because }
  | { readonly kind: 'send'; readonly message: SessionMessage }
  /** Send that log from that offset, as it grows, to its end; with a run's own those of its steps. */
  | {
      readonly kind: 'ship';
      readonly log: LogId;
      readonly offset: number;
      /** Null while the run goes on. */
      readonly report: Report | null;
    }
  | { readonly kind: 'forget'; readonly run: Run }
  | { readonly kind: 'register' }
  | { readonly kind: 'deliver'; readonly run: Run; readonly report: Report }
  | { readonly kind: 'answer'; readonly word: 'OK' | 'BUSY' | 'Invalid command' }
  /** Leave the session, and come back with another `hello`. */
  | { readonly kind: 'introduce' }
  | { readonly kind: 'leave'; readonly exit: Exit };
