/**
 * Owns the form of a row in the tables of verbs: what a field, a body and a speaker can be.
 * Never names a verb.
 */

import type { z } from 'zod';
import type { Abbreviation, Commit, LogId, NamedJobs, Pausable, RunId } from './ids.js';

/** What a field becomes once it has been read. */
export interface FieldTypes {
  readonly commit: Commit;
  /** A commit, whole or by its beginning. Only a newline ends a beginning. */
  readonly revision: Commit | Abbreviation;
  readonly run: RunId;
  /** A run's own log, or a step's: `<run>.<number of the step>`. */
  readonly log: LogId;
  /** A name or an address. Alone in that it may hold colons (IPv6): it takes what others leave. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** A position in a log, in bytes from its start. */
  readonly offset: number;
  /** The number of an entry in the journal; 0 is before the first. */
  readonly sequence: number;
  /** Where it is there: one job of the commit before it. It and what follows are ended by a newline only. */
  readonly 'job?': string | null;
  /** From 1, where it is there. */
  readonly 'number?': number | null;
  /** The number of a record of the wire, where it is there; 0 is before the first. */
  readonly 'record?': number | null;
  /**
   * Whose jobs: a commit's, or `<commit>:<job>`, `<branch>`, `<repository>:<branch>`, with the colons
   * that other fields leave. Only a newline ends a branch: half of one is another one.
   */
  readonly jobs: Commit | NamedJobs;
  /** `all`, `repository:<name>` or `runner:<name>`, with the colons that the name has. */
  readonly pausable: Pausable;
  /** Printable, without spaces and colons. Only a newline ends it: half a secret is a wrong one. */
  readonly secret: string;
}

export type Body = { readonly kind: 'none' } | BodyThatFollows;

/**
 * What follows the header. `bytes`: exactly as many as announced. `characters`: at least as many
 * as announced, counted as Python 3 counts them, until the peer is quiet. A schema: JSON.
 */
export type BodyThatFollows =
  | { readonly kind: 'bytes'; readonly bytesMax: number }
  | { readonly kind: 'characters'; readonly bytesMax: number }
  | { readonly kind: 'json'; readonly bytesMax: number; readonly schema: z.ZodType };

type Who = 'anyone' | 'observer' | 'runner' | 'spectator' | 'dispatcher';

export interface Row {
  readonly fields: Readonly<Record<string, keyof FieldTypes>>;
  readonly body: Body;
  readonly from: Who;
  readonly to: Who;
  /** What it means and what comes back, for `help` and the docs. */
  readonly says: string;
  /** A pause does not end it: what comes after might name less than what has come so far. */
  readonly needsEnter?: true;
}
