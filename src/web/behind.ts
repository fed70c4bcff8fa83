/**
 * Owns what the page is a view of: the dispatcher, as far as those who watch and ask may see it.
 * Never lets the page reach further in.
 */

import type { Feed } from '../dispatcher/feed/feed.js';
import type { Spectators } from '../dispatcher/feed/spectators.js';
import type { Tap } from '../dispatcher/feed/tap.js';
import type { Commit, LogId, Pausable } from '../protocol/ids.js';
import type { Question } from '../protocol/questions.js';
import type { Recording } from '../record/recording.js';
import type { Clock } from '../world/clock.js';
import type { Token } from '../world/token.js';

/** What a person may want done. */
export type Wanted =
  | { readonly verb: 'rerun'; readonly commit: Commit; readonly job: string | null }
  | {
      readonly verb: 'cancel';
      readonly meant: { readonly commit: Commit; readonly job: string | null };
    }
  | { readonly verb: 'pause' | 'resume'; readonly what: Pausable }
  /** Absent, or where nobody watches that one: all repositories. */
  | { readonly verb: 'poll'; readonly repository?: string };

/** What became of it, once that is on disk; as a sentence where it was not done. */
export interface Outcome {
  readonly isDone: boolean;
  readonly says: string;
}

/** Where a log is, and whether its run is over. */
export interface LogAt {
  readonly path: string;
  readonly isOver: boolean;
}

export interface Behind {
  readonly clock: Clock;
  /** A document, or `{error}`. Rejects where the past cannot be read now. */
  readonly answer: (question: Question) => Promise<object>;
  readonly spectators: Pick<Spectators, 'admit'>;
  /** The last entry that was published. */
  readonly lastSeq: () => number;
  readonly follow: Feed['follow'];
  /** Null: there is no such run, or it is no longer kept. Rejects where the past cannot be read now. */
  readonly findLog: (log: LogId) => Promise<LogAt | null>;
  readonly vitals: {
    readonly now: () => Vitals;
    /** Jobs that wait for a runner, each since when. All of them: not to be asked often. */
    readonly waiting: () => readonly { readonly job: number; readonly sinceMs: number }[];
    /** Why no commit can be taken now; null: it can. */
    readonly unready: () => string | null;
  };
  /** What crosses the wire. */
  readonly recording: Recording;
  readonly want: (wanted: Wanted, remoteHost: string) => Promise<Outcome>;
}

/** What can be counted at any moment. */
export interface Vitals {
  readonly jobs: { readonly running: number; readonly waiting: number; readonly blocked: number };
  /** Offline: paused or leaving, with nothing in hand, or a classic one that does not answer. */
  readonly runners: {
    readonly available: number;
    readonly busy: number;
    readonly offline: number;
  };
  /** For how long nothing was heard of the runner that is silent longest. */
  readonly silentMs: number;
  /** Messages that crossed the wire since the start. */
  readonly messages: Tap['counted'];
}

export interface WebOptions {
  /** Null: everyone on this machine may read and act. */
  readonly token: Token | null;
  /** Whether whoever has no token may read. */
  readonly isOpenToRead: boolean;
  /** Names under which the port is known besides localhost and this machine's own. */
  readonly hosts: readonly string[];
  /** What forges sign their webhooks with; null: none are taken. */
  readonly hooksSecret: Token | null;
}
