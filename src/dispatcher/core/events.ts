/**
 * Owns what goes into the dispatcher's core and what comes out: its whole contact with the world.
 */

import type { Address } from '../../protocol/address.js';
import type { Answer } from '../../protocol/answer.js';
import type { Hello, OfferBody } from '../../protocol/bodies.js';
import type { Commit, LogId, Pausable, RunId, SessionId } from '../../protocol/ids.js';
import type { Handback, HandoverBody, Report } from '../../protocol/job-bodies.js';
import type { Request, SessionMessage } from '../../protocol/messages.js';
import type { TestReport } from '../../protocol/tests.js';
import type { Entry, JobId } from './journal.js';
import type { PeerKey } from './peers.js';
import type { Settings } from './settings.js';

/** A one-shot connection that waits for its reply. */
export type RequestId = number;

/** A run that a runner says it holds, with what the store knows of it. */
export interface HeldRun {
  readonly run: RunId;
  readonly commit: Commit;
  /** How much of its log is stored here, and of its steps' logs. */
  readonly logged: readonly { readonly log: LogId; readonly bytes: number }[];
  /** Of one whose job memory has forgotten: whether its result is on disk. */
  readonly inStore: boolean;
}

/** Histories of finished jobs that an event speaks of, which memory has forgotten. */
export type Histories = readonly (readonly Entry[])[];

export type Event =
  | {
      readonly kind: 'joined';
      readonly session: SessionId;
      readonly hello: Hello;
      readonly held: readonly HeldRun[];
      /** How many commits that an observer handed over are not in our memory, as far as it asks. */
      readonly lacks: number;
    }
  | { readonly kind: 'heard'; readonly session: SessionId }
  | { readonly kind: 'pong'; readonly session: SessionId }
  | { readonly kind: 'left'; readonly session: SessionId; readonly reason: string }
  | { readonly kind: 'draining'; readonly session: SessionId }
  /** A runner offers something else than before. */
  | { readonly kind: 'offer'; readonly session: SessionId; readonly offer: OfferBody }
  | {
      readonly kind: 'dispatch';
      readonly from: { readonly session: SessionId } | { readonly request: RequestId };
      readonly commit: Commit;
      readonly description: HandoverBody;
      readonly histories: Histories;
      /** Where the store has seen its branch last; null: nowhere. Absent: that was not looked up. */
      readonly newest?: Commit | null;
    }
  | {
      readonly kind: 'results';
      readonly session: SessionId;
      readonly run: RunId;
      readonly report: Report;
      readonly inStore: boolean;
    }
  | {
      readonly kind: 'handback';
      readonly session: SessionId;
      readonly run: RunId;
      readonly handback: Handback;
    }
  | {
      readonly kind: 'registered';
      readonly request: RequestId;
      readonly address: Address;
      /** The host that the connection came from. */
      readonly remoteHost: string;
    }
  /** A classic runner answered `ping` or `runtest`, or did not. */
  | {
      readonly kind: 'answered';
      readonly runner: PeerKey;
      /** Of those at that address, the one that was asked. */
      readonly registration: number;
      readonly asked: { readonly verb: 'ping' } | { readonly verb: 'runtest'; readonly run: RunId };
      readonly answer: Answer;
    }
  | {
      readonly kind: 'classic-results';
      readonly request: RequestId;
      readonly commit: Commit;
      /** As `classicRunOf` named it when the body had arrived; its log is stored, and this result is it. */
      readonly run: RunId | null;
      readonly report: Report;
    }
  | {
      readonly kind: 'cancel' | 'rerun';
      readonly request: RequestId;
      readonly commit: Commit;
      /** Only that one of its jobs; null: all. */
      readonly job: string | null;
      readonly histories: Histories;
    }
  /** Of all repositories, if none is named. */
  | {
      readonly kind: 'cancel-branch';
      readonly request: RequestId;
      readonly repository: string | null;
      readonly branch: string;
    }
  /** Only those of that repository; absent, or where nobody watches it: all. */
  | { readonly kind: 'poll'; readonly request: RequestId; readonly repository?: string }
  | {
      readonly kind: 'pause';
      readonly request: RequestId;
      readonly what: Pausable;
      /** False: no longer. */
      readonly isPaused: boolean;
    }
  /** What the owner says of repositories is this from now on. */
  | { readonly kind: 'settings'; readonly settings: Settings }
  /** Time passes: one a beat, a quarter of the heartbeat. All decided before `settledAtMs` is on disk. */
  | { readonly kind: 'beat'; readonly settledAtMs: number }
  /** The process, or its machine, stood still for so long since the event before. */
  | { readonly kind: 'stalled'; readonly forMs: number }
  /** No further leases: the dispatcher is asked to stop. */
  | { readonly kind: 'drain' };

