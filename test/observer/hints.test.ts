import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { watchRefs } from '../../src/observer/hints.js';
import { makeRemote } from '../support/git.js';

function watched() {
  const { remote, author } = makeRemote();
  author.commit('first');
  const hint = vi.fn();
  onTestFinished(watchRefs(remote.path, hint));
  /** Acts, and waits until a hint came of it. */
  const hintsAt = async (act: () => void) => {
    hint.mockClear();
    act();
    await vi.waitFor(() => expect(hint).toHaveBeenCalled(), { timeout: 10_000, interval: 5 });
  };
  return { remote, author, hintsAt };
}

test('a push, a new branch, a new folder of branches and a deletion each give a hint', async () => {
  const { author, hintsAt } = watched();
  await hintsAt(() => author.push());
  await hintsAt(() => author.push('HEAD:refs/heads/other'));
  await hintsAt(() => author.push('HEAD:refs/heads/feature/deep/x'));
  author.commit('second');
  await hintsAt(() => author.push('HEAD:refs/heads/feature/deep/x'));
  await hintsAt(() => author.git('push', '-q', 'origin', '--delete', 'other'));
});

test('a folder of branches that was removed and made again is watched again', async () => {
  const { remote, author, hintsAt } = watched();
  await hintsAt(() => author.push('HEAD:refs/heads/feature/x'));
  await hintsAt(() => rmSync(join(remote.path, 'refs/heads/feature'), { recursive: true }));
  await hintsAt(() => author.push('HEAD:refs/heads/feature/y'));
  author.commit('second');
  await hintsAt(() => author.push('HEAD:refs/heads/feature/y'));
});

test('a link that leads to itself in the place of a branch is only a hint', async () => {
  const { remote, hintsAt } = watched();
  await hintsAt(() => symlinkSync('loop', join(remote.path, 'refs/heads/loop')));
});

test('packing refs gives a hint', async () => {
  const { remote, author, hintsAt } = watched();
  await hintsAt(() => author.push());
  await hintsAt(() => remote.git('pack-refs', '--all'));
});

test('a folder that is not there is no fault', () => {
  watchRefs('/nonexistent', () => {})();
});
