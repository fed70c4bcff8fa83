/**
 * What a suite leaves is gone from a small tree, which we look at ourselves, as from a large one,
 * which git and find clean; and a file elsewhere that is linked with one of the tree is not touched.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readIndex } from '../../src/test-runner/checkout/git-index.js';
import { removeLeftovers } from '../../src/test-runner/checkout/leftovers.js';
import { checkoutOf, twoCommits } from '../support/checkouts.js';
import { temporaryFolder } from '../support/git.js';

const files = { 'src/deep/a': 'a', 'src/b': 'b' };

/** Beyond what we look at ourselves. */
const manyFiles = Object.fromEntries(Array.from({ length: 501 }, (_, n) => [`many/${n}`, '']));

/** `$1` is a folder elsewhere. */
const plain = {
  'new files': 'echo x > rubbish; echo x > src/deep/rubbish',
  'files with names of any bytes': 'touch "$(printf \'caf\\351\')" "$(printf \'two\\nlines\')"',
  'changed and removed files': 'echo changed > a.txt; rm src/b',
  links: 'ln -s "$1" link; ln -s /nowhere src/broken; rm a.txt; ln -s "$1/precious" a.txt',
  'a link in place of a folder': 'rm -r src; ln -s "$1" src',
  'a pipe': 'mkfifo src/pipe',
  'a folder without its files': 'rm -r src/deep',
};

const odd = {
  'new folders': 'mkdir -p build/out; touch build/out/x',
  'other modes': 'chmod 600 a.txt; chmod 640 src/b; chmod 4755 src/deep/a',
  'other modes of folders': 'chmod 700 src; chmod 2755 src/deep; chmod 1777 .',
  'a second name elsewhere': 'ln src/b "$1/second"; rm a.txt; ln "$1/precious" a.txt',
  'a repository': 'git init -q src/deep',
  'more files than we look at': 'cd src; for n in $(seq 600); do : > $n; : > deep/$n; done',
  'a folder in place of a file': 'rm a.txt; mkdir a.txt; touch a.txt/x',
};

const messes = Object.entries({ ...plain, ...odd });

for (const [size, more] of Object.entries({ small: {}, large: manyFiles })) {
  test.each(messes)(`from a ${size} tree a suite's leftovers are gone: %s`, async (_, mess) => {
    const { checkout, commit } = await treeOf({ ...files, ...more });
    const before = contentOf(checkout.folder);
    const elsewhere = temporaryFolder();
    execFileSync('sh', ['-c', 'echo mine > "$1/precious"; chmod 600 "$1/precious"', '', elsewhere]);
    execFileSync('sh', ['-c', mess, 'sh', elsewhere], { cwd: checkout.folder });
    checkout.clean();
    expect(await checkout.at(commit)).toBeNull();
    expect(contentOf(checkout.folder)).toBe(before);
    expect(readFileSync(join(elsewhere, 'precious'), 'utf8')).toBe('mine\n');
    expect(statSync(join(elsewhere, 'precious')).mode & 0o777).toBe(0o600);
  });
}

test.each([
  ['small', {}],
  ['large', manyFiles],
])('a folder of a %s tree whose files a suite removed is gone with its commit', async (_, more) => {
  const { author, clone } = twoCommits();
  const before = author.commit('many', more);
  const commit = author.commit('deep', { 'src/deep/er/a': 'a', 'src/other/b': 'b' });
  author.push();
  const checkout = await checkoutOf(clone);
  expect(await checkout.at(before)).toBeNull();
  const content = contentOf(checkout.folder);
  expect(await checkout.at(commit)).toBeNull();
  rmSync(join(checkout.folder, 'src', 'deep', 'er'), { recursive: true });
  rmSync(join(checkout.folder, 'src', 'other', 'b'));
  checkout.clean();
  expect(await checkout.at(before)).toBeNull();
  expect(contentOf(checkout.folder)).toBe(content);
});

test.each([
  ...Object.entries(plain).map(([name, mess]) => [name, mess, true] as const),
  ...Object.entries(odd).map(([name, mess]) => [name, mess, false] as const),
])('of a small tree, whether a look was enough is said: %s', async (_, mess, isEnough) => {
  const { checkout } = await treeOf(files);
  const elsewhere = temporaryFolder();
  execFileSync('sh', ['-c', `echo > "$1/precious"; ${mess}`, 'sh', elsewhere], {
    cwd: checkout.folder,
  });
  const index = readIndex(checkout.folder, 'sha1');
  expect(index !== null && removeLeftovers(checkout.folder, index)).toBe(isEnough);
});

async function treeOf(content: Readonly<Record<string, string>>) {
  const { clone, author } = twoCommits();
  const commit = author.commit('files', content);
  author.push();
  const checkout = await checkoutOf(clone);
  expect(await checkout.at(commit)).toBeNull();
  return { checkout, commit };
}

/** Each path but for the repository's, with its kind, its mode, where it leads and what it holds. */
function contentOf(folder: string): string {
  const list = "find . -path ./.git -prune -o -printf '%p %y %m %n %l\\n' | sort";
  const hash = 'find . -path ./.git -prune -o -type f -exec sha256sum {} + | sort';
  return execFileSync('sh', ['-c', `${list}; ${hash}`], { cwd: folder, encoding: 'latin1' });
}
