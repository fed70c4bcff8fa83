/**
 * Owns the command `trivet` for tests, as a process of its own in some folder.
 */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const main = join(import.meta.dirname, '../../src/command/main.ts');

/** The command, as one types it in a shell. */
export const commandLine = `${process.execPath} --import ${import.meta.resolve('tsx')} ${main}`;

/** What it printed, and its exit code; `input` is what it finds on standard input. */
export function trivet(
  cwd: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  input: string | Buffer = '',
) {
  const ours = Object.entries(process.env).filter(([name]) => !name.startsWith('TRIVET_'));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), main, ...args],
    { cwd, env: { ...Object.fromEntries(ours), ...environment }, encoding: 'utf8', input },
  );
  return { status, stdout, stderr };
}
