/**
 * Owns the peers of the screenshots' world: an observer and runners upon the protocol alone, that do what
 * they are told to and answer pings.
 */

import { connect, type Socket } from 'node:net';
import { type HelloToSend, hello as helloSchema } from '../../src/protocol/bodies.js';
import { sessionDecoder } from '../../src/protocol/decoder.js';
import { encodeRequest, encodeSession } from '../../src/protocol/encoder.js';
import type { SessionMessage } from '../../src/protocol/messages.js';

export interface Peer {
  say(message: SessionMessage): void;
  /** The next message with that verb. */
  hears<Verb extends SessionMessage['verb']>(
    verb: Verb,
  ): Promise<Extract<SessionMessage, { verb: Verb }>>;
  close(): void;
}

/** Resolves once it is welcome. */
export async function joined(port: number, hello: HelloToSend): Promise<Peer> {
  const decoder = sessionDecoder();
  const unheard: SessionMessage[] = [];
  let wake = () => {};
  const socket: Socket = connect({ port, host: 'localhost', noDelay: true });
  const say = (message: SessionMessage) => socket.write(encodeSession(message));
  socket.on('data', (bytes) => {
    for (const decoded of decoder.push(bytes)) {
      if (decoded.kind === 'fault') throw new Error(decoded.fault.says);
      if (decoded.message.verb === 'ping') say({ verb: 'pong' });
      else unheard.push(decoded.message);
    }
    wake();
  });
  socket.write(encodeRequest({ verb: 'hello', body: helloSchema.parse(hello) }));
  socket.write('\n');
  const peer: Peer = {
    say,
    hears: async (verb) => {
      for (;;) {
        const at = unheard.findIndex((message) => message.verb === verb);
        const [message] = at === -1 ? [] : unheard.splice(at, 1);
        if (message !== undefined) return message as Extract<SessionMessage, { verb: typeof verb }>;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    close: () => socket.destroy(),
  };
  await peer.hears('welcome');
  return peer;
}
