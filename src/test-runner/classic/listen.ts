/**
 * Owns finding a port to listen on: the one that was asked for, or the first free of the
 * documented range, one after the other (A18). Port 0 leaves the choice to the system.
 */

import { UsageError } from '../../world/exit.js';
import type { Connection, ConnectionHandler, Listener, Network } from '../../world/network.js';

/** The ancestor's range, which people's firewalls may know. */
export const portFirst = 8_900;
export const portLast = 8_999;

/**
 * Listens on that port; null means the first free one of the range. Rejects with a `UsageError`
 * where it is in use, or the host is none of this machine's.
 */
export async function listen(
  network: Network,
  host: string,
  port: number | null,
  accept: (connection: Connection) => ConnectionHandler,
): Promise<Listener> {
  if (port !== null) {
    const listener = await tryPort(port);
    if (listener !== null) return listener;
    throw new UsageError(`Port ${port} is in use: leave --port out to take the first free one.`);
  }
  for (let next = portFirst; next <= portLast; next += 1) {
    const listener = await tryPort(next);
    if (listener !== null) return listener;
  }
  throw new UsageError(`Ports ${portFirst} to ${portLast} are all in use: name one with --port.`);

  async function tryPort(candidate: number): Promise<Listener | null> {
    try {
      return await network.listen({ host, port: candidate }, accept);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EADDRINUSE') return null;
      throw new UsageError(`Cannot listen on ${host}:${candidate} (${message}): check --host.`);
    }
  }
}
