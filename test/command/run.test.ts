import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeRepository, temporaryFolder } from '../support/git.js';
import { trivet } from '../support/trivet-command.js';

const pipeline = `steps:
  build:
    commands: [cat tracked.txt, cat new.txt, test ! -e removed.txt, touch made.txt]
  lint: {commands: exit 4, depends_on: [], failure: ignore}
  test: {commands: 'test -e made.txt && printf "no end"', depends_on: build}
  after: {commands: echo never, depends_on: test, when: {status: failure}}
`;

/** A work tree with changes that are not committed. */
function workTree(files: Readonly<Record<string, string>>): string {
  const repository = makeRepository();
  const begin = { 'tracked.txt': 'old\n', 'removed.txt': '', '.gitignore': 'ignored/\n' };
  repository.commit('Begin', { ...begin, ...files });
  writeFileSync(join(repository.path, 'tracked.txt'), 'changed\n');
  writeFileSync(join(repository.path, 'new.txt'), 'new\n');
  repository.git('rm', '-q', 'removed.txt');
  mkdirSync(join(repository.path, 'ignored'));
  return repository.path;
}

/** Where its copies are made, of which nothing is to be left. */
function run(folder: string, ...args: string[]) {
  const place = temporaryFolder();
  const result = trivet(folder, ['run', ...args], { TMPDIR: place });
  return { ...result, left: readdirSync(place).filter((name) => name.startsWith('trivet-run-')) };
}

/** What one step printed and how it ended: the lines of steps that run at the same time come in between. */
const linesOf = (step: string, stdout: string) =>
  stdout
    .split('\n')
    .filter((line) => line.split(/ +│ /)[0] === step || /^[✓✗] (\S+)/u.exec(line)?.[1] === step)
    .map((line) => line.replace(/^.*│ /, '').replace(/ after .*/, ''));

test('trivet run runs the work tree as it lies there, in a copy, in the order of its plan', () => {
  const folder = workTree({ '.trivet.yml': pipeline });
  const { status, stdout, left } = run(folder);
  expect(linesOf('build', stdout)).toEqual([
    '+ cat tracked.txt',
    'changed',
    '+ cat new.txt',
    'new',
    '+ test ! -e removed.txt',
    '+ touch made.txt',
    '✓ build passed',
  ]);
  expect(stdout).toMatch(/✗ lint failed after .* with exit code 4, which does not count/);
  expect(linesOf('test', stdout).slice(-2)).toEqual(['no end', '✓ test passed']);
  expect(stdout).toContain('– after skipped: the job has not failed');
  expect(status).toBe(0);
  expect(existsSync(join(folder, 'made.txt'))).toBe(false);
  expect(left).toEqual([]);
});

test('a red step ends it with code 1, what needs its workflow is skipped, what waits for a failure runs', () => {
  const folder = workTree({
    '.trivet/build.yml': 'steps:\n  build: {commands: exit 3}\n',
    '.trivet/ship.yml': 'depends_on: [build]\nsteps:\n  ship: {commands: echo shipped}\n',
    '.trivet/tell.yml':
      'depends_on: [build]\nruns_on: [failure]\nsteps:\n  tell: {commands: echo told}\n',
  });
  const { status, stdout } = run(folder);
  expect(stdout).toContain('▸ ship\n– skipped: it needs build, which did not pass');
  expect(stdout).toContain('tell  │ told');
  expect(status).toBe(1);
});

test('one workflow, or some of its steps, are run by name; a name that is mistyped is told of', () => {
  const folder = workTree({ '.trivet.yml': pipeline });
  const one = run(folder, 'trivet', 'lint');
  expect(one.stdout).not.toContain('build │');
  expect(one.status).toBe(0);
  expect(run(folder, 'trivt')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('did you mean "trivet"?'),
  });
  expect(run(folder, 'trivet', 'lnt').stderr).toContain('There is no step "lnt"');
});

test('with --keep one can look inside afterwards', () => {
  const { stdout, left } = run(workTree({ '.trivet.yml': pipeline }), '--keep');
  expect(left).toHaveLength(1);
  const [, copy = ''] = /\nThe copy is in:\n {2}trivet: (.+)\n/.exec(stdout) ?? [];
  expect(readFileSync(join(copy, 'tracked.txt'), 'utf8')).toBe('changed\n');
  expect(existsSync(join(copy, 'made.txt'))).toBe(true);
});

test('a workflow file that is wrong runs nothing and is explained, with code 2', () => {
  const { status, stderr, left } = run(workTree({ '.trivet.yml': 'steps: 7\n' }));
  expect(stderr).toMatch(/^\.trivet\.yml:1:8: error: /);
  expect(status).toBe(2);
  expect(left).toEqual([]);
});

test('what steps name by from_secret comes from a file, and is masked here, too', () => {
  const folder = workTree({
    '.trivet.yml':
      'steps: {ship: {environment: {KEY: {from_secret: Ship_Key}}, commands: \'echo "<$KEY>"\'}}\n',
  });
  const { stdout, status } = run(folder);
  expect(stdout).toContain(
    'the secret "Ship_Key" is not given: it is not in a file that --secrets names',
  );
  expect(status).toBe(2);
  const file = join(temporaryFolder(), 'secrets');
  writeFileSync(file, '# for the desk\n\nSHIP_KEY = a=b c\n');
  expect(run(folder, '--secrets', file).stdout).toContain('ship │ < ********>\n');
  writeFileSync(file, 'SHIP_KEY\n');
  expect(run(folder, '--secrets', file)).toMatchObject({
    status: 2,
    stderr: `${file}:1 is not NAME=value.\nTry --help.\n`,
  });
});

