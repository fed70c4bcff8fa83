/**
 * Owns what becomes of a run when its machine runs out of memory: the suite is the kernel's victim
 * before its runner is, and the count of victims tells of it. Where the kernel is not Linux,
 * nothing is changed and nothing is known.
 */

import { readFileSync, writeFileSync } from 'node:fs';

/** As much sooner as if the suite had half of the machine's memory more than it has. */
const soonerBy = 500;

/** The kernel's own limit. */
const scoreMax = 1_000;

const scorePath = '/proc/self/oom_score_adj';

/** What `start` forks inherits a score that is ours for no longer than the fork takes. */
export function asFirstVictim<Started>(start: () => Started): Started {
  const own = attempt(() => Number(readFileSync(scorePath, 'latin1')));
  if (own === null) return start();
  attempt(() => writeFileSync(scorePath, String(Math.min(own + soonerBy, scoreMax))));
  try {
    return start();
  } finally {
    attempt(() => writeFileSync(scorePath, String(own)));
  }
}

/** How many processes the kernel has killed since it started, on this machine, for their memory. */
export function memoryKills(): number {
  const counts = attempt(() => readFileSync('/proc/vmstat', 'latin1')) ?? '';
  return Number(/^oom_kill ([0-9]+)$/m.exec(counts)?.[1] ?? 0);
}

/** Null where there is no /proc, or it may not be written to. */
function attempt<Value>(work: () => Value): Value | null {
  try {
    return work();
  } catch {
    return null;
  }
}
