import { afterEach, expect, test, vi } from 'vitest';
import { readOptions } from '../../src/observer/options.js';
import { UsageError } from '../../src/world/exit.js';

afterEach(() => vi.unstubAllEnvs());

test('a path is all that is needed', () => {
  expect(readOptions(['clone'])).toEqual({
    repos: ['clone'],
    dispatcher: { host: 'localhost', port: 8888 },
    token: null,
    workflows: true,
    tls: null,
    intervalMs: 1_000,
    branches: [],
    refs: [],
    stateFolder: null,
    fromNow: false,
    latestOnly: false,
    once: false,
    notes: 'none',
    name: null,
    repository: null,
    story: { level: 'info', format: 'story' },
    flags: expect.objectContaining({ interval: 1_000 }),
  });
});

test('every flag is read, also from the environment', () => {
  vi.stubEnv('TRIVET_INTERVAL', '250ms');
  const argv = '--branch main,release/* --dispatcher-server [::1]:9 --latest-only p';
  expect(readOptions(argv.split(' '))).toMatchObject({
    repos: ['p'],
    branches: ['main', 'release/*'],
    dispatcher: { host: '::1', port: 9 },
    intervalMs: 250,
    latestOnly: true,
  });
  expect(readOptions(['--refs', 'refs/tags/*,refs/pull/*/head', 'p'])).toMatchObject({
    refs: ['refs/tags/*', 'refs/pull/*/head'],
  });
  expect(readOptions(['--state', 's', '--name', 'n', '--repository', 'r', 'p'])).toMatchObject({
    stateFolder: 's',
    name: 'n',
    repository: 'r',
  });
});

test.each([
  [[], 'Which repository?'],
  [['a', 'b', '--repository', 'r'], '--repository is for one repository, and there are 2'],
  [['--fast', 'a'], 'There is no flag --fast'],
  [['--interval', '1000h', 'a'], '--interval is at most 168h'],
  [['--dispatcher-server', 'localhost', 'a'], 'host:port'],
  [['--dispatcher-server', 'localhost:0', 'a'], 'host:port'],
  [['--interval', 'soon', 'a'], '--interval is a time'],
  [['--branch', 'a..b', 'a'], '--branch is branches or globs'],
  [['--refs', 'tags/*', 'a'], '--refs is full names of refs with one * at most'],
  [['--refs', 'refs/*/*', 'a'], '--refs is full names of refs with one * at most'],
  [['--refs', 'refs/notes/*', 'a'], '--refs refs/notes/* is notes on commits'],
  [['--notes-push', 'a'], '--notes-push pushes what --notes writes: give both.'],
  [['--notes', '--once', 'a'], 'leave out --once'],
  [['--name', 'a/b', 'a'], '--name is'],
  [['--repository', '../x', 'a'], '--repository is'],
])('%j is refused in a sentence', (argv, sentence) => {
  expect(() => readOptions(argv)).toThrow(UsageError);
  expect(() => readOptions(argv)).toThrow(sentence);
});
