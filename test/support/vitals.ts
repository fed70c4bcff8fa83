/**
 * Owns what a process costs, as the kernel counts it: memory, descriptors, processor time.
 */

import { readdirSync, readFileSync } from 'node:fs';

export interface Vitals {
  readonly memoryBytes: number;
  readonly descriptors: number;
  readonly processorMs: number;
}

export function vitals(pid: number): Vitals {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // After `pid (name)` comes the state; user and system time are the 12th and 13th from there.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    memoryBytes: Number(/^VmRSS:\s+([0-9]+) kB/m.exec(status)?.[1]) * 1_024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    processorMs: (Number(fields[11]) + Number(fields[12])) * jiffyMs,
  };
}

/** The kernel's unit in `stat`, 100 a second on every Linux. */
const jiffyMs = 10;
