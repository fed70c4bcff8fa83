/**
 * Owns one request whose reply is read to its end, however long that takes: a log that is followed, a
 * document. Where classic peers fall silent, ours close the connection; so silence means nothing here.
 */

import type { Address } from '../protocol/address.js';
import { encodeRequest } from '../protocol/encoder.js';
import { impossible } from '../protocol/impossible.js';
import type { Request } from '../protocol/messages.js';
import type { Token } from '../world/token.js';
import { shown, type World } from './ask.js';

export interface Question {
  readonly address: Address;
  readonly request: Request;
  readonly token: Token | null;
  /** The first of the reply must come within that time; or, where `isPatient`, the connection stand. */
  readonly withinMs: number;
  /** The reply may begin whenever it does: the log of a commit that waits. */
  readonly isPatient: boolean;
  /** Nobody wants to hear more. */
  readonly stop?: AbortSignal;
}

export interface Listener {
  /** A piece of the reply. */
  readonly heard: (bytes: Buffer) => void;
  /** Null: that was all of it. */
  readonly ended: (fault: Fault | null) => void;
}

/** Why there is no reply, or no more of it. */
export interface Fault {
  /** Otherwise the request certainly had no effect. */
  readonly wasReached: boolean;
  readonly reason: string;
}

export interface Listening {
  /** Nothing is heard until `resume`. */
  pause(): void;
  resume(): void;
}

/** Asks, and listens to the end. */
export function listen(
  { clock, network }: World,
  { address, request, token, withinMs, isPatient, stop }: Question,
  { heard, ended }: Listener,
): Listening {
  let wasReached = false;
  let hasHeard = false;
  let isOver = false;
  const over = (reason: string | null) => {
    if (isOver) return;
    isOver = true;
    cancelDeadline();
    connection.destroy();
    ended(reason === null ? null : { wasReached, reason });
  };
  const cancelDeadline = clock.after(withinMs, () => over('did not answer in time'));
  const connection = network.connect(address, (event) => {
    switch (event.kind) {
      case 'opened':
        wasReached = true;
        if (isPatient) cancelDeadline();
        if (token !== null) connection.write(shown(token));
        // Enter, as a person would press it: words are wanted, not what classic peers compare.
        connection.write(Buffer.concat([encodeRequest(request), Buffer.from('\n')]));
        break;
      case 'bytes':
        hasHeard = true;
        cancelDeadline();
        heard(event.bytes);
        break;
      case 'ended':
        // A log may be empty.
        over(hasHeard || isPatient ? null : 'closed without an answer');
        break;
      case 'closed':
        over(event.reason);
        break;
      case 'drained':
        break;
      default:
        impossible(event);
    }
  });
  stop?.addEventListener('abort', () => over(null));
  return connection;
}
