/**
 * What runs keep for later ones, with real folders: what comes back, to whom, and what never does.
 */

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { platformOf } from '../../src/test-runner/cache/entry.js';
import { filesMax, keyText } from '../../src/test-runner/cache/key.js';
import { openStore } from '../../src/test-runner/cache/open-store.js';
import { scopesOf } from '../../src/test-runner/cache/scope.js';
import { defaultBranchOf } from '../../src/test-runner/cache/slot-caches.js';
import type { CacheStore } from '../../src/test-runner/cache/store.js';
import { openClone } from '../../src/world/clone.js';
import { cachedRun, folderBy, save, scopeOf, storeIn, write } from '../support/caches.js';
import { eventually } from '../support/eventually.js';
import {
  makeClone,
  makeRemote,
  makeRepository,
  type TestRepository,
  temporaryFolder,
} from '../support/git.js';

const deps = folderBy('lock:1');

/** What a run finds in its folder before it begins; null: no such folder. */
async function found(store: CacheStore, ...[wanted = deps, scopes]: Finding) {
  const { caches, tree, log } = cachedRun(store, scopes);
  const isExact = await caches.restore(wanted);
  const made = join(tree, wanted.paths[0] ?? '', 'made');
  return { text: existsSync(made) ? readFileSync(made, 'utf8') : null, isExact, log: log() };
}

type Finding = [wanted?: typeof deps, scopes?: Parameters<typeof cachedRun>[1]];

test('what a green run leaves comes back to the next: contents, modes, and links as they are', async () => {
  const store = storeIn();
  const first = cachedRun(store);
  await first.caches.restore(deps);
  expect(first.log()).toBe('Trivet: nothing is cached yet for deps (key lock:1).\n');
  write(first.tree, { 'deps/a/tool': 'run me', 'deps/plain': 'text', outside: 'stays' });
  chmodSync(join(first.tree, 'deps/a/tool'), 0o755);
  chmodSync(join(first.tree, 'deps/plain'), 0o600);
  symlinkSync('a/tool', join(first.tree, 'deps/near'));
  symlinkSync('/etc/passwd', join(first.tree, 'deps/far'));
  await first.caches.save();
  expect(first.log()).toMatch(
    /^Trivet: deps saved in the cache in .* MB \(key lock:1, of main\)\.$/m,
  );

  const next = cachedRun(store);
  expect(await next.caches.restore(deps)).toBe(true);
  const at = (path: string) => join(next.tree, 'deps', path);
  expect(readFileSync(at('a/tool'), 'utf8')).toBe('run me');
  expect(lstatSync(at('a/tool')).mode & 0o777).toBe(0o755);
  expect(lstatSync(at('plain')).mode & 0o777).toBe(0o600);
  expect(readlinkSync(at('near'))).toBe('a/tool');
  expect(readlinkSync(at('far'))).toBe('/etc/passwd');
  expect(readdirSync(next.tree)).toEqual(['deps']);
  expect(next.log()).toMatch(
    /^Trivet: deps restored from the cache in \d+\.\d s \(key lock:1, of main\)\.\n$/,
  );
});

test('no run sees what another does to its copy, by no name of any file', async () => {
  const store = storeIn();
  const first = cachedRun(store);
  await first.caches.restore(deps);
  write(first.tree, { 'deps/made': 'good' });
  linkSync(join(first.tree, 'deps/made'), join(first.tree, 'other-name'));
  await first.caches.save();
  writeFileSync(join(first.tree, 'other-name'), 'bad');

  const next = cachedRun(store);
  await next.caches.restore(deps);
  writeFileSync(join(next.tree, 'deps/made'), 'bad');
  next.caches.close();
  expect((await found(store)).text).toBe('good');
});

test('for the next run a copy is made ahead, which is given to one run only', async () => {
  const folder = temporaryFolder();
  const store = storeIn(folder);
  await save(store, 'good', deps);
  const [id = ''] = readdirSync(join(folder, 'entries'));
  const ahead = () =>
    readdirSync(join(folder, 'entries', id)).filter((name) => name.startsWith('ahead'));
  await eventually('the copy is there', () => ahead().length === 1);
  expect((await found(store)).text).toBe('good');
  expect(ahead()).toEqual([]);
  expect((await found(store)).text).toBe('good');
});

