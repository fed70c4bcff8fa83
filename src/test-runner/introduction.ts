/**
 * Owns how a runner introduces itself to the dispatcher: under which name, and with which `hello`.
 * Never knows a connection; the link asks for a new `hello` at each.
 */

import { hostname } from 'node:os';
import type { Address } from '../protocol/address.js';
import type { Hello, OfferBody } from '../protocol/bodies.js';
import { nearestName } from '../protocol/ids.js';
import { heldRunsMax, jsonBytesMax } from '../protocol/limits.js';

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
  const hello: Hello = {
    role: 'runner',
    name,
    process: localStart,
    version,
    ...repositoriesIn(repositories),
    labels,
    capacity,
    knows: ['jobs', 'work', 'rests'],
    runs: [],
  };
  let room = jsonBytesMax - tokenBytesMax - bytesOf(hello);
  const fitting = inHand.slice(0, heldRunsMax).filter((run) => {
    room -= bytesOf(run) + 1;
    return room >= 0;
  });
  return { ...hello, runs: fitting };
}

/** The link puts a token beside it, with its key. */
const tokenBytesMax = 300;

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** A dispatcher of an earlier release reads `repository` only: it gives the jobs of the first. */
function repositoriesIn(repositories: Introduction['repositories']) {
  if (repositories === 'any') return { repository: null, anyRepository: true };
  const [first = null, ...others] = repositories;
  if (others.length === 0) return { repository: first };
  return { repository: first, repositories: [...repositories] };
}
