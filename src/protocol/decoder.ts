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

import type { z } from 'zod';
import { countCharacters } from './characters.js';
import {
  type BodyHeader,
  type Ending,
  type Fault,
  type Header,
  type Incomplete,
  invalid,
  readHeader,
  type Table,
} from './header.js';
import { Held } from './held.js';
import type { Request, SessionMessage } from './messages.js';
import { requests, session } from './verbs.js';

/** One message, or the peer's fault. After a fault the connection can only be closed. */
export type Decoded<Message> =
  | {
      readonly kind: 'message';
      readonly message: Message;
      /** Whether a newline ended it. Classic peers send none; people always do. */
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
  #body: BodyHeader | null = null;
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
    let next = this.first(bytes);
    for (; next !== null; next = orNull(this.#next(null))) all.push(next);
    return all;
  }

  /** Adds bytes and answers only the first message; `rest` has what came after it. */
  first(bytes: Uint8Array): Decoded<Message> | null {
    if (this.#dead) return null;
    this.#held.add(bytes);
    return orNull(this.#next(null));
  }

  /** The one message that ends here because the peer fell silent, if what is held makes one. */
  quiet(): Decoded<Message> | null {
    return orNull(this.#next('silence'));
  }

  /** As `quiet`, but nothing more will come: what is incomplete is a fault. */
  end(): Decoded<Message> | null {
    const last = this.#next('close');
    return last?.kind === 'incomplete' ? this.#fault(last.fault) : last;
  }

  /** What came after the last message: the start of a session that followed a `hello`. */
  rest(): Buffer {
    return this.#held.take(this.#held.length);
  }

  /** Null where nothing is held: between two messages, and after a fault. */
  #next(ending: Ending | null): Decoded<Message> | Incomplete | null {
    if (this.#body !== null) return this.#finishBody(this.#body, ending);
    this.#skipBlankLines();
    if (this.#held.length === 0) return null;

    const read = readHeader(this.#table, this.#held.view(), ending);
    switch (read.kind) {
      case 'fault':
        return this.#fault(read.fault);
      case 'incomplete':
        return read;
      case 'line':
        this.#held.take(read.header.size);
        return this.#message(read.header, {});
      case 'body follows':
        this.#held.take(read.header.size);
        this.#body = read.header;
        return this.#finishBody(read.header, ending);
    }
  }

  #finishBody(header: BodyHeader, ending: Ending | null): Decoded<Message> | Incomplete {
    const { body, length } = header;
    if (body.kind === 'characters') {
      if (this.#held.length > body.bytesMax) return this.#fault(bodyTooLong);
      if (ending === null || countCharacters(this.#held.view()) < length) return bodyTooShort;
      return this.#message(header, { body: this.#held.take(this.#held.length) });
    }
    if (this.#held.length < length) return bodyTooShort;
    const bytes = this.#held.take(length);
    if (body.kind === 'bytes') return this.#message(header, { body: bytes });
    return this.#readJson(header, body.schema, bytes);
  }

  #readJson(header: Header, schema: z.ZodType, bytes: Buffer): Decoded<Message> {
    let json: unknown;
    try {
      json = JSON.parse(bytes.toString('utf8'));
    } catch {
      // The peer's fault: it is told so, and the connection closes.
      return this.#fault(invalid(`${header.verb}: body: not JSON`));
    }
    const parsed = schema.safeParse(json);
    if (parsed.success) return this.#message(header, { body: parsed.data });
    const issue = parsed.error.issues[0];
    const where = issue?.path.join('.') || 'body';
    return this.#fault(invalid(`${header.verb}: ${where}: ${issue?.message}`));
  }

  /** Here, once, bytes become types: each part passed the check that its row in the table names. */
  #message(header: Header, body: { readonly body?: unknown }): Decoded<Message> {
    this.#body = null;
    const terminated = this.#startsWithLineEnd();
    this.#skipBlankLines();
    const parts = { verb: header.verb, ...header.fields, ...body };
    return { kind: 'message', message: parts as Message, terminated };
  }

  #fault(fault: Fault): Decoded<Message> {
    this.#dead = true;
    this.#body = null;
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

const bodyTooShort: Incomplete = { kind: 'incomplete', fault: invalid('the body is too short') };
const bodyTooLong = invalid('the body is too long');

function orNull<Message>(next: Decoded<Message> | Incomplete | null): Decoded<Message> | null {
  return next?.kind === 'incomplete' ? null : next;
}