test('what was made in other images is another entry', async () => {
  const store = storeIn();
  await save(store, 'of node 20', { ...deps, platform: platformOf(['node:20']) });
  expect((await found(store, { ...deps, platform: platformOf(['node:22']) })).text).toBeNull();
  expect((await found(store)).text).toBeNull();
});

test('a key is saved once; another key is another entry', async () => {
  const store = storeIn();
  await save(store, 'first', deps);
  const { caches, tree, log } = cachedRun(store);
  await caches.restore(deps);
  write(tree, { 'deps/made': 'second' });
  await caches.save();
  expect(log()).not.toContain('saved');
  expect((await found(store)).text).toBe('first');
  expect((await found(store, folderBy('lock:2'))).text).toBeNull();
});

test('of two runs that save the same at once one is first, and the other drops its own', async () => {
  const folder = temporaryFolder();
  const [one, other] = [storeIn(folder), storeIn(folder)];
  const logs = await Promise.all([save(one, 'one', deps), save(other, 'other', deps)]);
  const won = logs.findIndex((log) => log.includes('saved in the cache'));
  expect(logs[1 - won]).toContain('deps is not cached: another run has saved it meanwhile.');
  expect((await found(other)).text).toBe(['one', 'other'][won]);
});

test('what was set aside is kept as it was then, whatever the tests do to it', async () => {
  const store = storeIn();
  const { caches, tree } = cachedRun(store);
  await caches.restore(deps);
  write(tree, { 'deps/made': 'as installed' });
  await caches.setAside();
  write(tree, { 'deps/made': 'as tested' });
  await caches.save();
  expect((await found(store)).text).toBe('as installed');
});

test('a run that is not green leaves nothing', async () => {
  const folder = temporaryFolder();
  const store = storeIn(folder);
  const { caches, tree } = cachedRun(store);
  await caches.restore(deps);
  write(tree, { 'deps/made': 'red' });
  await caches.setAside();
  caches.close();
  expect((await found(store)).text).toBeNull();
  await store.close();
  expect(readdirSync(join(folder, 'drafts'))).toEqual([]);
});

test('a branch reads what the default branch has made, and never writes to it', async () => {
  const store = storeIn();
  expect(await save(store, 'feature’s', deps, scopeOf('feature'))).toContain('of feature).');
  expect((await found(store)).text).toBeNull();
  expect((await found(store, deps, scopeOf('feature'))).text).toBe('feature’s');
  expect((await found(store, deps, scopeOf('another'))).text).toBeNull();
  await save(store, 'main’s', deps);
  expect((await found(store, deps, scopeOf('another'))).text).toBe('main’s');
  expect((await found(store, deps, scopeOf('feature'))).text).toBe('feature’s');
});

test('who writes where follows from the ref: a pull request is not the branch that it is for', () => {
  const told = { branch: 'main', repository: null, job: 'default', number: 1 };
  const by = { author: '', subject: '' };
  expect(scopesOf({ ...told, ...by }, 'main')).toEqual({ own: 'refs/heads/main', others: [] });
  expect(scopesOf({ ...told, ...by, branch: 'refs/pull/7/head' }, 'main')).toEqual({
    own: 'refs/pull/7/head',
    others: ['refs/heads/main'],
  });
  // Without a word on which branch is trusted, none is.
  expect(scopesOf({ ...told, ...by }, null)).toEqual({ own: 'refs/heads/main', others: [] });
});

test('the default branch is what the origin’s HEAD names, or a bare repository’s own; else unknown', async () => {
  const { remote, author } = makeRemote();
  author.commit('one');
  author.push();
  const branchOf = async ({ path }: TestRepository) => defaultBranchOf(await openClone(path));
  expect(await branchOf(makeClone(remote.path))).toBe('main');
  expect(await branchOf(remote)).toBe('main');
  // Where somebody works, HEAD is what he works on.
  expect(await branchOf(makeRepository())).toBeNull();
});

test('a fallback is the beginning of an older key, by whole parts, and does not stop a new entry', async () => {
  const store = storeIn();
  await save(store, 'old', folderBy('v2/lock:1'));
  await save(store, 'wrong', folderBy('v21/lock:1'));
  const wanted = folderBy('v2/lock:2', ['v3', 'v2']);
  const older = await found(store, wanted);
  expect(older).toMatchObject({ text: 'old', isExact: false });
  expect(older.log).toContain('(an older key v2/lock:1, of main)');
  await save(store, 'new', wanted);
  expect(await found(store, wanted)).toMatchObject({ text: 'new', isExact: true });
  expect((await found(store, folderBy('v4', ['v2/lock']))).text).toBe('new');
});

