/**
 * Owns how a process ends: the codes, and what bad input comes to.
 */

import { inspect } from 'node:util';
import { traceInSources } from './trace-in-sources.js';

/** Bad input or a world that does not fit: one sentence that says what to do. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const exitCodes = { fine: 0, red: 1, usage: 2, aborted: 3 } as const;

/**
 * Runs a process's `main`; a `UsageError`, then or later, becomes its sentence on standard error
 * and code 2.
 */
export async function run(main: (argv: readonly string[]) => Promise<void>): Promise<void> {
  process.on('uncaughtException', (error) => {
    process.stderr.write(
      `${error instanceof UsageError ? error.message : traceInSources(inspect(error))}\n`,
    );
    process.exit(exitCodes.usage);
  });
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\nTry --help.\n`);
    process.exit(exitCodes.usage);
  }
}
