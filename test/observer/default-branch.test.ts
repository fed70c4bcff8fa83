import { describe, expect, test } from 'vitest';
import type { Poll } from '../../src/observer/core/news.js';
import { defaultFirst } from '../../src/observer/default-branch.js';
import { makeRepository } from '../support/git.js';
import { open, trio } from '../support/observed.js';
import { tip } from '../support/observer-scenario.js';

const names = ({ tips }: Pick<Poll, 'tips'>) => tips.map(({ branch }) => branch);

describe('which branch comes first', () => {
  test.each([
    ['the one that HEAD names', 'trunk', false, 'trunk'],
    ['where HEAD names none, main', null, false, 'main'],
    ['where HEAD names one that is not watched, main', 'gone', false, 'main'],
    ['where somebody works, main before what is worked on', 'alice', true, 'main'],
  ])('%s', (_, head, isWorkplace, first) => {
    const tips = ['alice', 'main', 'master', 'trunk'].map((branch) => tip(branch, 'a'));
    const ordered = names({ tips: defaultFirst(tips, head, isWorkplace) });
    const others = ['alice', 'main', 'master', 'trunk'].filter((branch) => branch !== first);
    expect(ordered).toEqual([first, ...others]);
  });

  test('without main, master; without either, what is worked on; else they stay as they are', () => {
    const tips = ['a', 'b', 'master'].map((branch) => tip(branch, 'a'));
    expect(names({ tips: defaultFirst(tips, 'b', true) })).toEqual(['master', 'a', 'b']);
    expect(names({ tips: defaultFirst(tips.slice(0, 2), 'b', true) })).toEqual(['b', 'a']);
    expect(names({ tips: defaultFirst(tips.slice(0, 2), null, true) })).toEqual(['a', 'b']);
    expect(defaultFirst([], 'main', false)).toEqual([]);
  });
});

describe.each(['direct', 'fetch'] as const)('of a remote read by way of %s', (way) => {
  function withBranches() {
    const { author, remote, clone } = trio(way);
    for (const branch of ['alice', 'trunk', 'zoe']) author.push(`HEAD:refs/heads/${branch}`);
    return { author, remote, clone };
  }

  test('the branch that its HEAD names comes first, also after it was changed', async () => {
    const { author, remote, clone } = withBranches();
    remote.git('symbolic-ref', 'HEAD', 'refs/heads/trunk');
    const repository = await open(clone);
    expect(names(await repository.poll())).toEqual(['trunk', 'alice', 'main', 'zoe']);
    remote.git('symbolic-ref', 'HEAD', 'refs/heads/zoe');
    author.commit('next');
    author.push('HEAD:refs/heads/alice', 'HEAD:refs/heads/trunk', 'HEAD:refs/heads/zoe');
    expect(names(await repository.poll())).toEqual(['zoe', 'alice', 'main', 'trunk']);
  });

  test.each([
    ['detached', (head: string) => ['update-ref', '--no-deref', 'HEAD', head]],
    ['on a branch that is not there', () => ['symbolic-ref', 'HEAD', 'refs/heads/no']],
  ])('main comes first where its HEAD is %s', async (_, command) => {
    const { remote, clone } = withBranches();
    remote.git(...command(remote.git('rev-parse', 'main')));
    expect(names(await (await open(clone)).poll())).toEqual(['main', 'alice', 'trunk', 'zoe']);
  });

  test('only branches that are watched come first', async () => {
    const { clone } = withBranches();
    expect(names(await (await open(clone, ['z*', 'a*'])).poll())).toEqual(['alice', 'zoe']);
  });
});

test.each(['direct', 'fetch'] as const)(
  'of a remote read by way of %s, one branch that moves alone is known as the default',
  async (way) => {
    const { author, remote, clone } = trio(way);
    remote.git('branch', '-m', 'main', 'trunk');
    const repository = await open(clone);
    await repository.poll();
    expect([repository.defaultBranch(), repository.isDefaultBranch('trunk')]).toEqual([
      'trunk',
      true,
    ]);
    remote.git('branch', '-m', 'trunk', 'develop');
    author.commit('next');
    author.push('HEAD:refs/heads/develop');
    await repository.poll();
    expect(repository.isDefaultBranch('develop')).toBe(true);
  },
);

test('of a repository without a remote, whatever branch is worked on, main comes first', async () => {
  const repository = makeRepository();
  repository.commit('first');
  repository.git('checkout', '-q', '-b', 'alice');
  repository.commit('second');
  expect(names(await (await open(repository)).poll())).toEqual(['main', 'alice']);
});