/** The event, or the events, of that kind. */
export type EventOf<Kind extends Event['kind']> = Extract<Event, { kind: Kind }>;

/** What a request came to; the words are the shell's (see replies.ts). */
export type Reply =
  /** It is on disk, as classic peers want it acknowledged. */
  | { readonly kind: 'accepted' }
  /** What a person asked for is done, or is under way. */
  | { readonly kind: 'done' }
  | { readonly kind: 'unknown-commit' }
  | { readonly kind: 'unknown-job'; readonly name: string; readonly names: readonly string[] }
  | { readonly kind: 'already-finished' }
  | { readonly kind: 'not-finished' }
  | { readonly kind: 'nothing-on-branch'; readonly branch: string }
  | {
      readonly kind: 'ambiguous-branch';
      readonly branch: string;
      readonly repositories: readonly string[];
    }
  | { readonly kind: 'no-observer' }
  | { readonly kind: 'not-paused'; readonly what: Pausable }
  | { readonly kind: 'too-many-pauses'; readonly most: number }
  | { readonly kind: 'no-run-waits' }
  | { readonly kind: 'too-many-classic-runners'; readonly most: number };

/** What is to leave the dispatcher once the entries of the same turn are on disk. */
export type Send =
  | { readonly kind: 'send'; readonly session: SessionId; readonly message: SessionMessage }
  | { readonly kind: 'hang-up'; readonly session: SessionId; readonly says: string }
  | { readonly kind: 'reply'; readonly request: RequestId; readonly reply: Reply }
  /** Over a connection of its own: a classic runner is dialled for each request. */
  | {
      readonly kind: 'ask';
      readonly runner: PeerKey;
      readonly registration: number;
      readonly address: Address;
      readonly request: Extract<Request, { verb: 'ping' | 'runtest' }>;
      /** Of a `runtest`. */
      readonly run: RunId | null;
    };

/** What is told besides the entries: who comes and goes, and what is odd. */
export type Notice =
  | {
      readonly kind: 'joined';
      readonly role: Hello['role'];
      readonly name: string;
      readonly repository: string | null;
      /** Of a runner: the other repositories that it tests. */
      readonly others?: readonly string[];
      /** Of a runner: it tests whatever it is asked to. */
      readonly anyRepository?: boolean;
      readonly classic: boolean;
    }
  | {
      readonly kind: 'left';
      readonly role: Hello['role'];
      readonly name: string;
      readonly reason: string;
      /** Runs that the runner had in hand. */
      readonly runs: number;
    }
  | { readonly kind: 'offers'; readonly name: string; readonly offer: OfferBody }
  /** An observer handed over what is not in our memory, and is to do so again. */
  | { readonly kind: 'lacking'; readonly name: string }
  /** Jobs of that repository wait, and no runner tests it; what they test instead. */
  | { readonly kind: 'untested'; readonly repository: string; readonly tested: readonly string[] }
  /** Runners of a repository of which nothing comes; what is watched instead. */
  | {
      readonly kind: 'unwanted';
      readonly repository: string;
      readonly runners: number;
      readonly watched: readonly string[];
    }
  /** Nothing new is leased there, or it is again. */
  | { readonly kind: 'paused'; readonly what: Pausable }
  | { readonly kind: 'unpaused'; readonly what: Pausable }
  | { readonly kind: 'registered'; readonly address: Address }
  | { readonly kind: 'forgotten'; readonly address: Address }
  | { readonly kind: 'stalled'; readonly forMs: number }
  | { readonly kind: 'known'; readonly job: JobId; readonly commit: Commit }
  | { readonly kind: 'late'; readonly run: RunId; readonly commit: Commit };

/** What the tests of a run came to, for questions about the past. */
export interface Tested {
  readonly job: JobId;
  readonly run: RunId;
  readonly atMs: number;
  readonly tests: TestReport;
}

/**
 * What the core asks for, in the order of the list: first entries, addresses, pauses and tests, to be
 * made durable together, then what leaves, then what is told.
 */
export type Effect =
  | { readonly kind: 'append'; readonly entry: Entry }
  /** Too large for the journal, and as durable as the entry of the same turn that tells of it. */
  | { readonly kind: 'tested'; readonly tested: Tested }
  /** The address of a classic runner is to outlive us, or no longer: as durable as an entry. */
  | { readonly kind: 'register'; readonly address: Address; readonly isKept: boolean }
  /** That is to be paused after a restart of ours as well, or no longer. */
  | { readonly kind: 'pause'; readonly what: Pausable; readonly isKept: boolean }
  | Send
  | { readonly kind: 'publish'; readonly notice: Notice };
