/**
 * Owns who may speak: whoever shows the token, and, for classic peers who have none, the
 * hosts that were named. Asked once a request and once a session, before anything else happens.
 * Where there is no token everyone may speak; the port is then on loopback (see options.ts).
 */

import { encodeSession } from '../../protocol/encoder.js';
import type { Request } from '../../protocol/messages.js';
import { type Hosts, nobody } from '../../world/hosts.js';
import type { Tell } from '../../world/story.js';
import type { Token } from '../../world/token.js';

/** What classic peers say to a dispatcher. */
const classicVerbs: ReadonlySet<string> = new Set([
  'status',
  'dispatch',
  'register',
  'results',
  'result',
] satisfies Request['verb'][]);

/** Somebody on that host may not speak, and why. */
export type TurnedAway = (host: string, why: string) => void;

export class Auth {
  readonly #token: Token | null;
  readonly #allowsClassic: Hosts;
  readonly #turnedAway: TurnedAway;

  constructor(token: Token | null, allowsClassic: Hosts, turnedAway: TurnedAway = () => {}) {
    this.#token = token;
    this.#allowsClassic = allowsClassic;
    this.#turnedAway = turnedAway;
  }

  /** Why that request is not heard, as a sentence; null where it is. */
  refuses(request: Request, isTrusted: boolean, remoteHost: string): string | null {
    const why = this.#whyNot(request, isTrusted, remoteHost);
    if (why !== null) this.#turnedAway(remoteHost, why);
    return why;
  }

  #whyNot(request: Request, isTrusted: boolean, remoteHost: string): string | null {
    switch (request.verb) {
      case 'hello':
        return this.#mismatch(request.body.token);
      case 'token':
        return isTrusted ? 'one token is enough' : this.#mismatch(request.secret);
      default:
        if (isTrusted) return null;
        if (classicVerbs.has(request.verb) && this.#allowsClassic(remoteHost)) return null;
        return this.#mismatch(undefined);
    }
  }

  /** Why that token opens nothing; null where it does. */
  #mismatch(given: string | undefined): string | null {
    if (this.#token === null) return null;
    if (given === undefined) return wanted;
    return this.#token.matches(given) ? null : 'the token is wrong';
  }
}

const wanted = 'this dispatcher wants a token: --token-file, or token:<secret> on a line before';

export const openToAll = new Auth(null, nobody);

/** What a peer is told whose words came without TLS, where only TLS is spoken. */
export const tlsWanted = encodeSession({
  verb: 'refused',
  body: { says: 'this port speaks TLS: give --tls-ca, with the certificate that vouches for it' },
});

/** So many different refusals are told; a port that all the world scans has said enough then. */
const refusalsToldMax = 1_000;

/** Tells of each host and reason once: a peer that is turned away comes again each second. */
export function tellingOnce(tell: Tell): TurnedAway {
  const told = new Set<string>();
  return (host, why) => {
    const msg = `${host} was turned away: ${why}`;
    if (told.has(msg) || told.size >= refusalsToldMax) return;
    told.add(msg);
    tell({ event: 'turned-away', host, reason: why, level: 'warn', msg });
  };
}
