/**
 * Owns the set of hosts that a command line names, as a question that a connection answers:
 * does it come from one of them? Names are looked up once, at the start.
 */

import { lookup } from 'node:dns/promises';
import { BlockList, isIPv6 } from 'node:net';
import { UsageError } from './exit.js';

/** Whether that address, as the system names a connection's other end, is one of them. */
export type Hosts = (address: string) => boolean;

export const nobody: Hosts = () => false;

/** Throws `UsageError` for a name that does not resolve. */
export async function hostsNamed(names: readonly string[]): Promise<Hosts> {
  // The standard library's set of addresses: it knows that ::1 and 0:0:0:0:0:0:0:1 are the same.
  const listed = new BlockList();
  for (const name of names) {
    for (const { address, family } of await addressesOf(name)) {
      listed.addAddress(address, family === 6 ? 'ipv6' : 'ipv4');
    }
  }
  return (address) => listed.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

async function addressesOf(name: string) {
  try {
    return await lookup(name, { all: true });
  } catch {
    throw new UsageError(`The host ${name} is not known here: name its address instead.`);
  }
}
