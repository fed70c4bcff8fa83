import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Commit, parseCommit } from '../../src/protocol/ids.js';
import { Checkout } from '../../src/test-runner/checkout.js';
import { openClone } from '../../src/world/clone.js';
import {
  makeClone,
  makeRemote,
  makeRepository,
  type TestRepository,
  temporaryFolder,
} from '../support/git.js';

const unknown = 'd'.repeat(40) as Commit;

test('A1: the second commit in a slot is the second commit', async () => {
  const { clone, first, second } = twoCommits();
  const checkout = await checkoutOf(clone);
  expect(await checkout.at(first)).toBeNull();
  expect(textOf(checkout)).toBe('one');
  expect(await checkout.at(second)).toBeNull();
  expect(textOf(checkout)).toBe('two');
  expect(git(checkout, 'rev-parse', 'HEAD')).toBe(second);
});

test('A2: an unknown commit is handed back, never tested as another', async () => {
  const checkout = await checkoutOf(twoCommits().clone);
  expect(await checkout.at(unknown)).toMatchObject({ reason: 'unknown-commit' });
});

test('a remote that is away is told apart from a commit that is not there', async () => {
  const { clone } = twoCommits();
  clone.git('remote', 'set-url', 'origin', 'file:///nonexistent/repository.git');
  const checkout = await checkoutOf(clone);
  expect(await checkout.at(unknown)).toMatchObject({ reason: 'could-not-fetch' });
});

test('A4: an option in place of a commit never reaches git', async () => {
  const checkout = await checkoutOf(twoCommits().clone);
  expect(parseCommit('--quiet')).toBeNull();
  await expect(checkout.at('--quiet' as Commit)).rejects.toThrow('not a commit');
});

test('A44: a path with spaces and quotes is a path like any other', async () => {
  const path = join(temporaryFolder(), 'a "clone" with # spaces');
  const { clone, second } = twoCommits({ path });
  const checkout = await checkoutOf(clone, join(temporaryFolder(), 'a tree'));
  expect(await checkout.at(second)).toBeNull();
  expect(textOf(checkout)).toBe('two');
});

test('a commit that only the origin has needs no fetch where the origin is a local path', async () => {
  const { clone, remote, author } = twoCommits();
  const third = author.commit('three', { 'a.txt': 'three' });
  author.push();
  const checkout = await checkoutOf(clone);
  expect(await checkout.at(third)).toBeNull();
  expect(textOf(checkout)).toBe('three');
  expect(() => clone.git('cat-file', '-e', third)).toThrow();
  expect(remote.git('rev-parse', 'main')).toBe(third);
});

test('a commit that the clone lacks is fetched, and the clone keeps its refs and its tree', async () => {
  const { clone, remote, author, second } = twoCommits();
  clone.git('remote', 'set-url', 'origin', `file://${remote.path}`);
  const third = author.commit('three', { 'a.txt': 'three' });
  author.push();
  const checkout = await checkoutOf(clone);
  expect(await checkout.at(third)).toBeNull();
  expect(textOf(checkout)).toBe('three');
  expect(clone.git('rev-parse', 'HEAD', 'origin/main')).toBe(`${second}\n${second}`);
  expect(readFileSync(join(clone.path, 'a.txt'), 'utf8')).toBe('two');
  expect(existsSync(join(clone.path, '.git', 'FETCH_HEAD'))).toBe(false);
});

test('A47: what a suite leaves is gone: changes, ignored files, nested repositories', async () => {
  const { clone, author } = twoCommits();
  const commit = author.commit('ignore', { '.gitignore': 'built\n' });
  author.push();
  const checkout = await checkoutOf(clone);
  await checkout.at(commit);
  writeFileSync(join(checkout.folder, 'a.txt'), 'changed');
  writeFileSync(join(checkout.folder, 'built'), 'ignored');
  makeRepository(join(checkout.folder, 'nested', 'deep')).commit('inner', { x: 'x' });
  checkout.clean();
  expect(await checkout.at(commit)).toBeNull();
  expect(readdirSync(checkout.folder).sort()).toEqual(['.git', '.gitignore', 'a.txt']);
  expect(git(checkout, 'status', '--porcelain', '--ignored')).toBe('');
});

test('what a suite does to its own repository is undone, and never reaches the clone', async () => {
  const { clone, first, second } = twoCommits();
  const checkout = await checkoutOf(clone);
  await checkout.at(first);
  git(checkout, 'checkout', '-q', '-b', 'mine');
  git(checkout, 'config', 'core.worktree', '/tmp');
  mkdirSync(join(checkout.folder, '.git', 'hooks'), { recursive: true });
  checkout.clean();
  expect(await checkout.at(second)).toBeNull();
  expect(git(checkout, 'branch', '--list')).toBe('* (no branch)');
  expect(textOf(checkout)).toBe('two');
  expect(clone.git('branch', '--list')).toBe('* main');
});

test('a suite that replaces its repository by a link to the clone does the clone no harm', async () => {
  const { clone, first, second } = twoCommits();
  const checkout = await checkoutOf(clone);
  await checkout.at(first);
  const gitDir = join(checkout.folder, '.git');
  execFileSync('sh', [
    '-c',
    'rm -rf "$1" && ln -s "$2" "$1"',
    'sh',
    gitDir,
    join(clone.path, '.git'),
  ]);
  checkout.clean();
  expect(await checkout.at(first)).toBeNull();
  expect(clone.git('rev-parse', 'HEAD')).toBe(second);
});

