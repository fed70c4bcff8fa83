/**
 * Owns the copying of trees, by the system's own tool: it keeps modes, times and links, shares blocks where
 * the disk can (reflinks) and goes several times as fast as node. Never a hard link: what is done to
 * one copy is never seen in another.
 */

import { execFile } from 'node:child_process';

export interface CopyOptions {
  /** Ends it before its time. */
  readonly signal?: AbortSignal | undefined;
  /** What `standGuard` was given: no copying outlives a killed runner. */
  readonly guard: string;
}

/** Copies to a name that is not there yet. Null, or why it did not come to be all there. */
export function copyTree(from: string, to: string, options: CopyOptions): Promise<string | null> {
  const shared = process.platform === 'linux' ? ['--reflink=auto'] : [];
  return execute('cp', ['-a', ...shared, '--', from, to], options);
}

/** Resolves once all of the disk on which `path` lies is safe from a power cut; null, or why not. */
export function flush(path: string, options: CopyOptions): Promise<string | null> {
  return execute('sync', process.platform === 'linux' ? ['-f', path] : [], options);
}

function execute(
  program: string,
  args: readonly string[],
  { signal, guard }: CopyOptions,
): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      // From where nothing is anyone's: whoever works in a checkout is ended with its suite.
      { cwd: '/', signal, env: { PATH: process.env['PATH'], LC_ALL: 'C', TRIVET_GUARD: guard } },
      (error, _, errors) => {
        if (error === null) resolve(null);
        else resolve(errors.trim().split('\n')[0] || error.message);
      },
    );
  });
}
