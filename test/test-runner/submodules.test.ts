import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Commit } from '../../src/protocol/ids.js';
import { checkoutOf, twoCommits } from '../support/checkouts.js';
import { makeClone, makeRepository, temporaryFolder, userSets } from '../support/git.js';
import { originsOfEverySpelling } from '../support/origins.js';

/** A remote to which somebody is about to push a submodule, `lib`. */
function withSubmodule() {
  const library = makeRepository();
  library.commit('library', { 'lib.txt': 'version 1' });
  const commits = twoCommits();
  const add = ['submodule', 'add', '-q', library.path, 'lib'];
  commits.author.git('-c', 'protocol.file.allow=always', ...add);
  return commits;
}

test('A47: submodules are brought along, cleaned, and gone with the commit that drops them', async () => {
  const { clone, author, first } = withSubmodule();
  const withLibrary = author.commit('with a library');
  author.push();

  const checkout = await checkoutOf(clone);
  expect(await checkout.at(withLibrary)).toBeNull();
  expect(readFileSync(join(checkout.folder, 'lib', 'lib.txt'), 'utf8')).toBe('version 1');

  writeFileSync(join(checkout.folder, 'lib', 'lib.txt'), 'changed');
  writeFileSync(join(checkout.folder, 'lib', 'litter'), '');
  checkout.clean();
  expect(await checkout.at(withLibrary)).toBeNull();
  expect(readFileSync(join(checkout.folder, 'lib', 'lib.txt'), 'utf8')).toBe('version 1');
  expect(existsSync(join(checkout.folder, 'lib', 'litter'))).toBe(false);

  checkout.clean();
  expect(await checkout.at(first)).toBeNull();
  expect(readdirSync(checkout.folder).sort()).toEqual(['.git', 'a.txt']);
});

test.each(originsOfEverySpelling)(
  'submodules on this machine are had where the origin is on it too: %s',
  async (_, make) => {
    const library = makeRepository();
    library.commit('library', { 'lib.txt': 'version 1' });
    const { url } = make();
    const clone = makeClone(url);
    clone.git('remote', 'set-url', 'origin', url);
    clone.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', library.path, 'lib');
    const withLibrary = clone.commit('with a library');

    const checkout = await checkoutOf(clone);
    expect(await checkout.at(withLibrary)).toBeNull();
    expect(readFileSync(join(checkout.folder, 'lib', 'lib.txt'), 'utf8')).toBe('version 1');
  },
);

test('a repository that a suite put in a submodule’s place can start no program of ours', async () => {
  const { clone, author } = withSubmodule();
  const withLibrary = author.commit('with a library');
  author.push();
  const checkout = await checkoutOf(clone);
  expect(await checkout.at(withLibrary)).toBeNull();

  const [place, proof] = [join(checkout.folder, 'lib'), join(temporaryFolder(), 'proof')];
  rmSync(join(place, '.git'));
  cpSync(join(checkout.folder, '.git', 'modules', 'lib'), join(place, '.git'), { recursive: true });
  const filter = `[core]\nbare = false\n[filter "evil"]\nsmudge = "touch ${proof}; cat"\n`;
  writeFileSync(join(place, '.git', 'config'), filter);
  mkdirSync(join(place, '.git', 'info'), { recursive: true });
  writeFileSync(join(place, '.git', 'info', 'attributes'), '* filter=evil\n');
  rmSync(join(place, 'lib.txt'));
  checkout.clean();
  expect(await checkout.at(withLibrary)).toBeNull();
  expect(existsSync(proof)).toBe(false);
  expect(readFileSync(join(place, 'lib.txt'), 'utf8')).toBe('version 1');
});

test('what a suite told a submodule is not believed, whatever the submodule is called', async () => {
  const library = makeRepository();
  library.commit('library', { 'lib.txt': 'version 1' });
  const { clone, author } = twoCommits();
  const add = ['submodule', 'add', '-q', '--name', 'index', library.path, 'index'];
  author.git('-c', 'protocol.file.allow=always', ...add);
  const commit = author.commit('with a library');
  author.push();
  const checkout = await checkoutOf(clone);
  expect(await checkout.at(commit)).toBeNull();

  const proof = join(temporaryFolder(), 'proof');
  const own = join(checkout.folder, '.git', 'modules', 'index');
  appendFileSync(join(own, 'config'), `[filter "evil"]\nsmudge = "touch ${proof}; cat"\n`);
  mkdirSync(join(own, 'info'), { recursive: true });
  writeFileSync(join(own, 'info', 'attributes'), '* filter=evil\n');
  checkout.clean();
  expect(await checkout.at(commit)).toBeNull();
  expect(existsSync(proof)).toBe(false);
  expect(readFileSync(join(checkout.folder, 'index', 'lib.txt'), 'utf8')).toBe('version 1');
});

test.each([
  ['active', 'nothing'],
  ['alternateLocation', 'superproject'],
])('submodules are had whatever the user has set for others: submodule.%s', async (name, value) => {
  userSets(`[submodule]\n${name} = ${value}\n`);
  const { clone, author } = withSubmodule();
  const commit = author.commit('with a library');
  author.push();
  const checkout = await checkoutOf(clone);
  expect(await checkout.at(commit)).toBeNull();
  expect(readFileSync(join(checkout.folder, 'lib', 'lib.txt'), 'utf8')).toBe('version 1');
});

test.each(['user', 'clone'])(
  'a relative submodule lies beside the origin, in the spelling that all know: insteadOf of the %s',
  async (whose) => {
    const folder = temporaryFolder();
    const library = makeRepository(join(folder, whose === 'user' ? 'far' : 'mirror', 'lib'));
    const version = library.commit('library', { 'lib.txt': 'version 1' });
    const app = makeRepository(join(folder, 'mirror', 'app'));
    app.commit('app', { '.gitmodules': '[submodule "lib"]\n\tpath = lib\n\turl = ../lib\n' });
    app.git('update-index', '--add', '--cacheinfo', `160000,${version},lib`);
    app.git('commit', '-qm', 'with a library');
    const commit = app.git('rev-parse', 'HEAD') as Commit;
    const clone = makeClone(app.path);
    clone.git('remote', 'set-url', 'origin', 'https://example.com/team/app');
    const [mirror, far] = [join(folder, 'mirror', 'app'), join(folder, 'far')];
    const rewriting =
      `[url "${mirror}"]\ninsteadOf = https://example.com/team/app\n` +
      `[url "${far}/"]\ninsteadOf = https://example.com/team/\n`;
    if (whose === 'user') userSets(rewriting);
    else appendFileSync(join(clone.path, '.git', 'config'), rewriting);

    const checkout = await checkoutOf(clone);
    expect(await checkout.at(commit)).toBeNull();
    expect(readFileSync(join(checkout.folder, 'lib', 'lib.txt'), 'utf8')).toBe('version 1');
  },
);

test('beside a link to a repository that nobody can name, submodules are had as by a fresh clone', async () => {
  const { clone, author } = withSubmodule();
  author.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},stray`);
  author.git('commit', '-qm', 'both');
  const commit = author.git('rev-parse', 'HEAD') as Commit;
  author.push();
  const checkout = await checkoutOf(clone);
  expect(await checkout.at(commit)).toBeNull();
  expect(readFileSync(join(checkout.folder, 'lib', 'lib.txt'), 'utf8')).toBe('version 1');
  expect(readdirSync(join(checkout.folder, 'stray'))).toEqual([]);
});
