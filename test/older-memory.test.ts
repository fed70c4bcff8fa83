/**
 * What happens when a dispatcher starts upon a memory that is older than what others remember:
 * put back from a backup, removed, or another folder altogether.
 */

import { cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Commit } from '../src/protocol/ids.js';
import { type RunningDispatcher, startDispatcher } from './support/dispatchers.js';
import { eventually } from './support/eventually.js';
import { makeClone, makeRemote, temporaryFolder } from './support/git.js';
import { observersOn } from './support/observers.js';

async function scene() {
  const { remote, author } = makeRemote();
  const pushed = (subject: string) => {
    const commit = author.commit(subject);
    author.push();
    return commit;
  };
  const first = pushed('first');
  const observe = await observersOn(makeClone(remote.path));
  const dispatcher = await startDispatcher();
  const data = join(dispatcher.folder, 'data');
  const again = () => startDispatcher(dispatcher);
  /** Stops the dispatcher, and sees to its memory. */
  const meanwhile = (work: () => void, running: RunningDispatcher) => {
    running.close();
    work();
    return again();
  };
  return { first, pushed, observe, dispatcher, data, meanwhile };
}

const handedOver = ({ told }: RunningDispatcher, commit: Commit) =>
  eventually(
    `${commit} is handed over`,
    () => told.some((one) => one.event === 'accepted' && one['commit'] === commit) || undefined,
  );

const accepted = ({ told }: RunningDispatcher) =>
  told.filter(({ event }) => event === 'accepted').map(({ commit }) => commit);

/** A backup was made after the first commit, and two were handed over since. */
async function restored() {
  const { first, pushed, observe, dispatcher, data, meanwhile } = await scene();
  const backup = join(temporaryFolder(), 'backup');
  const observer = observe(dispatcher);
  await handedOver(dispatcher, first);
  const next = await meanwhile(() => cpSync(data, backup, { recursive: true }), dispatcher);
  const [one, other] = [pushed('one'), pushed('other')];
  await handedOver(next, one);
  await handedOver(next, other);
  const putBack = () => {
    rmSync(data, { recursive: true });
    renameSync(backup, data);
  };
  return { observer, observe, one, other, putBack: () => meanwhile(putBack, next) };
}

test('a dispatcher put back from a backup is handed again what came after it', async () => {
  const { observer, one, other, putBack } = await restored();
  const third = await putBack();
  await handedOver(third, other);
  expect(accepted(third)).toEqual([one, other]);
  expect(observer.said().join('\n')).toContain('what it lacks is handed over again');
  expect(third.told.map(({ event }) => event)).toContain('lacking');
});

test.each([
  ['an observer that starts later', {}],
  ['one that looks only once', { once: true }],
])('by %s as well', async (_, policy) => {
  const { observer, observe, one, other, putBack } = await restored();
  observer.stop();
  const third = await putBack();
  observe(third, policy);
  await handedOver(third, other);
  expect(accepted(third)).toEqual([one, other]);
});

test('a dispatcher whose folder was removed is handed the tip of each branch', async () => {
  const { first, pushed, observe, dispatcher, data, meanwhile } = await scene();
  const observer = observe(dispatcher);
  await handedOver(dispatcher, first);
  const second = pushed('second');
  await handedOver(dispatcher, second);
  const next = await meanwhile(() => rmSync(data, { recursive: true }), dispatcher);
  await handedOver(next, second);
  expect(accepted(next)).toEqual([second]);
  expect(observer.said().join('\n')).toContain('knows nothing of this repository');
});
