/**
 * Filters of the user's, as Git LFS is one: what they have had from afar is kept in the clone, and
 * one that is not there is not passed over in silence.
 */

import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkoutOf } from '../support/checkouts.js';
import { makeRepository, temporaryFolder, userSets } from '../support/git.js';
import { runnerAtWork } from '../support/runners-at-work.js';

/** A filter that fetches contents by their names, and notes each time that it has to. */
function farAway(misses: string): string {
  const cache = '$(git rev-parse --absolute-git-dir)/lfs';
  const get = `[ -f ${cache}/$p ] || { echo $p >>${misses}; mkdir -p ${cache}; echo real $p >${cache}/$p; }`;
  return `[filter "far"]\nsmudge = "p=$(cat); ${get}; cat ${cache}/$p"\nrequired = true\n`;
}

test('what a filter has had from afar is had once for a clone, whatever commits come in turn', async () => {
  const misses = join(temporaryFolder(), 'misses');
  const repository = makeRepository();
  const attributes = { '.gitattributes': '*.bin filter=far\n' };
  const commits = ['A', 'B'].map((pointer) =>
    repository.commit(pointer, { ...attributes, 'a.bin': `${pointer}\n` }),
  );
  userSets(farAway(misses));
  for (const _ of ['one slot', 'another']) {
    const checkout = await checkoutOf(repository);
    for (const commit of [...commits, ...commits]) {
      expect(await checkout.at(commit)).toBeNull();
      checkout.clean();
    }
    await checkout.settled();
  }
  expect(readFileSync(misses, 'utf8')).toBe('A\nB\n');
});

test('a filter that nobody has set up is told of in the log, and one that is set up is not', async () => {
  const home = userSets('');
  const { repository, dispatcher } = await runnerAtWork({ command: 'cat a.bin' });
  const attributes = { '.gitattributes': '# filter=none\n*.bin filter=lfs -text\n' };
  const commit = repository.commit('with a pointer', { ...attributes, 'a.bin': 'pointer\n' });
  expect((await dispatcher.verdict(commit)).log).toMatch(
    /^Trivet: \.gitattributes names the filter lfs, which git does not know here: .*git lfs install.*\npointer\n$/,
  );
  writeFileSync(join(home, '.gitconfig'), '[filter "lfs"]\nsmudge = sed s/pointer/contents/\n');
  const next = repository.commit('the same', { 'b.txt': '' });
  expect((await dispatcher.verdict(next)).log).toBe('contents\n');
});

test('a run that is cancelled as its filters are looked up costs the next in its slot nothing', async () => {
  userSets('[filter "lfs"]\nsmudge = sed s/pointer/contents/\n');
  const repository = makeRepository();
  const files = { '.gitattributes': '*.bin filter=lfs -text\n', 'a.bin': 'pointer\n' };
  const commit = repository.commit('with a pointer', files);
  const checkout = await checkoutOf(repository);
  expect(await checkout.at(commit)).toBeNull();
  const asked = checkout.remarks(commit);
  checkout.end('SIGTERM');
  await asked;
  checkout.clean();
  expect(await checkout.at(commit)).toBeNull();
  expect(await checkout.remarks(commit)).toEqual({ log: '', fault: null });
  await checkout.settled();
});

test('a suite that changes the user’s settings changes no later checkout but by its filters', async () => {
  const home = userSets('');
  const { repository, dispatcher } = await runnerAtWork({
    command:
      'git config --global core.eol crlf; git config --global core.autocrlf true; od -c a.txt',
  });
  const first = repository.commit('one', { '.gitattributes': '* text=auto\n', 'a.txt': 'one\n' });
  const one = await dispatcher.verdict(first);
  expect(existsSync(join(home, '.gitconfig'))).toBe(true);
  const second = repository.commit('two', { 'b.txt': '' });
  expect((await dispatcher.verdict(second)).log).toBe(one.log);
});

test('a filter that is set up and fails is told of, as long as its files lie there as they are stored', async () => {
  userSets('[filter "gone"]\nsmudge = no-such-program %f\n');
  const { repository, dispatcher } = await runnerAtWork({ command: 'cat a.bin' });
  const files = { '.gitattributes': '*.bin filter=gone\n', 'a.bin': 'pointer\n' };
  for (const commit of [repository.commit('one', files), repository.commit('next', { b: '' })]) {
    expect((await dispatcher.verdict(commit)).log).toMatch(
      /^Trivet: git's filter "no-such-program %f" failed: its files .*\npointer\n$/,
    );
  }
});

test('a filter that changes in a file that the user’s settings include changes its files', async () => {
  const home = userSets('[include]\n\tpath = more\n');
  const set = (to: string) =>
    writeFileSync(join(home, 'more'), `[filter "st"]\nsmudge = sed s/raw/${to}/\n`);
  set('one');
  const repository = makeRepository();
  const files = { '.gitattributes': '*.bin filter=st\n', 'a.bin': 'raw\n' };
  const checkout = await checkoutOf(repository);
  const contents = () => readFileSync(join(checkout.folder, 'a.bin'), 'utf8');
  expect(await checkout.at(repository.commit('a', files))).toBeNull();
  expect(contents()).toBe('one\n');
  set('another');
  expect(await checkout.at(repository.commit('b', { b: '' }))).toBeNull();
  expect(contents()).toBe('another\n');
});

test('a clone in which nothing can be kept for filters is tested all the same', async () => {
  const repository = makeRepository();
  symlinkSync('/nonexistent/lfs', join(repository.path, '.git', 'lfs'));
  const checkout = await checkoutOf(repository);
  expect(await checkout.at(repository.commit('a', { a: '' }))).toBeNull();
});
