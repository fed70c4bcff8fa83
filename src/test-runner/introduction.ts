/**
 * Owns how a runner introduces itself to the dispatcher: under which name, and with which `hello`.
 * Never knows a connection; the link asks for a new `hello` at each.
 */

import { hostname } from 'node:os';
import type { Address } from '../protocol/address.js';
import type { Hello, OfferBody } from '../protocol/bodies.js';
import { nearestName } from '../protocol/ids.js';
import { heldRunsMax } from '../protocol/limits.js';

/** What is known of a runner before it listens. */
export interface Introduction {
  readonly name: string;
  /** Eight hex digits, new with every process. */
  readonly localStart: string;
  readonly version: string;
  /** What the repositories are called that it tests, one at least; or it clones any by itself. */
  readonly repositories: readonly string[] | 'any';
  readonly dispatcher: Address;
}

/** Four digits can be said aloud, and two processes of a machine hardly share them. */
const numbers = { from: 1_000, count: 9_000 };

/** After this machine, with a number of this process: `build-4711`. */
export function usualName(localStart: string): string {
  const number = numbers.from + (Number.parseInt(localStart, 16) % numbers.count);
  return `${nearestName(hostname())}-${number}`;
}

/** Its `hello`; of the runs in hand as many are named as fit, the rest at a later connection. */
export function introduce(
  { name, localStart, version, repositories }: Introduction,
  { labels, capacity }: OfferBody,
  inHand: Hello['runs'],
): Hello {
  const tested = repositoriesIn(repositories);
  return {
    role: 'runner',
    name,
    process: localStart,
    version,
    ...tested,
    labels,
    capacity,
    knows: ['jobs', 'work', 'rests'],
    // The names of repositories need room as well.
    runs: inHand.slice(0, 'repositories' in tested ? heldRunsMax / 2 : heldRunsMax),
  };
}

/** A dispatcher of an earlier release reads `repository` only: it gives the jobs of the first. */
function repositoriesIn(repositories: Introduction['repositories']) {
  if (repositories === 'any') return { repository: null, anyRepository: true };
  const [first = null, ...others] = repositories;
  if (others.length === 0) return { repository: first };
  return { repository: first, repositories: [...repositories] };
}
