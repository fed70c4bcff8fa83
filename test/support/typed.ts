/**
 * Owns a command of `trivet` for tests, as if it were typed in some folder, but in this process: for
 * what needs no process of its own.
 */

import { vi } from 'vitest';
import { UsageError } from '../../src/world/exit.js';

/** What it printed, and its exit code. */
export async function typed(
  folder: string,
  command: (argv: readonly string[]) => Promise<number>,
  ...argv: readonly string[]
): Promise<{ status: number; stdout: string; stderr: string }> {
  const here = process.cwd();
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      printed[stream] += String(text);
      return true;
    }),
  );
  process.chdir(folder);
  try {
    const status = await command(argv);
    return { status, ...printed };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { ...printed, status: 2, stderr: `${error.message}\n` };
  } finally {
    process.chdir(here);
    for (const spy of spies) spy.mockRestore();
  }
}