test('trivet run knows what HEAD says, and does what a push would skip', () => {
  const repository = makeRepository();
  const text = 'steps:\n  a:\n    commands: echo "of ${CI_COMMIT_MESSAGE}"\n';
  repository.commit('Fix it [skip ci]', { '.trivet.yml': text });
  const { stdout, status } = run(repository.path);
  expect(linesOf('a', stdout)).toContain('of Fix it [skip ci]');
  expect(status).toBe(0);
});

test('each job, and each cell of a matrix, has a copy of its own, as on runners', () => {
  const folder = workTree({
    '.trivet/a.yml': 'steps: {make: {commands: [test ! -e made.txt, touch made.txt]}}\n',
    '.trivet/b.yml':
      'depends_on: [a]\nmatrix: {N: [1, 2]}\n' +
      "steps: {look: {commands: [test ! -e made.txt, touch made.txt, cat new.txt, 'git status -s']}}\n",
  });
  const { status, stdout, left } = run(folder, '--keep');
  expect(stdout).not.toMatch(/: failed/);
  expect(linesOf('look', stdout).filter((line) => line === '?? made.txt')).toHaveLength(2);
  expect(status).toBe(0);
  expect(left).toHaveLength(1);
  const [, list = ''] = stdout.split('\nThe copies are in:\n');
  const copies = [...list.matchAll(/^ {2}(.+): (\/.+)$/gm)].map(([, name, path]) => ({
    name,
    path,
  }));
  expect(copies.map(({ name }) => name)).toEqual(['a', 'b (N=1)', 'b (N=2)']);
  expect(new Set(copies.map(({ path }) => path)).size).toBe(3);
  for (const { path = '' } of copies) expect(existsSync(join(path, 'made.txt'))).toBe(true);
});

test('submodules are brought as they lie in the work tree; of one that is not there is told', () => {
  const inner = makeRepository();
  inner.commit('Inner', { 'inner.txt': 'inner\n' });
  const library = makeRepository();
  library.commit('Library', { 'kept.txt': 'kept\n', 'changed.txt': 'old\n', 'gone.txt': '' });
  const add = (to: typeof library, url: string, path: string) =>
    to.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', url, path);
  add(library, inner.path, 'within');
  library.commit('With another');
  const repository = makeRepository();
  add(repository, library.path, 'libs/one');
  add(repository, inner.path, 'absent');
  repository.git(
    '-C',
    'libs/one',
    ...'-c protocol.file.allow=always submodule --quiet update --init'.split(' '),
  );
  const commands = [
    'cat libs/one/kept.txt libs/one/changed.txt libs/one/new.txt libs/one/within/inner.txt',
    'test ! -e libs/one/gone.txt',
    'git -C libs/one log -1 --format=%s',
    'git -C libs/one status -s',
    'rm -rf libs',
  ];
  repository.commit('Begin', { '.trivet.yml': JSON.stringify({ steps: { look: { commands } } }) });
  repository.git('submodule', '--quiet', 'deinit', 'absent');
  const one = join(repository.path, 'libs', 'one');
  writeFileSync(join(one, 'changed.txt'), 'changed\n');
  writeFileSync(join(one, 'new.txt'), 'new\n');
  rmSync(join(one, 'gone.txt'));

  const { status, stdout, stderr, left } = run(repository.path);
  expect(linesOf('look', stdout).filter((line) => !line.startsWith('+'))).toEqual([
    ...['kept', 'changed', 'new', 'inner', 'With another'],
    ...[' M changed.txt', ' D gone.txt', '?? new.txt', '✓ look passed'],
  ]);
  expect(stderr).toBe(
    'The submodule absent is not checked out here, so its folder is empty in the run: ' +
      'git submodule update --init brings it.\n',
  );
  expect(status).toBe(0);
  expect(existsSync(join(one, 'new.txt'))).toBe(true);
  expect(left).toEqual([]);
});

test('a job that wants no clone begins without any file of the commit', () => {
  const folder = workTree({
    '.trivet.yml': 'skip_clone: true\nsteps: {look: {commands: \'test -z "$(ls)"\'}}\n',
  });
  expect(run(folder)).toMatchObject({ status: 0 });
});

test('a job that takes longer than its workflow allows is ended as on a runner', () => {
  const folder = workTree({
    '.trivet.yml': 'timeout: 1s\nsteps: {wait: {commands: sleep 60}}\n',
  });
  const { status, stdout } = run(folder);
  expect(stdout).toContain('trivet: timed-out, The run took longer than 1 s and was ended');
  expect(status).toBe(1);
});

test('steps are told the message of HEAD, and where HEAD is detached no branch', () => {
  const say = 'echo "<$CI_COMMIT_MESSAGE> <$CI_COMMIT_REF> <$CI_COMMIT_BRANCH>"';
  const folder = workTree({ '.trivet.yml': JSON.stringify({ steps: { say: { commands: say } } }) });
  const said = (...args: string[]) => linesOf('say', run(folder, ...args).stdout)[1];
  expect(said()).toBe('<Begin> <refs/heads/main> <main>');
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder });
  git('checkout', '-q', '--detach');
  expect(said()).toBe('<Begin> <HEAD> <>');
  expect(said('--branch', 'next')).toBe('<Begin> <refs/heads/next> <next>');
  // Who types it wants it run.
  const author = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
  git(...author, 'commit', '-q', '--allow-empty', '-m', 'Skip [skip ci]\n\n');
  expect(said()).toBe('<Skip [skip ci]> <HEAD> <>');
});
