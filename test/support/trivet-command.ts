/**
 * Owns the command `trivet` for tests, as a process of its own in some folder.
 */

import { spawnSync } from 'node:child_process';
import { launcher } from './launchers.js';

/** The command, as one types it in a shell. */
export const commandLine = `${process.execPath} ${launcher('trivet')}`;

/** What it printed, and its exit code; `input` is what it finds on standard input. */
export function trivet(
  cwd: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  input: string | Buffer = '',
) {
  const ours = Object.entries(process.env).filter(([name]) => !name.startsWith('TRIVET_'));
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher('trivet'), ...args], {
    cwd,
    env: { ...Object.fromEntries(ours), ...environment },
    encoding: 'utf8',
    input,
  });
  return { status, stdout, stderr };
}
