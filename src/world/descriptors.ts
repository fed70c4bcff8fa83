/**
 * Owns the number of files and sockets that this process may have open at once, and those that it
 * starts.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { parentOf } from './process-tree.js';

/** What is assumed where the system does not say (macOS): its usual limit. */
const usual = 10_240;

/** What systemd gives to a service that does not say: the soft limit that all programs can bear. */
const systemds: Limits = { soft: 1_024, hard: 524_288 };

interface Limits {
  readonly soft: number;
  readonly hard: number;
}

/** The soft limit, which node raised to the hard one at its start. */
export function descriptorsMax(): number {
  return limitsOf('self')?.soft ?? usual;
}

/**
 * Gives up what node took, so that whatever we start from now on has the limit that we were started
 * with, or the one that was `named`: with a far higher one, tests of "too many open files" eat all
 * memory, and old programs that close every descriptor there could be crawl. Answers why it could
 * not, or null.
 */
export function restoreDescriptors(named: number | null): string | null {
  const own = limitsOf('self');
  if (own === null) return null;
  const wanted = named ?? softGiven(own, limitsOf(starter()));
  if (wanted === own.soft) return null;
  if (wanted > own.hard) return `${wanted} is more than the hard limit, ${own.hard}`;
  // node has no call for this, and a shell could only do it for itself.
  const ours = ['--pid', String(process.pid), `--nofile=${wanted}:`];
  const { status, stderr, error } = spawnSync('prlimit', ours, { encoding: 'utf8' });
  return status === 0 ? null : (error?.message ?? stderr.trim());
}

/**
 * A guess, since node keeps no word of it: whoever started us has the same limits, unless they set
 * others for us, which then are mostly two of the same.
 */
export function softGiven(own: Limits, starters: Limits | null): number {
  if (starters?.hard === own.hard) return starters.soft;
  return own.hard === systemds.hard ? systemds.soft : own.hard;
}

/** The nearest that is no node: of itself, a node has forgotten it just as we have. */
function starter(): number {
  let pid = process.ppid;
  while (programOf(pid) === process.execPath) pid = parentOf(pid) ?? 0;
  return pid;
}

/** Null where there is none, or the system does not say. */
export function limitsOf(pid: number | 'self'): Limits | null {
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
