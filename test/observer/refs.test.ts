import { expect, test } from 'vitest';
import type { Poll } from '../../src/observer/core/news.js';
import { open, trio } from '../support/observed.js';

const standing = ({ tips }: Poll) => tips.map(({ branch, commit }) => [branch, commit]);

test.each(['direct', 'fetch'] as const)(
  'other refs than branches are watched where they are named, by way of %s',
  async (way) => {
    const { author, first, clone } = trio(way);
    const second = author.commit('second');
    author.push(
      'HEAD:refs/pull/1/head',
      'HEAD:refs/pull/1/merge',
      'HEAD:refs/merge-requests/2/head',
    );
    author.git('tag', 'light', first);
    author.git('tag', '-a', '-m', 'a release', 'v1', second);
    author.push('light', 'v1');
    expect(standing(await (await open(clone)).poll())).toEqual([['main', first]]);

    const some = await open(clone, [], ['refs/pull/*/head', 'refs/tags/*']);
    expect(standing(await some.poll())).toEqual([
      ['main', first],
      ['refs/pull/1/head', second],
      ['refs/tags/light', first],
      ['refs/tags/v1', second],
    ]);
    const all = await open(clone, ['main'], ['refs/pull/*', 'refs/merge-requests/*', 'refs/no/1']);
    expect(standing(await all.poll())).toEqual([
      ['main', first],
      ['refs/merge-requests/2/head', second],
      ['refs/pull/1/head', second],
      ['refs/pull/1/merge', second],
    ]);
  },
);

test.each(['direct', 'fetch'] as const)(
  'a branch that is called like a tag keeps its full name, by way of %s',
  async (way) => {
    const { author, first, clone } = trio(way);
    const forged = author.commit('forged');
    author.git('tag', 'v9', first);
    author.push('v9', 'HEAD:refs/heads/refs/tags/v9');
    const expected = [
      ['main', first],
      ['refs/heads/refs/tags/v9', forged],
    ];
    expect(standing(await (await open(clone)).poll())).toEqual(expected);
    // A branch that is named among the other refs too is the same branch.
    const both = await open(clone, [], ['refs/tags/*', 'refs/h*', 'refs/heads/main']);
    expect(standing(await both.poll())).toEqual([...expected, ['refs/tags/v9', first]]);
  },
);

test('a tag on a tag stands at the commit; one on a file is no news', async () => {
  const { author, first, clone } = trio('direct');
  author.git('tag', '-a', '-m', 'inner', 'inner', first);
  author.git('tag', '-a', '-m', 'outer', 'outer', 'inner');
  author.commit('with a file', { 'a.txt': '1' });
  author.git('tag', 'file', 'HEAD:a.txt');
  author.push('inner', 'outer', 'file');
  expect(await (await open(clone, [], ['refs/tags/*'])).poll()).toMatchObject({
    tips: [
      { branch: 'main', commit: first },
      { branch: 'refs/tags/inner', commit: first, subject: 'first' },
      { branch: 'refs/tags/outer', commit: first, subject: 'first' },
    ],
    broken: [],
  });
});
