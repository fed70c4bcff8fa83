/**
 * Owns how a command asks the dispatcher: where it is, what it wants to see, and one request over a
 * connection of its own, as a person would type it.
 */

import { ask } from '../link/ask.js';
import { type Address, formatAddress } from '../protocol/address.js';
import type { Answer } from '../protocol/answer.js';
import type { Request } from '../protocol/messages.js';
import { realClock } from '../world/clock.js';
import { clientFlags, tokenFile } from '../world/command-line.js';
import { clientCredentials } from '../world/credentials.js';
import { UsageError } from '../world/exit.js';
import { clientNetwork } from '../world/tls.js';
import { readToken } from '../world/token.js';

/** The flags of every command that asks. */
export const dispatcherFlags = {
  'dispatcher-server': clientFlags['dispatcher-server'],
  'token-file': tokenFile,
  'tls-ca': clientFlags['tls-ca'],
  'tls-cert': clientFlags['tls-cert'],
  'tls-key': clientFlags['tls-key'],
} as const;

/** The same, read. */
export interface Dispatcher {
  readonly 'dispatcher-server': Address;
  readonly 'token-file'?: string;
  readonly 'tls-ca'?: string;
  readonly 'tls-cert'?: string;
  readonly 'tls-key'?: string;
}

/** As long as somebody waits at a terminal: a disk may be slow. */
const answerWithinMs = 30_000;

/** What the dispatcher answers. Throws `UsageError` where it does not. */
export function askDispatcher(read: Dispatcher, request: Request): Promise<string> {
  const address = read['dispatcher-server'];
  const token = readToken(read['token-file']);
  const network = clientNetwork(clientCredentials(read)?.current ?? null);
  return new Promise((resolve, reject) => {
    const take = (answer: Answer) => {
      if (answer.kind === 'reply') resolve(answer.text);
      else reject(new UsageError(whyNoAnswer(address, answer)));
    };
    ask({ clock: realClock, network }, address, request, answerWithinMs, take, token);
  });
}

function whyNoAnswer(
  address: Address,
  { kind, reason }: Exclude<Answer, { kind: 'reply' }>,
): string {
  const who = `The dispatcher at ${formatAddress(address)}`;
  return kind === 'unreached'
    ? `${who} cannot be reached (${reason}): start it, or name it with --dispatcher-server.`
    : `${who} ${reason}: whether it has done what was asked is not known.`;
}
