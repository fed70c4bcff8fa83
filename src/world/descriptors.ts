/**
 * Owns the number of files and sockets that this process may have open at once.
 */

import { readFileSync } from 'node:fs';

/** What is assumed where the system does not say (macOS): its usual limit. */
const usual = 10_240;

/** The soft limit, which node raised to the hard one at its start. */
export function descriptorsMax(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    const soft = /^Max open files +([0-9]+)/m.exec(limits)?.[1];
    return soft === undefined ? usual : Number(soft);
  } catch {
    // There is no /proc.
    return usual;
  }
}
