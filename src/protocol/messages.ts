/**
 * Owns the types of messages that were read, made from the tables of verbs.
 * Invariant: a verb, a field or a body is named once, in its row, and typed from there.
 */

import type { z } from 'zod';
import type { Body, FieldTypes, Row } from './row.js';
import type { requests, session } from './verbs.js';

/** A connection's first message, read. */
export type Request = MessageIn<typeof requests>;

/** A message of an open session, read. */
export type SessionMessage = MessageIn<typeof session>;

type BodyOf<B extends Body> = B extends { kind: 'json'; schema: infer S extends z.ZodType }
  ? { readonly body: z.infer<S> }
  : B extends { kind: 'none' }
    ? unknown
    : { readonly body: Uint8Array };

type FieldsOf<R extends Row> = {
  readonly [F in keyof R['fields']]: FieldTypes[R['fields'][F]];
};

type MessageIn<Table extends Record<string, Row>> = {
  [V in keyof Table]: { readonly verb: V } & FieldsOf<Table[V]> & BodyOf<Table[V]['body']>;
}[keyof Table];
