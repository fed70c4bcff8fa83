import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
  const [, copy = ''] = /The copy is in (.+)\n/.exec(stdout) ?? [];
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
