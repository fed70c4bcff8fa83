/**
 * Owns how a runner introduces itself to the dispatcher: under which name, and with which `hello`.
 * Never knows a connection; the link asks for a new `hello` at each.
 */

import { hostname } from 'node:os';
import { type Address, isLoopback } from '../protocol/address.js';
import type { Hello } from '../protocol/bodies.js';
import { nearestName } from '../protocol/ids.js';
import { heldRunsMax } from '../protocol/limits.js';

/** What is known of a runner before it listens. */
export interface Introduction {
  /** Null: after the port that it listens on. */
  readonly name: string | null;
  readonly version: string;
  /** What the repository is called that it tests. */
  readonly repository: string;
  readonly labels: readonly string[];
  readonly dispatcher: Address;
}

/** Its name: `:8900`, with this machine's name before it where the dispatcher is on another. */
export function nameOf({ name, dispatcher }: Introduction, port: number): string {
  if (name !== null) return name;
  return isLoopback(dispatcher.host) ? `:${port}` : `${nearestName(hostname())}:${port}`;
}

/** Its `hello`; of the runs in hand as many are named as fit, the rest at a later connection. */
export function introduce(
  { version, repository, labels }: Introduction,
  name: string,
  slots: number,
  inHand: Hello['runs'],
): Hello {
  return {
    role: 'runner',
    name,
    version,
    repository,
    labels: [...labels],
    capacity: slots,
    runs: inHand.slice(0, heldRunsMax),
  };
}
