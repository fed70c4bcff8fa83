/**
 * Owns observers for tests as processes of their own, until the end of the test.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { launcher } from './launchers.js';

const root = join(import.meta.dirname, '../..');

/** A real observer: its output so far, and its end. */
export function startObserver(...args: string[]) {
  const ours = Object.entries(process.env).filter(([name]) => !name.startsWith('TRIVET_'));
  const child: ChildProcess = spawn(process.execPath, [launcher('observer'), ...args], {
    cwd: root,
    env: Object.fromEntries(ours),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout?.on('data', (bytes) => {
    output += bytes;
  });
  child.stderr?.on('data', (bytes) => {
    output += bytes;
  });
  const ended = once(child, 'close').then(([code, signal]) => signal ?? code);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, ended, output: () => output };
}
