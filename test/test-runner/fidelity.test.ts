/**
 * A checkout is, file for file, what a fresh clone of that commit gives: whatever the commits before
 * it were, whatever the user has set for git, and whatever suites did to the tree.
 */

import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { Commit } from '../../src/protocol/ids.js';
import { checkoutOf } from '../support/checkouts.js';
import { makeBare, makeClone, makeRepository, type TestRepository } from '../support/git.js';

const paths = ['a.txt', 'A.txt', 'sub/b.dat', 'sub/deep/c', 'ünïcode', ' blank', 'lib.bin'];

const contents = ['', 'one\n', 'one\ntwo\n', 'one\r\ntwo\r\n', '$Id$\n', 'a\0b\n', 'größer\n'];

const attributes = [
  ['* text=auto'],
  ['*.txt eol=crlf'],
  ['*.txt ident', '*.dat -text'],
  ['*.txt text working-tree-encoding=UTF-16'],
  ['* text=auto eol=crlf', '*.dat binary'],
  ['lib.bin filter=rot'],
];

/** What a commit changes. */
const change = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    path: fc.constantFrom(...paths),
    text: fc.constantFrom(...contents),
    mode: fc.constantFrom(0o644, 0o755),
  }),
  fc.record({ kind: fc.constant('link' as const), path: fc.constantFrom('a.txt', 'sub/to') }),
  fc.record({ kind: fc.constant('remove' as const), path: fc.constantFrom(...paths) }),
  fc.record({
    kind: fc.constant('attributes' as const),
    folder: fc.constantFrom('', 'sub/', 'sub/deep/'),
    lines: fc.constantFrom(...attributes),
  }),
  fc.record({ kind: fc.constant('submodule' as const), version: fc.constantFrom(0, 1) }),
  fc.record({ kind: fc.constant('drop submodule' as const) }),
  fc.record({ kind: fc.constant('stray link' as const) }),
);

/** What the user has set, or a suite for him. */
const settings = [
  ['core.eol', 'crlf'],
  ['core.autocrlf', 'true'],
  ['core.symlinks', 'false'],
  ['core.fileMode', 'false'],
  ['core.ignoreCase', 'true'],
  ['core.splitIndex', 'true'],
  ['index.version', '4'],
  ['core.attributesFile', '~/attributes'],
  ['feature.manyFiles', 'true'],
  ['init.templateDir', '~/template'],
  ['submodule.active', 'nothing'],
  ['submodule.alternateLocation', 'superproject'],
  ['submodule.recurse', 'true'],
] as const;

/** What a suite does in its tree. */
const suites = {
  nothing: '',
  'asks git': 'git status >/dev/null; git submodule status >/dev/null 2>&1',
  'opens all': 'chmod -R a+rwX .',
  'closes all': 'find . -name .git -prune -o -type f -exec chmod 600 {} +',
  'writes everywhere':
    'find . -name .git -prune -o -type f -exec sh -c "echo x >>\\"\\$1\\"" sh {} \\;',
  'believes it unchanged':
    'for f in *.txt; do [ -f "$f" ] && git update-index --assume-unchanged "$f" && echo x >"$f"; done 2>/dev/null',
  'has attributes of its own': 'mkdir -p .git/info; echo "* eol=crlf" >.git/info/attributes',
  'makes repositories of folders':
    'for d in sub stray lib; do git init -q $d && echo x >$d/x; done',
  'believes a submodule unchanged':
    '[ ! -e lib/lib.txt ] || (cd lib && git update-index --skip-worktree lib.txt && rm lib.txt)',
  'removes a folder': 'rm -rf sub/deep',
  'turns folders into files': 'rm -rf sub; echo x >sub',
} as const;

const step = fc.record({
  changes: fc.array(change, { minLength: 1, maxLength: 4 }),
  suite: fc.constantFrom(...(Object.keys(suites) as (keyof typeof suites)[])),
  set: fc.option(fc.constantFrom(...settings), { nil: null }),
});

