/**
 * Owns one request and its reply, as classic peers ask: connect, say it, hear the answer, close.
 * Never retries; says instead whether the request certainly did not arrive.
 */

import type { Address } from '../protocol/address.js';
import type { Answer } from '../protocol/answer.js';
import { encodeRequest } from '../protocol/encoder.js';
import { impossible } from '../protocol/impossible.js';
import { quietAfterMs } from '../protocol/limits.js';
import type { Request } from '../protocol/messages.js';
import type { Cancel, Clock } from '../world/clock.js';
import type { Network } from '../world/network.js';
import type { Token } from '../world/token.js';

/** The longest reply that is read; classic ones are single words. */
const replyBytesMax = 65_536;

export interface World {
  readonly clock: Clock;
  readonly network: Network;
}

/**
 * Asks once. `answer` is called exactly once, within `withinMs`. `token`: what the dispatcher may want
 * to see before it answers.
 */
export function ask(
  { clock, network }: World,
  address: Address,
  request: Request,
  withinMs: number,
  answer: (answer: Answer) => void,
  token: Token | null = null,
): void {
  let opened = false;
  let text = '';
  let settled = false;
  let cancelQuiet: Cancel = () => {};

  const settle = (reason: string) => {
    if (settled) return;
    settled = true;
    cancelDeadline();
    cancelQuiet();
    connection.destroy();
    if (text !== '') answer({ kind: 'reply', text });
    else answer({ kind: opened ? 'silent' : 'unreached', reason });
  };
  const cancelDeadline = clock.after(withinMs, () => settle('did not answer in time'));

  const connection = network.connect(address, (event) => {
    switch (event.kind) {
      case 'opened':
        opened = true;
        if (token !== null) connection.write(shown(token));
        connection.write(encodeRequest(request));
        break;
      case 'bytes':
        text += event.bytes.toString('utf8');
        cancelQuiet();
        if (text.length > replyBytesMax) settle('answered without end');
        else cancelQuiet = clock.after(quietAfterMs, () => settle(''));
        break;
      case 'ended':
        settle('closed without an answer');
        break;
      case 'closed':
        settle(event.reason);
        break;
      case 'drained':
        break;
      default:
        impossible(event);
    }
  });
}

/** The token, on a line of its own: only a newline ends a secret. */
export function shown(token: Token): Buffer {
  const request = encodeRequest({ verb: 'token', secret: token.reveal() });
  return Buffer.concat([request, Buffer.from('\n')]);
}
