/**
 * Owns how something with a name from outside gets a folder of its own: no two names the same one,
 * none that a tool takes for something else, none that leads elsewhere.
 */

import { createHash } from 'node:crypto';

/** The folder's name, for what all of `identity` tells apart; it reads like the first of that. */
export function folderName(...identity: readonly [string, ...string[]]): string {
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
  return `${readable(identity[0])}-${hash.slice(0, hashDigits)}`;
}

/** Nobody makes two names that agree in so many. */
const hashDigits = 24;

function readable(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+/, '');
  return plain.slice(0, 40) || 'repository';
}
