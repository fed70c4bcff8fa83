/**
 * Owns the scene of a runner at work: connected to a dispatcher that stands in, on a repository
 * with one commit, and what its suites leave to be seen on this machine.
 */

import { fileURLToPath } from 'node:url';
import type { RunId } from '../../src/protocol/ids.js';
import { taggedWith } from '../../src/world/process-tree.js';
import { eventually } from './eventually.js';
import { makeRepository, temporaryFolder } from './git.js';
import { runnerDispatcher } from './runner-dispatchers.js';
import { type RunnerSettings, runnerFor } from './runners.js';

/**
 * A runner that is connected; what `settings` leave open is made for it. The dispatcher `knows` no
 * later additions to the wire, unless they are named.
 */
export async function runnerAtWork(
  settings: Partial<RunnerSettings>,
  knows: readonly string[] = [],
) {
  const dispatcher = await runnerDispatcher(knows);
  const repository = makeRepository();
  const commit = repository.commit('one', { 'a.txt': 'one' });
  const state = temporaryFolder();
  const started = await runnerFor({
    clone: repository.path,
    state,
    dispatcherPort: dispatcher.port,
    ...settings,
  });
  await eventually('the runner is there', () => dispatcher.connected);
  return { dispatcher, repository, commit, state, started, sentences: started.sentences };
}

/** The path of one of the small suites that are named for their behaviour. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../test-runner/fixtures/${name}`, import.meta.url));
}

/** The processes that a run's suite has still running. */
export function tagged(run: RunId): number[] {
  return taggedWith(`TRIVET_RUN=${run}`);
}
