/**
 * Owns the way from bytes to messages, whatever pieces the bytes come in.
 * Never touches a socket or a clock: the shell tells it when the peer was quiet or closed.
 * Invariant: any cutting of the same bytes gives the same messages, and what is held is never
 * more than twice what the peer really sent (A5, A6, A7, A13).
 *
 *              +--------+  header, no body   +---------+
 *   bytes ---> | header | -----------------> | message | ---> next header
 *              +--------+                    +---------+
 *                  | header, body follows        ^
 *                  v                             | body complete
 *              +--------+                        |
 *              |  body  | -----------------------+         any fault: dead, nothing more comes
 *              +--------+
 */

import { countCharacters } from './characters.js';
import { type Fault, type Header, readHeader, type Table } from './header.js';
import { Held } from './held.js';
import type { Request, SessionMessage } from './messages.js';
import { requests, session } from './verbs.js';

/** One message, or the peer's fault. After a fault the connection can only be closed. */
export type Decoded<Message> =
  | {
      readonly kind: 'message';
      readonly message: Message;
      /** Whether a newline ended it. The ancestor's peers send none; people always do. */
      readonly terminated: boolean;
    }
  | { readonly kind: 'fault'; readonly fault: Fault };

/** Reads a connection's first message; a classic one may end by silence. */
export function requestDecoder(): Decoder<Request> {
  return new Decoder<Request>(requests);
}

/** Reads an open session; every message ends in a newline, silence means nothing. */
export function sessionDecoder(): Decoder<SessionMessage> {
  return new Decoder<SessionMessage>(session);
}

const newline = 0x0a;
const carriageReturn = 0x0d;

export class Decoder<Message> {
  readonly #table: Table;
  readonly #held = new Held();
  #body: Header | null = null;
  #dead = false;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Bytes held back because they do not make a message yet. */
  get heldBytes(): number {
    return this.#held.length;
  }

  /** All that is complete now, in order. */
  push(bytes: Uint8Array): Decoded<Message>[] {
    const all: Decoded<Message>[] = [];
    for (let next = this.first(bytes); next !== null; next = this.#next(false)) all.push(next);
    return all;
  }

  /** Adds bytes and answers only the first message; `rest` has what came after it. */
  first(bytes: Uint8Array): Decoded<Message> | null {
    if (this.#dead) return null;
    this.#held.add(bytes);
    return this.#next(false);
  }

  /** The one message that ends here because the peer fell silent, if what is held makes one. */
  quiet(): Decoded<Message> | null {
    return this.#dead ? null : this.#next(true);
  }

  /** As `quiet`, but nothing more will come: what is incomplete is a fault. */
  end(): Decoded<Message> | null {
    const last = this.quiet();
    if (last !== null || this.#dead) return last;
    if (this.#body !== null) {
      return this.#fault({ code: 'truncated', says: 'Invalid command: the body is too short\n' });
    }
    if (this.#held.length === 0) return null;
    const read = readHeader(this.#table, this.#held.view(), true);
    return read.kind === 'header' ? null : this.#fault(read.fault);
  }

  /** What came after the last message: the start of a session that followed a `hello`. */
  rest(): Buffer {
    return this.#held.take(this.#held.length);
  }

  #next(silent: boolean): Decoded<Message> | null {
    if (this.#dead) return null;
    if (this.#body !== null) return this.#finishBody(this.#body, silent);
    this.#skipBlankLines();
    if (this.#held.length === 0) return null;

    const read = readHeader(this.#table, this.#held.view(), silent);
    if (read.kind === 'fault') return this.#fault(read.fault);
    if (read.kind === 'incomplete') return null;
    this.#held.take(read.header.size);
    if (read.header.length === null) return this.#message(read.header, null);
    this.#body = read.header;
    return this.#finishBody(read.header, silent);
  }

  #finishBody(header: Header, silent: boolean): Decoded<Message> | null {
    const length = header.length ?? 0;
    const { body } = header.row;
    if (body.kind === 'none') return null;
    if (body.kind === 'characters') {
      if (this.#held.length > body.bytesMax) {
        return this.#fault({ code: 'too-long', says: 'Invalid command: the body is too long\n' });
      }
      if (!silent || countCharacters(this.#held.view()) < length) return null;
      return this.#message(header, this.#held.take(this.#held.length));
    }
    if (this.#held.length < length) return null;
    const bytes = this.#held.take(length);
    if (body.kind === 'bytes') return this.#message(header, bytes);
    const parsed = body.schema.safeParse(parseJson(bytes));
    if (parsed.success) return this.#message(header, parsed.data);
    const issue = parsed.error.issues[0];
    const where = issue?.path.join('.') || 'body';
    return this.#fault({
      code: 'malformed',
      says: `Invalid command: ${header.verb}: ${where}: ${issue?.message ?? 'not JSON'}\n`,
    });
  }

  /** Here, once, bytes become types: each part passed the check that its row in the table names. */
  #message(header: Header, body: unknown): Decoded<Message> {
    this.#body = null;
    const terminated = this.#startsWithLineEnd();
    this.#skipBlankLines();
    const parts = { verb: header.verb, ...header.fields, ...(body === null ? {} : { body }) };
    return { kind: 'message', message: parts as Message, terminated };
  }

  #fault(fault: Fault): Decoded<Message> {
    this.#dead = true;
    this.#held.take(this.#held.length);
    return { kind: 'fault', fault };
  }

  #startsWithLineEnd(): boolean {
    const first = this.#held.first();
    return first === newline || first === carriageReturn;
  }

  #skipBlankLines(): void {
    while (this.#startsWithLineEnd()) this.#held.take(1);
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // Not JSON is the peer's fault, and the schema that sees this `undefined` says so.
    return undefined;
  }
}
