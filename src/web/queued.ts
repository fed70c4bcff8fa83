/**
 * Owns the end of answers that wait behind another on their connection. node tells only the one that is
 * being sent that the connection has closed: what was opened for the others (a file, a viewer) would stay
 * for ever.
 */

import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** From now on each answer of that server is closed with its connection, whether its turn came or not. */
export function closeQueued(server: Server): void {
  const answering = new WeakMap<Socket, Set<ServerResponse>>();
  // Before the answer is begun: it may be over at once.
  server.prependListener('request', ({ socket }, response: ServerResponse) => {
    const unfinished = answering.get(socket) ?? new Set();
    if (!answering.has(socket)) {
      answering.set(socket, unfinished);
      socket.once('close', () => {
        for (const queued of unfinished) close(queued);
      });
    }
    unfinished.add(response);
    response.once('close', () => unfinished.delete(response));
  });
}

function close(response: ServerResponse): void {
  // The one that is being sent has the socket; of one that was sent node is about to tell.
  if (response.socket !== null || response.writableFinished) return;
  response.destroy();
  response.emit('close');
}
