/**
 * Owns the part of the runner's command line that says what is tested: clones by name, or a folder in
 * which the runner makes them.
 */

import type { Options as Flag } from 'yargs';
import { assertFew, assertOfOne, noRepository } from '../world/command-line.js';
import { UsageError } from '../world/exit.js';

/** `--repositories` */
export const repositories = {
  type: 'string',
  describe: 'instead of clones: a folder in which to clone what is to be tested',
} as const satisfies Flag;

type CloneFlags = Readonly<Record<'repository' | 'repositories' | 'state', string | undefined>> & {
  readonly repos: readonly string[];
};

/** Either clones are named, or a folder to make them in. */
export function assertClones(read: CloneFlags, script: string, repo: string): void {
  const { repos, repositories, repository, state } = read;
  const { length: count } = repos;
  if (repositories === undefined) {
    if (count === 0) throw noRepository(script, `${repo}, or a folder with --repositories`);
    assertFew(repos);
    assertOfOne(repos, 'repository', repository);
    return;
  }
  const [surplus] = [repos[0], repository && '--repository', state && '--state'].filter(Boolean);
  if (surplus === undefined) return;
  throw new UsageError(
    'With --repositories the runner clones by itself what it is to test, and keeps all in that ' +
      `folder: leave ${surplus} out.`,
  );
}