test('a key is the content of its files; a text is itself, and one that looks like a file is told of', async () => {
  const tree = temporaryFolder();
  write(tree, { 'a.lock': 'one' });
  symlinkSync('/etc/passwd', join(tree, 'far.lock'));
  const before = await keyText(tree, ['v1.2', 'a.lock']);
  expect(before).toMatchObject({ key: expect.stringMatching(/^v1\.2\/a\.lock:[0-9a-f]{64}$/) });
  expect(before.remarks).toEqual([]);
  write(tree, { 'a.lock': 'two' });
  expect((await keyText(tree, ['v1.2', 'a.lock'])).key).not.toBe(before.key);
  const { key, remarks } = await keyText(tree, ['b.lock', 'far.lock', '../x']);
  expect([key, remarks]).toEqual([
    'b.lock/far.lock/../x',
    ['b.lock', 'far.lock'].map((part) => `the key ${part} is no file, and taken for a text`),
  ]);
});

test('a glob in a key is the names and contents of all files that it matches, but of no package', async () => {
  const tree = temporaryFolder();
  write(tree, { 'a.lock': 'one', 'deep/er/a.lock': 'two', 'node_modules/x/a.lock': 'three' });
  const keys = [await keyText(tree, ['v1', '**/*.lock'])];
  expect(keys[0]).toEqual({
    key: expect.stringMatching(/^v1\/\*\*\/\*\.lock:[0-9a-f]{64}$/),
    remarks: [],
  });
  const now = async (files: Record<string, string>) => {
    write(tree, files);
    return await keyText(tree, ['v1', '**/*.lock']);
  };
  expect(await now({ 'node_modules/x/a.lock': 'four', 'readme.md': 'hello' })).toEqual(keys[0]);
  keys.push(await now({ 'deep/er/a.lock': 'changed' }));
  keys.push(await now({ 'deep/b.lock': '' }));
  renameSync(join(tree, 'deep/b.lock'), join(tree, 'deep/c.lock'));
  keys.push(await now({}));
  expect(new Set(keys.map(({ key }) => key)).size).toBe(4);
  const none = {
    key: '*.toml',
    remarks: ['the key *.toml matches no file, and is taken for a text'],
  };
  expect(await keyText(tree, ['*.toml'])).toEqual(none);
});

test('a glob that matches too much stands for the first of it, and says so', async () => {
  const tree = temporaryFolder();
  const names = Array.from({ length: filesMax + 1 }, (_, at) => `${at}.lock`);
  write(tree, Object.fromEntries(names.map((name) => [name, name])));
  const { remarks } = await keyText(tree, ['*.lock']);
  expect(remarks).toEqual([
    `the key *.lock is made from only ${filesMax} files: it matches too much`,
  ]);
});

test.each([
  ['../elsewhere', 'it lies outside of the checkout'],
  ['deps/../../elsewhere', 'it lies outside of the checkout'],
  ['/etc', 'it lies outside of the checkout'],
  ['~/.npm', 'it lies outside of the checkout'],
  ['.', 'it is the whole checkout'],
  ['.git/hooks', "it is git's own"],
  ['sub/.GIT', "it is git's own"],
  ['a\0b', 'it is no path'],
  ['link/deps', 'it leads through link, which is no folder'],
  ['src', 'it is there already, of the commit or of another cache'],
])('a path that is no place for a cache is refused: %j', async (path, why) => {
  const store = storeIn();
  const tree = temporaryFolder();
  mkdirSync(join(tree, 'src'));
  symlinkSync(temporaryFolder(), join(tree, 'link'));
  const { caches, log } = cachedRun(store, undefined, tree);
  expect(await caches.restore(folderBy('k', [], path))).toBe(false);
  await caches.save();
  expect(log()).toBe(`Trivet: ${path} is not cached: ${why}.\n`);
});