test('an index.lock left by a killed git does not stop the next run', async () => {
  const { clone, first, second } = twoCommits();
  const folder = join(temporaryFolder(), 'tree');
  await (await checkoutOf(clone, folder)).at(first);
  writeFileSync(join(folder, '.git', 'index.lock'), '');
  const next = await checkoutOf(clone, folder);
  expect(await next.at(second)).toBeNull();
  expect(textOf(next)).toBe('two');
});

test('a tree that is broken beyond use is made anew', async () => {
  const { clone, second } = twoCommits();
  const checkout = await checkoutOf(clone);
  await checkout.at(second);
  writeFileSync(join(checkout.folder, '.git', 'index'), 'not an index');
  expect(await checkout.at(second)).toBeNull();
  expect(git(checkout, 'status', '--porcelain')).toBe('');
});

test('a sha256 repository is checked out like any other', async () => {
  const path = temporaryFolder();
  execFileSync('git', ['init', '-q', '-b', 'main', '--object-format=sha256', path]);
  const repository = makeRepository(path);
  const commit = repository.commit('one', { 'a.txt': 'one' });
  expect(commit).toHaveLength(64);
  const checkout = await checkoutOf(repository);
  expect(await checkout.at(commit)).toBeNull();
  expect(textOf(checkout)).toBe('one');
});

test('a file that two commits share is not written again', async () => {
  const { clone, author, second } = twoCommits();
  const third = author.commit('three', { 'b.txt': 'three' });
  author.push();
  const checkout = await checkoutOf(clone);
  await checkout.at(second);
  const before = statSync(join(checkout.folder, 'a.txt')).ino;
  checkout.clean();
  await checkout.at(third);
  expect(statSync(join(checkout.folder, 'a.txt')).ino).toBe(before);
});

test.each(['--assume-unchanged', '--skip-worktree'])(
  'A1: what a suite tells the index (%s) does not hide its change from the next run',
  async (flag) => {
    const { clone, author, second } = twoCommits();
    const third = author.commit('three', { 'b.txt': 'three' });
    author.push();
    const checkout = await checkoutOf(clone);
    await checkout.at(second);
    git(checkout, 'update-index', flag, 'a.txt');
    writeFileSync(join(checkout.folder, 'a.txt'), 'not as it was committed');
    checkout.clean();
    expect(await checkout.at(third)).toBeNull();
    expect(textOf(checkout)).toBe('two');
  },
);

test('A1: an object that a suite made under the name of another is not believed', async () => {
  const { clone, first, second } = twoCommits();
  const checkout = await checkoutOf(clone);
  await checkout.at(first);
  const objects = join(checkout.folder, '.git', 'objects');
  const [name, other] = ['two', 'evil'].map((text) => {
    writeFileSync(join(checkout.folder, 'text'), text);
    const id = git(checkout, 'hash-object', ...(text === 'evil' ? ['-w'] : []), 'text');
    return { folder: join(objects, id.slice(0, 2)), file: id.slice(2) };
  });
  if (name === undefined || other === undefined) throw new Error('two objects');
  mkdirSync(name.folder, { recursive: true });
  copyFileSync(join(other.folder, other.file), join(name.folder, name.file));
  checkout.clean();
  expect(await checkout.at(second)).toBeNull();
  expect(textOf(checkout)).toBe('two');
});

test('A47: submodules are brought along, cleaned, and gone with the commit that drops them', async () => {
  const library = makeRepository();
  library.commit('library', { 'lib.txt': 'version 1' });
  const { clone, author, first } = twoCommits();
  author.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', library.path, 'lib');
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

test('a repository that a suite put in a submodule’s place can start no program of ours', async () => {
  const library = makeRepository();
  library.commit('library', { 'lib.txt': 'version 1' });
  const { clone, author } = twoCommits();
  author.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', library.path, 'lib');
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

test('a suite that leaves folders too deep for a path, or read-only ones, spoils no later run', async () => {
  const { clone, first, second } = twoCommits();
  const checkout = await checkoutOf(clone);
  expect(await checkout.at(first)).toBeNull();
  const deep = 'for i in $(seq 600); do mkdir a-folder && cd -P a-folder || exit 1; done';
  const readOnly = 'mkdir -p module/cache && touch module/cache/file && chmod -R a-w module';
  execFileSync('bash', ['-c', `${readOnly} && ${deep}`], { cwd: checkout.folder });
  checkout.clean();
  expect(await checkout.at(second)).toBeNull();
  expect(readdirSync(checkout.folder).sort()).toEqual(['.git', 'a.txt']);
});

test('A46: two slots of one clone hold two commits at once', async () => {
  const { clone, first, second } = twoCommits();
  const [one, two] = await Promise.all([checkoutOf(clone), checkoutOf(clone)]);
  expect(await Promise.all([one.at(first), two.at(second)])).toEqual([null, null]);
  expect([textOf(one), textOf(two)]).toEqual(['one', 'two']);
});

/** A remote with two commits, somebody who pushes to it, and the runner's clone. */
function twoCommits({ path }: { path?: string } = {}) {
  const { remote, author } = makeRemote();
  const first = author.commit('one', { 'a.txt': 'one' });
  const second = author.commit('two', { 'a.txt': 'two' });
  author.push();
  return { remote, author, clone: makeClone(remote.path, path), first, second };
}

async function checkoutOf(
  { path }: TestRepository,
  folder = join(temporaryFolder(), 'tree'),
): Promise<Checkout> {
  const checkout = new Checkout(folder, await openClone(path));
  await checkout.settled();
  return checkout;
}

function textOf({ folder }: Checkout): string {
  return readFileSync(join(folder, 'a.txt'), 'utf8');
}

function git({ folder }: Checkout, ...args: string[]): string {
  return execFileSync('git', args, { cwd: folder, stdio: 'pipe' }).toString().trim();
}
