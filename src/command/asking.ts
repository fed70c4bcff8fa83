/**
 * Owns how a command asks the dispatcher: where it is, what it wants to see, and one request over a
 * connection of its own, as a person would type it.
 */

import type { z } from 'zod';
import { type Fault, type Listening, listen } from '../link/listen.js';
import { type Address, formatAddress } from '../protocol/address.js';
import { refusal } from '../protocol/documents.js';
import type { Request } from '../protocol/messages.js';
import type { Question } from '../protocol/questions.js';
import { realClock } from '../world/clock.js';
import { clientFlags, tokenFile } from '../world/command-line.js';
import { clientCredentials } from '../world/credentials.js';
import { UsageError } from '../world/exit.js';
import { parseJson } from '../world/files.js';
import { harmless } from '../world/harmless.js';
import type { Network } from '../world/network.js';
import { clientNetwork } from '../world/tls.js';
import { readToken, type Token } from '../world/token.js';

/** The flags of every command that asks. */
export const dispatcherFlags = {
  'dispatcher-server': clientFlags['dispatcher-server'],
  'token-file': tokenFile,
  'tls-ca': clientFlags['tls-ca'],
  'tls-cert': clientFlags['tls-cert'],
  'tls-key': clientFlags['tls-key'],
} as const;

/** The same, read. */
export interface DispatcherRead {
  readonly 'dispatcher-server': Address;
  readonly 'token-file'?: string;
  readonly 'tls-ca'?: string;
  readonly 'tls-cert'?: string;
  readonly 'tls-key'?: string;
}

/** As long as somebody waits at a terminal: a disk may be slow. */
const answerWithinMs = 30_000;

/** Far more than any reply but a log has: a dispatcher gone wild. */
const replyBytesMax = 64 * 1_024 * 1_024;

/** Of an answer that is not understood. */
const shownMost = 300;

/** The dispatcher, as a command speaks to it. */
export class Dispatcher {
  readonly address: Address;
  readonly network: Network;
  readonly token: Token | null;
  /** Where its pages lie: it answers browsers on the port on which it speaks with everybody. */
  readonly site: string;

  /** `at`: where the page lies whose address was pasted. Throws `UsageError`. */
  constructor(read: DispatcherRead, at: Address | null = null) {
    this.token = readToken(read['token-file']);
    this.network = clientNetwork(clientCredentials(read)?.current ?? null);
    this.address = addressFor(read['dispatcher-server'], at, this.token !== null);
    const scheme = read['tls-ca'] === undefined ? 'http' : 'https';
    this.site = `${scheme}://${formatAddress(this.address)}`;
  }

  /** The whole of what it answers. Throws `UsageError` where it does not. */
  async ask(request: Request): Promise<string> {
    const pieces: Buffer[] = [];
    let length = 0;
    const heard = (bytes: Buffer) => {
      length += bytes.length;
      if (length <= replyBytesMax) pieces.push(bytes);
    };
    await this.#listen(request, { isPatient: false }, heard);
    if (length <= replyBytesMax) return Buffer.concat(pieces).toString('utf8');
    throw new UsageError(`The dispatcher at ${formatAddress(this.address)} answers without end.`);
  }

  /** The document that answers the question. Throws `UsageError` where there is none. */
  async document<Schema extends z.ZodType>(
    question: Question,
    schema: Schema,
  ): Promise<z.infer<Schema>> {
    const said = await this.ask({ verb: 'ask', body: question });
    const json = parseJson(said);
    const parsed = schema.safeParse(json);
    if (parsed.success) return parsed.data;
    const refused = refusal.safeParse(json);
    if (refused.success) throw new UsageError(harmless(refused.data.error));
    const who = `The dispatcher at ${formatAddress(this.address)}`;
    if (json !== undefined)
      throw new UsageError(`${who} is of another release: its answer means nothing here.`);
    // One that does not know the question says so.
    throw new UsageError(`${who} says: ${harmless(said.trim().slice(0, shownMost))}`);
  }

  /** Hears what it answers, whenever that begins, to the end. Throws `UsageError` where there is none. */
  listen(request: Request, heard: Heard, stop?: AbortSignal): Promise<void> {
    return this.#listen(
      request,
      { isPatient: true, ...(stop === undefined ? {} : { stop }) },
      heard,
    );
  }

  #listen(
    request: Request,
    manner: { readonly isPatient: boolean; readonly stop?: AbortSignal },
    heard: Heard,
  ): Promise<void> {
    const { address, network, token } = this;
    return new Promise((resolve, reject) => {
      const listening = listen(
        { clock: realClock, network },
        { address, request, token, withinMs: answerWithinMs, ...manner },
        {
          heard: (bytes) => heard(bytes, listening),
          ended: (fault) => {
            if (fault === null) resolve();
            else reject(new UsageError(whyNoAnswer(address, fault)));
          },
        },
      );
    });
  }
}

type Heard = (bytes: Buffer, listening: Listening) => void;

/** A page of another dispatcher is asked there; but nobody is shown a token for having a page. */
function addressFor(named: Address, at: Address | null, hasToken: boolean): Address {
  const isNamed = formatAddress(named) !== clientFlags['dispatcher-server'].default;
  if (at === null || isNamed) return named;
  if (!hasToken || formatAddress(at) === formatAddress(named)) return at;
  throw new UsageError(
    `That is a page of ${formatAddress(at)}: name it with --dispatcher-server, as it is to be shown a token.`,
  );
}

function whyNoAnswer(address: Address, { wasReached, reason }: Fault): string {
  const who = `The dispatcher at ${formatAddress(address)}`;
  return wasReached
    ? `${who} ${reason}: whether it has done what was asked is not known.`
    : `${who} cannot be reached (${reason}): start it, or name it with --dispatcher-server.`;
}