test('a checkout is what a fresh clone gives, over any history of commits, settings and suites', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trivet-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const library = makeLibrary(join(folder, 'library'));
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 4 }), async (steps) => {
      number += 1;
      const here = join(folder, String(number));
      const home = makeHome(join(here, 'home'));
      const remote = makeBare(join(here, 'remote.git'));
      const author = makeClone(remote.path, join(here, 'author'));
      const clone = makeClone(remote.path, join(here, 'clone'));
      const checkout = await checkoutOf(clone, join(here, 'slots', '1', 'tree'));
      for (const [index, { changes, suite, set }] of steps.entries()) {
        for (const one of changes) apply(author, library, one);
        author.git('commit', '-q', '--allow-empty', '-m', `step ${index}`);
        const commit = author.git('rev-parse', 'HEAD') as Commit;
        author.git('push', '-q', 'origin', `HEAD:refs/heads/step-${index}`);
        expect(await checkout.at(commit)).toBeNull();
        const fresh = freshClone(remote.path, `step-${index}`, join(here, `fresh-${index}`));
        expect(filesOf(checkout.folder)).toEqual(filesOf(fresh));
        execFileSync('sh', ['-c', `${suites[suite]}\ntrue`], {
          cwd: checkout.folder,
          stdio: 'ignore',
        });
        if (set !== null) execFileSync('git', ['config', '-f', join(home, '.gitconfig'), ...set]);
        checkout.clean();
      }
      await checkout.settled();
      rmSync(here, { recursive: true, force: true });
    }),
    { numRuns: Number(process.env['CASES'] ?? 8) },
  );
}, 600_000);

/** Two versions of a library, to be a submodule. */
function makeLibrary(path: string): { path: string; versions: Commit[] } {
  const library = makeRepository(path);
  const versions = ['one', 'two'].map((version) =>
    library.commit(version, { 'lib.txt': `${version}\n`, '.gitattributes': '*.txt text\n' }),
  );
  return { path, versions };
}

/** Our own user's, with a filter, and with attributes and a template that he may come to name. */
function makeHome(home: string): string {
  mkdirSync(join(home, 'template', 'info'), { recursive: true });
  writeFileSync(join(home, 'template', 'info', 'attributes'), '* eol=crlf\n');
  writeFileSync(join(home, 'attributes'), '* ident eol=crlf\n');
  writeFileSync(join(home, '.gitconfig'), `[filter "rot"]\nsmudge = ${rot}\nclean = ${rot}\n`);
  const before = { HOME: process.env['HOME'], XDG_CONFIG_HOME: process.env['XDG_CONFIG_HOME'] };
  onTestFinished(() => {
    Object.assign(process.env, before);
  });
  process.env['HOME'] = home;
  delete process.env['XDG_CONFIG_HOME'];
  return home;
}

const rot = 'tr a-zA-Z n-za-mN-ZA-M';

/** Into the index as it is: the author's git is not to convert what the checkout's is to convert. */
function apply(author: TestRepository, library: ReturnType<typeof makeLibrary>, one: Change): void {
  const put = (mode: string, path: string, text: string) => {
    const options = { cwd: author.path, input: text };
    const blob = execFileSync('git', ['hash-object', '-w', '--no-filters', '--stdin'], options);
    const entry = `${mode},${blob.toString().trim()},${path}`;
    author.git('update-index', '--add', '--replace', '--cacheinfo', entry);
  };
  switch (one.kind) {
    case 'write':
      return put(one.mode === 0o755 ? '100755' : '100644', one.path, one.text);
    case 'link':
      return put('120000', one.path, 'elsewhere');
    case 'attributes':
      return put('100644', `${one.folder}.gitattributes`, `${one.lines.join('\n')}\n`);
    case 'remove':
      author.git('update-index', '--force-remove', one.path);
      return;
    case 'submodule': {
      const entry = `160000,${library.versions[one.version]},lib`;
      put('100644', '.gitmodules', `[submodule "lib"]\n\tpath = lib\n\turl = ${library.path}\n`);
      author.git('update-index', '--add', '--replace', '--cacheinfo', entry);
      return;
    }
    case 'drop submodule':
      author.git('update-index', '--force-remove', '.gitmodules', 'lib');
      return;
    case 'stray link':
      author.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},stray`);
  }
}

type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

/** By somebody who has set nothing but the filter. */
function freshClone(url: string, branch: string, path: string): string {
  const own = ['-c', `filter.rot.smudge=${rot}`, '-c', 'protocol.file.allow=always'];
  const all = ['clone', '-q', '--recurse-submodules', '-b', branch, url, path];
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' };
  execFileSync('git', [...own, ...all], { env, stdio: 'pipe' });
  return path;
}

/** Each path below the folder with what it is; repositories' own folders and files left out. */
function filesOf(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below))
    .filter((name) => name !== '.git')
    .sort()
    .flatMap((name) => {
      const path = join(below, name);
      const file = join(folder, path);
      const { mode } = lstatSync(file);
      if (lstatSync(file).isSymbolicLink()) return [`${path} -> ${readlinkSync(file)}`];
      const what = `${path} ${(mode & 0o7777).toString(8)}`;
      if (lstatSync(file).isDirectory()) return [`${what}/`, ...filesOf(folder, path)];
      return [`${what} ${JSON.stringify(readFileSync(file, 'latin1'))}`];
    });
}
