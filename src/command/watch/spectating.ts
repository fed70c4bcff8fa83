/**
 * Owns a spectator's session: who watches hears that something has happened, and is told where the
 * dispatcher is away and when it is back.
 */

import { userInfo } from 'node:os';
import { openLink } from '../../link/link.js';
import { formatAddress } from '../../protocol/address.js';
import type { Hello } from '../../protocol/bodies.js';
import { nearestName } from '../../protocol/ids.js';
import { type Cancel, realClock } from '../../world/clock.js';
import { UsageError } from '../../world/exit.js';
import { harmless } from '../../world/harmless.js';
import { ownVersion } from '../../world/version.js';
import type { Dispatcher } from '../asking.js';
import type { Happening } from './told.js';

export interface Spectator {
  readonly happened: (happening: Happening) => void;
  /** It is there, for the first time or again, or much was missed: what was shown may be old. */
  readonly arrived: (lastSeq: number) => void;
  readonly away: (reason: string) => void;
  /** It will never be: a sentence says why. */
  readonly failed: (error: UsageError) => void;
}

/** Watches from now on; answers how to stop. */
export function spectate(
  { address, network, token }: Dispatcher,
  { happened, arrived, away, failed }: Spectator,
): Cancel {
  const who = `The dispatcher at ${formatAddress(address)}`;
  let wasThere = false;
  const link = openLink(
    { clock: realClock, network },
    {
      ...{ address, token, hello },
      handle: (event) => {
        switch (event.kind) {
          case 'session':
            wasThere = true;
            arrived(event.welcome.lastSeq ?? 0);
            break;
          case 'message':
            if (event.message.verb === 'entry' || event.message.verb === 'event') {
              happened(event.message);
            } else if (event.message.verb === 'resync') arrived(event.message.seq);
            break;
          case 'classic':
            failed(new UsageError(`${who} is a classic one: it tells nobody what happens.`));
            break;
          case 'away': {
            const reason = harmless(event.reason);
            if (wasThere && !event.final) away(`${who} ${reason}: waiting for it`);
            else
              failed(
                new UsageError(`${who} ${reason}: start it, or name it with --dispatcher-server.`),
              );
            break;
          }
          case 'drained':
            break;
        }
      },
    },
  );
  return () => link.close();
}

function hello(): Hello {
  return {
    ...{ role: 'spectator', name: nearestName(userInfo().username) || 'somebody' },
    ...{
      version: ownVersion(),
      repository: null,
      labels: [],
      capacity: 1,
      knows: ['long'],
      runs: [],
    },
  };
}
