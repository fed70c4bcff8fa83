/**
 * Owns how soon memory is given back that nobody needs any more, where V8 would take its time.
 *
 * Bytes that come from sockets and pipes, or go there, lie outside of its heap, and it counts them
 * late: of a long log tens of MB would pile up that have long been passed on. What is young in its heap
 * stays in the 1 MB where it begins (see the launchers, which say so before anything is loaded): it
 * would grow to 32 MB, for programs that make more of it, and each fork copies the tables of all pages. It is
 * collected by one thread (the launchers say that as well): for so little, several wait for each other
 * longer than they work.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Then a collection takes less than a twentieth of the time that it took to pass them on. */
const everyBytes = 8 * 1_024 * 1_024;

let uncollectedBytes = 0;
let collect: ((what: { type: 'minor' }) => void) | null = null;

/** So many bytes have been read, or written; what held them is of no more use, or will soon be. */
export function passed(bytes: number): void {
  uncollectedBytes += bytes;
  if (uncollectedBytes < everyBytes) return;
  uncollectedBytes = 0;
  collect ??= collector();
  collect({ type: 'minor' });
}

/** node has no call for it, but to those who ask V8 itself. */
function collector(): (what: { type: 'minor' }) => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
