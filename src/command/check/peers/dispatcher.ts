/**
 * Owns the dispatcher that we play towards runners and observers: what it answers where a stage says
 * nothing else, and its heartbeat in sessions.
 */

import type { Request } from '../../../protocol/messages.js';
import { Complaint } from '../complaint.js';
import type { Dialect, Setting } from '../stage.js';
import { opensSession, Port, type Reply } from './port.js';

/** So often we ping in a session: half the real time, as nobody likes to wait for silence. */
export const heartbeatEveryMs = 500;

export interface PlayedDispatcher {
  readonly port: Port;
  /** Whether we say anything by ourselves in sessions. */
  setPinging(isPinging: boolean): void;
}

/** It listens, until the stage ends. */
export async function playDispatcher({
  scene,
  dialect,
  atEnd,
}: Setting): Promise<PlayedDispatcher> {
  const port = new Port(scene, (request) => usual(request, dialect));
  await port.open();
  let isPinging = true;
  const heart = setInterval(() => {
    if (!isPinging) return;
    for (const session of port.sessions) session.say({ verb: 'ping' });
  }, heartbeatEveryMs);
  atEnd(() => {
    clearInterval(heart);
    port.close();
  });
  const setPinging = (is: boolean) => {
    isPinging = is;
  };
  return { port, setPinging };
}

/** As if a machine had lost its power: nothing is closed, nothing is said, until it dials anew. */
export async function isSilentUntilDialled(
  { port, setPinging }: PlayedDispatcher,
  { scene }: Setting,
): Promise<void> {
  setPinging(false);
  for (const session of port.sessions) session.fallSilent();
  const why = () =>
    new Complaint(
      `expected a new connection, for nothing came on the old one for many times ${heartbeatEveryMs} ms, but none came`,
      'welcome says in "heartbeatEveryMs" how often something is to be heard.',
    );
  await scene.until({ expects: 'a new connection', why }, () => port.sessions.length > 1);
  setPinging(true);
}

/** What a dispatcher of that dialect answers. */
export function usual(request: Request, dialect: Dialect): Reply {
  if (request.verb !== 'hello') return 'OK';
  return dialect === 'session' ? opensSession : 'Invalid command';
}
