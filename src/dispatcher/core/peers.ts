/**
 * Owns what is known of those who are there: runners, observers and spectators. Never changes it; the pool
 * does (pool.ts).
 */

import type { Address } from '../../protocol/address.js';
import type { RunId, SessionId } from '../../protocol/ids.js';
import type { Offer } from './shape.js';

/** A session's id, or `classic <host>:<port>`. */
export type PeerKey = string;

interface PeerCommon {
  readonly key: PeerKey;
  /** As it calls itself; with a number where another process is called so: `ada-2`. */
  readonly name: string;
  /** Absent where it does not say. */
  readonly process?: string | undefined;
  /** Of a runner of several: the first; what it takes stands in its offer. */
  readonly repository: string | null;
  /** Its own beat among those between two pings, so that the pings of a thousand are spread out. */
  readonly phase: number;
  /** When anything was heard last, and since when it is in doubt whether it is there; see heartbeats.ts. */
  heardAtBeat: number;
  doubtedAtBeat: number | null;
  pingsSent: number;
  /** They come in the order of the pings: the n-th answers the n-th. */
  pongsHeard: number;
}

/** A classic runner is dialled, each time anew. */
export interface ByAddress {
  readonly kind: 'classic';
  readonly address: Address;
  /** A number of its own: what comes of a dial counts only for whoever was there then. */
  readonly registration: number;
}

export interface Runner extends PeerCommon {
  readonly role: 'runner';
  readonly via: { readonly kind: 'session'; readonly session: SessionId } | ByAddress;
  offer: Offer;
  capacity: number;
  /** It is content with fewer pings while it has no runs. */
  readonly rests: boolean;
  readonly runs: Set<RunId>;
  /** Of these, those that it has not shown to have yet, each with the pong that will show it. */
  readonly unconfirmed: Map<RunId, number>;
  draining: boolean;
  /** Somebody wants it to be given nothing new. */
  paused: boolean;
  /** Given nothing before that: it said BUSY, or handed a run back. 0: nothing holds it off. */
  backsOffUntilMs: number;
  /** How often it did so in a row. */
  refusals: number;
  /** Classic only: how often it was looked for since it went away. Null: it is here. */
  reconnects: number | null;
}

/** One that holds no runs. */
interface Onlooker<Role> extends PeerCommon {
  readonly role: Role;
  readonly session: SessionId;
}

export type Observer = Onlooker<'observer'>;

/** It watches, and asks for nothing. */
export type Spectator = Onlooker<'spectator'>;

export type Peer = Runner | Observer | Spectator;
