/**
 * Owns a trio for tests, three real processes from their sources upon a clone, until the end of the test.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Commit, parseCommit } from '../../src/protocol/ids.js';
import { type } from './classic-peers.js';
import { type DispatcherProcess, spawnDispatcher } from './dispatchers.js';
import { makeClone, makeRemote, type TestRepository, temporaryFolder } from './git.js';
import { launcher } from './launchers.js';
import { startObserver } from './observer-process.js';

const root = join(import.meta.dirname, '../..');

export interface Trio {
  readonly dispatcher: DispatcherProcess;
  /** Where the author works; a push from there is observed. */
  readonly author: TestRepository;
  /** What a person is told who asks that. */
  asked(request: string): Promise<string>;
  /** The verdict on a commit, once there is one. */
  verdict(commit: Commit): Promise<string>;
  /** The runner that is there from the start, ada. */
  readonly ada: ChildProcess;
  /** Another runner on the same clone. */
  runner(...flags: string[]): ChildProcess;
}

/** Flags of the first runner, of the dispatcher and of the observer. */
export async function aTrio({
  runner: flags = [] as readonly string[],
  dispatcher: dispatching = [] as readonly string[],
  observer: observing = [] as readonly string[],
} = {}): Promise<Trio> {
  const { remote, author } = makeRemote();
  const clone = makeClone(remote.path);
  const dispatcher = await spawnDispatcher(temporaryFolder(), { flags: dispatching });
  const address = ['--dispatcher-server', `localhost:${dispatcher.port}`];
  const runner = (...more: string[]) =>
    spawnRunner([...address, '--state', temporaryFolder(), ...more, clone.path]);
  const ada = runner('--name', 'ada', ...flags);
  startObserver(...address, ...observing, clone.path);
  const asked = (request: string) => type(dispatcher.port, request);
  const verdict = async (commit: Commit) => {
    for (;;) {
      // Answered at its end only, so nobody asks in vain: the log is read to the verdict.
      const log = await asked(`log:${commit}`);
      const word = (await asked(`verdict:${commit}`)).trim();
      if (log !== '' && !['unknown', 'blocked', 'waiting', 'running'].includes(word)) return word;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { dispatcher, author, asked, verdict, ada, runner };
}

function spawnRunner(args: readonly string[]): ChildProcess {
  const ours = Object.entries(process.env).filter(([name]) => !name.startsWith('TRIVET_'));
  const child = spawn(process.execPath, [launcher('test-runner'), ...args], {
    cwd: root,
    env: Object.fromEntries(ours),
    stdio: 'ignore',
  });
  const ended = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    child.kill('SIGTERM');
    await ended;
  });
  return child;
}

/** The commit that HEAD is at. */
export function headOf(repository: TestRepository): Commit {
  const commit = parseCommit(repository.git('rev-parse', 'HEAD'));
  if (commit === null) throw new Error('there is no commit');
  return commit;
}
