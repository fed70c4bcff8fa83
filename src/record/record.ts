/**
 * Owns the record of the wire: what is written down of each message that crosses it, and of what changed
 * because of it, as a line of JSON each (NDJSON), after a first line that says what the record is of.
 * Pure, and read by all: the dispatcher and the lab write it, the command prints it, the page draws it.
 * Invariants: `n` counts from 1 and grows by 1 as it is written; who reads may find gaps, where records were
 * missed or left out. `atUs` never falls. No line holds a secret.
 */

export const wireFormat = 'trivet-wire';
export const wireVersion = 1;

/** Of a message so much is kept as text. */
export const headBytesMax = 256;

/** Whose ears heard it: the dispatcher's own, those of proxies between all, or a simulated world's. */
export const sources = ['dispatcher', 'lab', 'simulation'] as const;

/** The first line. */
export interface WireHeader {
  readonly format: typeof wireFormat;
  readonly version: typeof wireVersion;
  readonly source: (typeof sources)[number];
  /** What it is of, for people. */
  readonly title: string;
  /** When it began (ms since 1970); simulated worlds begin at 0. */
  readonly startedAtMs: number;
}

interface Moment {
  readonly n: number;
  /** Monotonic, since the record began. */
  readonly atUs: number;
}

/** A message, when it was seen: as it left, where somebody stands between; else by the dispatcher. */
export interface WireMessage extends Moment {
  readonly kind: 'message';
  /** Processes, by the names that people know them by. */
  readonly from: string;
  readonly to: string;
  readonly connection: string;
  /**
   * As the protocol has it; `reply` for the words that answer a request, `garbage` for bytes that break the
   * grammar, and all after them.
   */
  readonly verb: string;
  readonly commit?: string;
  readonly run?: string;
  /** The whole of it, its newline included. */
  readonly bytes: number;
  /** Its beginning as text, made harmless, without secrets. */
  readonly head: string;
}

/** A message that was seen as it left came to where it was sent; only where somebody stands between. */
export interface WireArrival extends Moment {
  readonly kind: 'arrived';
  /** Its `n`. */
  readonly message: number;
}

/** It will never come there. */
export interface WireDrop extends Moment {
  readonly kind: 'dropped';
  readonly message: number;
  readonly says: string;
}

/** What the dispatcher is called in a record. */
export const dispatcher = 'dispatcher';

/** What a process is to the others; a visitor only watches, or asks. */
export const processRoles = ['dispatcher', 'runner', 'observer', 'visitor'] as const;

export type ProcessRole = (typeof processRoles)[number];

/** How a process is, as a strip along its line shows. */
export const processStates = ['idle', 'busy', 'draining', 'silent', 'frozen', 'dead'] as const;

export type ProcessState = (typeof processStates)[number];

/** What can change; who writes a record may leave out those that it cannot know. */
export const changes = [
  // Who is there.
  'started',
  'joined',
  'left',
  'silent',
  'heard',
  'draining',
  'killed',
  'frozen',
  'thawed',
  // What becomes of jobs.
  'accepted',
  'leased',
  'resumed',
  'lost',
  'requeued',
  'handed-back',
  'late',
  'verdict',
  // What befalls a connection.
  'line',
  // What must always hold.
  'law-broken',
  // What a scenario says of the moment.
  'caption',
] as const;

export interface WireChange extends Moment {
  readonly kind: 'change';
  readonly what: (typeof changes)[number];
  /** Whom it befalls. */
  readonly process: string;
  readonly role?: ProcessRole;
  /** How that process is from now on; absent: as before. */
  readonly state?: ProcessState;
  readonly commit?: string;
  readonly job?: string;
  readonly run?: string;
  /** How the job ended, or that run of it: of `verdict` only. */
  readonly verdict?: string;
  /** A sentence for people. */
  readonly says: string;
}

export type WireRecord = WireMessage | WireArrival | WireDrop | WireChange;

export const kinds = ['message', 'arrived', 'dropped', 'change'] as const;

/** Whether we know of such; a later Trivet may write of more, which is left out. */
export function isKnown({
  kind,
  what,
}: {
  readonly kind: string;
  readonly what?: string;
}): boolean {
  if (kind === 'change') return changes.some((known) => known === what);
  return kinds.some((known) => known === kind);
}

/** Told to one who reads too slowly, in the place of records that are no longer there; it has no `n`. */
export interface WireMissed {
  readonly kind: 'missed';
  /** The `n` of the first and of the last. */
  readonly from: number;
  readonly to: number;
}

export function lineOf(record: WireHeader | WireRecord | WireMissed): string {
  return `${JSON.stringify(record)}\n`;
}
