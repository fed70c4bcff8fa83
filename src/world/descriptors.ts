/**
 * Owns the number of files and sockets that this process may have open at once, and those that it
 * starts.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

/** What is assumed where the system does not say (macOS): its usual limit. */
const usual = 10_240;

/** The soft limit that Linux and systemd start processes with. */
const customary = 1_024;

/** The soft limit, which node raised to the hard one at its start. */
export function descriptorsMax(): number {
  return limitsOf('self')?.soft ?? usual;
}

/**
 * Gives up what node took, so that whatever we start from now on has the limit that we were started
 * with: with a far higher one, tests of "too many open files" eat all memory, and old programs that
 * close every descriptor there could be crawl. Answers why it could not, or null.
 */
export function restoreDescriptors(): string | null {
  const given = descriptorsGiven();
  if (given === null || given === descriptorsMax()) return null;
  // node has no call for this, and a shell could only do it for itself.
  const ours = ['--pid', String(process.pid), `--nofile=${given}:`];
  const { status, stderr, error } = spawnSync('prlimit', ours, { encoding: 'utf8' });
  return status === 0 ? null : (error?.message ?? stderr.trim());
}

/** node keeps no word of it; but whoever started us has it still, unless that is a node as well. */
function descriptorsGiven(): number | null {
  const [own, starter] = [limitsOf('self'), limitsOf(process.ppid)];
  if (own === null) return null;
  // Who has another hard limit than we have (systemd) has set ours, and the soft one with it.
  const areTheirs = starter?.hard === own.hard && programOf(process.ppid) !== process.execPath;
  return Math.min(areTheirs ? starter.soft : customary, own.soft);
}

function limitsOf(pid: number | 'self'): { soft: number; hard: number } | null {
  try {
    const limits = readFileSync(`/proc/${pid}/limits`, 'latin1');
    const [, soft, hard] = /^Max open files +([0-9]+) +([0-9]+)/m.exec(limits) ?? [];
    return soft === undefined ? null : { soft: Number(soft), hard: Number(hard) };
  } catch {
    // There is no /proc, or no such process any more.
    return null;
  }
}

function programOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    // Another user's.
    return null;
  }
}
