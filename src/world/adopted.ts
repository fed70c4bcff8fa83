/**
 * Owns how one of the system's sockets becomes a connection of ours, and how it is given away where a
 * browser is at its other end.
 */

import type * as net from 'node:net';
import { whyItFailed } from './failures.js';
import { passed } from './garbage.js';
import { type Browse, isHttp } from './http-first.js';
import type { Connection, ConnectionHandler } from './network.js';

/**
 * Once its peer has ended, node no longer listens to what the system knows of a socket, a reset
 * among it: an empty write, which sends nothing, asks.
 */
const probeEveryMs = 5_000;

/** Half-open sockets to peers that lost power are found by the heartbeat; this finds the rest. */
const keepAliveAfterMs = 30_000;

/** More than that goes out at once: the system says then whether it has room for it. */
const gatheredMax = 8_192;

/**
 * Holds back what comes until it is clear who speaks: a few bytes, of which no verb of ours is made. Until
 * then it is read though its connection be paused: a browser is answered while a full disk keeps peers waiting.
 */
export function telling(
  { giveAway, heedPauses }: Adopted,
  handle: ConnectionHandler,
  browse: Browse,
): ConnectionHandler {
  let isClear = false;
  let held = Buffer.alloc(0);
  return (event) => {
    if (isClear) return handle(event);
    if (event.kind === 'bytes') {
      held = Buffer.concat([held, event.bytes]);
      const answer = isHttp(held);
      if (answer === null) return;
      isClear = true;
      if (answer) {
        handle({ kind: 'closed', reason: 'speaks HTTP' });
        const socket = giveAway(held);
        browse(socket);
        socket.resume();
      } else if (!heedPauses(held)) handle({ kind: 'bytes', bytes: held });
      return;
    }
    if (event.kind === 'ended') {
      isClear = true;
      if (held.length > 0) handle({ kind: 'bytes', bytes: held });
    }
    handle(event);
  };
}

/** A socket as a connection of ours. */
interface Adopted {
  readonly connection: Connection;
  /** Lets go of the socket: from then on it is another's, with these bytes still to be read. */
  readonly giveAway: (unread: Buffer) => net.Socket;
  /** From now on nothing is read while it is paused. True: it is, and these bytes come again after it. */
  readonly heedPauses: (unread: Buffer) => boolean;
}

export function adopt(
  socket: net.Socket,
  unreadAfterMs: number,
  handle: ConnectionHandler,
  { isClear = true } = {},
): Adopted {
  let reason = 'closed its connection';
  let pauses = 0;
  let heedsPauses = isClear;
  let probe: NodeJS.Timeout | undefined;
  socket.setKeepAlive(true, keepAliveAfterMs);
  const listeners = {
    data: (bytes: Buffer) => {
      passed(bytes.length);
      handle({ kind: 'bytes', bytes });
    },
    end: () => {
      handle({ kind: 'ended' });
      probe = setInterval(() => socket.writable && socket.write(''), probeEveryMs).unref();
    },
    drain: () => {
      socket.setTimeout(0);
      handle({ kind: 'drained' });
    },
    timeout: () => {
      reason = 'took nothing of what it was sent';
      socket.destroy();
    },
    error: (error: NodeJS.ErrnoException) => {
      reason = whyItFailed(error);
    },
    close: () => {
      clearInterval(probe);
      handle({ kind: 'closed', reason });
    },
  };
  for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener);
  const giveAway = (unread: Buffer) => {
    for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener);
    socket.pause();
    socket.unshift(unread);
    return socket;
  };
  const remoteHost = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const heedPauses = (unread: Buffer) => {
    heedsPauses = true;
    if (pauses === 0) return false;
    socket.pause();
    socket.unshift(unread);
    return true;
  };
  /** Small messages of one turn go out at its end, at once. */
  const gather = (bytes: string | Uint8Array) => {
    if (socket.writableLength + bytes.length > gatheredMax) socket.uncork();
    else if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
  };
  return { connection: connectionOver(), giveAway, heedPauses };

  function connectionOver(): Connection {
    return {
      remoteHost,
      get unsentBytes() {
        return socket.writableLength;
      },
      write: (bytes) => {
        if (socket.destroyed || !socket.writable) return false;
        passed(bytes.length);
        gather(bytes);
        const hasRoom = socket.write(bytes);
        if (!hasRoom) socket.setTimeout(unreadAfterMs);
        return hasRoom;
      },
      end: () => {
        socket.end();
      },
      destroySoon: () => {
        socket.destroySoon();
        socket.setTimeout(unreadAfterMs);
      },
      destroy: () => {
        socket.uncork();
        socket.destroy();
      },
      pause: () => {
        pauses += 1;
        if (heedsPauses) socket.pause();
      },
      resume: () => {
        pauses -= 1;
        if (pauses === 0) socket.resume();
      },
    };
  }
}
