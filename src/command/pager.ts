/**
 * Owns the pager in which long texts are read: the one that PAGER names, else less; where there is none,
 * the terminal itself.
 */

import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

export interface Pager {
  readonly input: Writable;
  /** Whoever reads has had enough. */
  readonly closed: Promise<void>;
}

/** As git does it: colours stay, what fits on the screen is only printed. */
const lessFlags = 'FRX';

export function openPager(): Pager {
  const { PAGER: named, LESS } = process.env;
  const program = named === undefined || named === '' ? 'less' : named;
  // Where it cannot be started, the shell copies instead.
  const child = spawn('sh', ['-c', `${program} || { [ $? = 127 ] && cat; }`], {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { ...process.env, LESS: LESS ?? lessFlags },
  });
  // It is left before it has read all.
  child.stdin.on('error', () => {});
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  return { input: child.stdin, closed };
}