test('what a run has put in the place of a folder is not followed, nor kept', async () => {
  const store = storeIn();
  const elsewhere = temporaryFolder();
  write(elsewhere, { secret: 'not yours', 'below/secret': 'not yours' });
  const run = cachedRun(store);
  for (const path of ['deps', 'sub/below', 'pipes']) {
    await run.caches.restore(folderBy(path, [], path));
  }
  symlinkSync(elsewhere, join(run.tree, 'deps'));
  rmSync(join(run.tree, 'sub'), { recursive: true, force: true });
  symlinkSync(elsewhere, join(run.tree, 'sub'));
  mkdirSync(join(run.tree, 'pipes'));
  execFileSync('mkfifo', [join(run.tree, 'pipes/pipe')]);
  await run.caches.save();
  expect(run.log()).toContain('deps is not cached: it is neither a file nor a folder.');
  expect(run.log()).toContain('sub/below is not cached: it leads through sub, which is no folder.');
  expect(run.log()).toContain('pipes is not cached: pipe is no file.');
  expect(store.all()).toEqual([]);
  run.caches.clear();
  expect(existsSync(join(elsewhere, 'below/secret'))).toBe(true);
  expect(existsSync(join(run.tree, 'pipes'))).toBe(false);
});

test('at the limit what was used least lately goes; what is larger than it is not kept', async () => {
  const store = storeIn(temporaryFolder(), 150_000);
  const large = (text: string) => text.repeat(40_000);
  await save(store, large('1'), folderBy('1'));
  await save(store, large('2'), folderBy('2'));
  await save(store, large('3'), folderBy('3'));
  await found(store, folderBy('1'));
  await save(store, large('4'), folderBy('4'));
  expect((await found(store, folderBy('2'))).text).toBeNull();
  for (const key of ['1', '3', '4'])
    expect((await found(store, folderBy(key))).text).not.toBeNull();
  const log = await save(store, large('5').repeat(5), folderBy('5'));
  expect(log).toMatch(/deps is not cached: 0\.2 MB are more than --cache-size allows\./);
  expect((await found(store, folderBy('4'))).text).not.toBeNull();
});

test('what a runner that died has left is removed at the next start, and nothing of one that lives', async () => {
  const folder = temporaryFolder();
  const living = storeIn(folder);
  await save(living, 'whole', deps);
  const draft = living.drafts.next();
  write(draft, { '0/made': 'being written' });
  write(folder, { 'drafts/dead/lock': '', 'drafts/dead/1/0/made': 'half' });
  write(folder, { 'entries/half/0/made': 'without a word on what it is' });
  const [id = ''] = living.all().map((kept) => kept.id);
  write(folder, { [`entries/${id}/ahead-anotherboot-1/0/made`]: 'of before a power cut' });

  const next = storeIn(folder);
  await eventually('it is gone', () => !existsSync(join(folder, 'drafts/dead')));
  expect(readdirSync(join(folder, 'entries'))).toEqual([id]);
  expect(existsSync(join(draft, '0/made'))).toBe(true);
  expect((await found(next)).text).toBe('whole');
});

test('an entry that is evicted while it is copied is not half restored', async () => {
  const folder = temporaryFolder();
  const store = storeIn(folder);
  await save(store, 'whole', deps);
  const [kept] = store.all();
  const tree = temporaryFolder();
  const restoring = store.restore(kept?.id ?? '', new Map([[0, join(tree, 'deps')]]));
  const gone = storeIn(folder).drafts.take(join(folder, 'entries', kept?.id ?? ''));
  expect(gone).not.toBeNull();
  expect(await restoring).not.toBeNull();
  expect(readdirSync(tree)).toEqual([]);
});

test('a folder that somebody has emptied is made anew', async () => {
  const folder = temporaryFolder();
  const store = storeIn(folder);
  rmSync(folder, { recursive: true });
  expect(await save(store, 'again', deps)).toContain('saved in the cache');
  expect((await found(store)).text).toBe('again');
});

test('a folder that cannot be used is refused where somebody named it, else nothing is cached', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  const told: string[] = [];
  const open = (cache: string | null, cacheBytesMax = 1e9) =>
    openStore({ cache, cacheBytesMax }, file, 'none-stands-here', ({ msg }) => told.push(msg));
  expect(() => open(join(file, 'caches'))).toThrow(/^--cache: the folder .* cannot be used/);
  expect(open(null)).toBeNull();
  expect(told).toEqual([expect.stringMatching(/^nothing is cached: the folder /)]);
  expect(open(join(file, 'caches'), 0)).toBeNull();
});
