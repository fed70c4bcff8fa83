import { expect, test } from 'vitest';
import { commitNamed } from '../../src/command/naming.js';
import { pageAt } from '../../src/command/pages.js';
import { makeRemote, makeRepository, temporaryFolder } from '../support/git.js';

test('a commit is named by HEAD, by a branch, a tag, or its id', async () => {
  const repository = makeRepository();
  const first = repository.commit('Begin');
  repository.git('tag', '-a', 'v1', '-m', 'The first');
  repository.git('branch', 'feature/parser');
  const second = repository.commit('Go on');
  const named = async (text: string) => (await commitNamed(text, repository.path)).commit;

  expect(await named('HEAD')).toBe(second);
  expect(await named('HEAD~1')).toBe(first);
  expect(await named('main')).toBe(second);
  expect(await named('feature/parser')).toBe(first);
  expect(await named('v1')).toBe(first);
  expect(await named(first.slice(0, 8).toUpperCase())).toBe(first);
  expect(await commitNamed('v1:test (go=1.22)', repository.path)).toMatchObject({
    commit: first,
    job: 'test (go=1.22)',
  });
});

test('a branch that only the remote has is found there', async () => {
  const { author } = makeRemote();
  const commit = author.commit('Begin');
  author.push('HEAD:refs/heads/elsewhere');
  author.git('fetch', '-q');
  expect((await commitNamed('elsewhere', author.path)).commit).toBe(commit);
});

test('the address of a page names its commit, its job or its run, and where to ask', () => {
  const at = { host: 'ci', port: 8888 };
  expect(pageAt('http://ci:8888/commits/1a2b3c4#test%20(go%3D1.22)')).toEqual({
    ...{ kind: 'commit', commit: '1a2b3c4', job: 'test (go=1.22)', at },
  });
  expect(pageAt('http://ci:8888/logs/7f3a9c21-9.2#L812')).toEqual({
    ...{ kind: 'log', run: '7f3a9c21-9', at },
  });
  expect(pageAt('https://ci/commits/1a2b3c4/?x').at?.port).toBe(443);
  expect(() => pageAt('http://ci:8888/queue')).toThrow(
    'http://ci:8888/queue is not the address of the page of a commit, or of a log.',
  );
});

test('the beginning of an id that no clone here knows is for the dispatcher to find', async () => {
  const folder = temporaryFolder();
  expect((await commitNamed('1a2b3c4', folder)).commit).toBe('1a2b3c4');
  await expect(commitNamed('main', folder)).rejects.toThrow(
    'There is no clone here that knows "main"',
  );
  const { path } = makeRepository();
  await expect(commitNamed('mian', path)).rejects.toThrow('There is no commit "mian" in the clone');
  await expect(commitNamed('--all', path)).rejects.toThrow('There is no commit "--all"');
  await expect(commitNamed('HEAD:a/b', path)).rejects.toThrow('"a/b" is no name of a job');
});
