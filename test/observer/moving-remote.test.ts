import { renameSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { openRepository } from '../../src/observer/repository.js';
import { findSource } from '../../src/observer/source.js';
import { moved } from '../../src/observer/story.js';
import { makeBare, makeRepository } from '../support/git.js';
import { open, trio } from '../support/observed.js';
import { startObserver } from '../support/observer-process.js';
import { standInDispatcher } from '../support/stand-in-dispatcher.js';

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 40_000, interval: 5 });

test('a remote that moves is followed when the clone is told where it is', async () => {
  const { remote, author, clone } = trio('direct');
  const dispatcher = await standInDispatcher();
  // Only hints bring a poll, and the word.
  const args = ['--interval', '1h', '--dispatcher-server', dispatcher.address, clone.path];
  const observer = startObserver(...args);
  await eventually(() => expect(observer.output()).toContain('handed over'));
  const elsewhere = `${remote.path}-2.git`;
  renameSync(remote.path, elsewhere);
  dispatcher.say({ verb: 'poll' });
  await eventually(() => expect(observer.output()).toContain(`${remote.path} is not there`));

  for (const { git } of [clone, author]) git('remote', 'set-url', 'origin', elsewhere);
  dispatcher.say({ verb: 'poll' });
  const told = `the remote is ${elsewhere} now (read directly)`;
  const stays = 'the repository is called demo until the observer is restarted';
  await eventually(() => expect(observer.output()).toContain(`${told}: ${stays}`));
  const second = author.commit('second');
  author.push();
  await eventually(() => expect(dispatcher.dispatched.at(-1)).toBe(second));
  expect(observer.output().split(told)).toHaveLength(2);
});

test('so is one that is read in another way from now on, or is called otherwise', async () => {
  const { remote, author, first, clone } = trio('direct');
  const repository = await open(clone);
  await repository.poll();
  expect(repository.watchable()).toBe(remote.path);
  clone.git('remote', 'set-url', 'origin', `file://${remote.path}`);
  expect((await repository.poll()).tips[0]?.commit).toBe(first);
  expect(repository.watchable()).toBeNull();

  clone.git('remote', 'rename', 'origin', 'upstream');
  clone.git('remote', 'set-url', 'upstream', remote.path);
  const second = author.commit('second');
  author.push();
  expect((await repository.poll()).tips[0]?.commit).toBe(second);
  expect(repository.watchable()).toBe(remote.path);
});

test('the remote that is watched stays the same when others come', async () => {
  const { first, clone } = trio('direct');
  clone.git('remote', 'rename', 'origin', 'upstream');
  const repository = await open(clone);
  for (const name of ['fork', 'origin']) clone.git('remote', 'add', name, makeBare().path);
  expect((await repository.poll()).tips[0]?.commit).toBe(first);
});

test('whether a remote is watched or the clone itself changes with a restart only', async () => {
  const { remote, first, clone } = trio('direct');
  clone.commit('not pushed');
  const repository = await open(clone);
  clone.git('remote', 'remove', 'origin');
  await expect(repository.poll()).rejects.toThrow('the clone has no remote any more (add it again');
  clone.git('remote', 'add', 'origin', remote.path);
  expect((await repository.poll()).tips[0]?.commit).toBe(first);

  const alone = makeRepository();
  const commit = alone.commit('only');
  const source = await findSource(alone.path);
  const told: string[] = [];
  const own = openRepository(source, { branches: [], refs: [] }, (now, isFollowed) => {
    const setting = { source, repository: source.name };
    told.push(...moved(now, isFollowed, setting).map(({ msg }) => msg));
  });
  alone.git('remote', 'add', 'origin', 'https://ada:secret@example.com/demo.git');
  for (let polls = 0; polls < 2; polls += 1) {
    expect((await own.poll()).tips[0]?.commit).toBe(commit);
  }
  const url = 'https://example.com/demo.git';
  expect(told).toEqual([
    `there is a remote now, ${url}: restart the observer to watch its branches`,
  ]);
});
