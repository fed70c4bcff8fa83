/**
 * Owns who may speak: whoever shows the token, and, for the ancestor's peers who have none, the
 * hosts that were named. Asked once a request and once a session, before anything else happens.
 * Where there is no token everyone may speak; the port is then on loopback (see options.ts).
 */

import type { Request } from '../../protocol/messages.js';
import { type Hosts, nobody } from '../../world/hosts.js';
import type { Token } from '../../world/token.js';

/** What the ancestor's peers say to a dispatcher. */
const classicVerbs: ReadonlySet<string> = new Set([
  'status',
  'dispatch',
  'register',
  'results',
  'result',
] satisfies Request['verb'][]);

export class Door {
  readonly #token: Token | null;
  readonly #allowsClassic: Hosts;

  constructor(token: Token | null, allowsClassic: Hosts) {
    this.#token = token;
    this.#allowsClassic = allowsClassic;
  }

  /** Why that token opens nothing, as a sentence; null where it does. */
  refuses(given: string | undefined): string | null {
    if (this.#token === null) return null;
    if (given === undefined) return wanted;
    return this.#token.matches(given) ? null : 'the token is wrong';
  }

  /** The same for a request that came without a token. */
  refusesRequest(verb: Request['verb'], remoteHost: string): string | null {
    const isClassic = classicVerbs.has(verb) && this.#allowsClassic(remoteHost);
    return isClassic ? null : this.refuses(undefined);
  }
}

const wanted = 'this dispatcher wants a token: --token-file, or token:<secret> on a line before';

export const openDoor = new Door(null, nobody);
