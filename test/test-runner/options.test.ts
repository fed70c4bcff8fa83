import { expect, onTestFinished, test, vi } from 'vitest';
import { readOptions } from '../../src/test-runner/options.js';

test('the defaults are those of the ancestor where it had any', () => {
  expect(readOptions(['clone'])).toMatchObject({
    repos: ['clone'],
    host: 'localhost',
    port: null,
    dispatcher: { host: 'localhost', port: 8_888 },
    jobs: 1,
    timeoutMs: 3_600_000,
    graceMs: 5_000,
  });
});

test.each([
  [[], 'Which repository?'],
  [['--bogus', 'clone'], 'There is no flag --bogus'],
  [['--dispatcher-server', 'here', 'clone'], 'host:port'],
  [['--jobs', '0', 'clone'], 'from 1 to 64'],
  [['--jobs', '65', 'clone'], 'from 1 to 64'],
  [['--open-files', 'all', 'clone'], '--open-files is a number from 1 to'],
  [['--port', 'http', 'clone'], '0 to 65535'],
  [['--name', 'a/b', 'clone'], '1 to 100 letters'],
  [['--timeout', 'soon', 'clone'], 'is a time'],
  [['--timeout', '1000h', 'clone'], 'at most 168h'],
  [['--host', '0.0.0.0', 'clone'], '--allow-classic'],
  [['--tls-cert', 'cert', 'clone'], '--tls-ca'],
  [['--sandbox=1', 'clone'], '--sandbox is true or false, not "1"'],
  [['--sandbox-net', 'clone'], 'name --sandbox as well'],
  [['--executor', 'docker', 'clone'], 'shell'],
  [['--executor', 'container', '--sandbox', 'clone'], 'leave it out'],
  [['--executor', 'container', '--command', 'make', 'clone'], 'leave one out'],
  [['--container-memory', 'much', 'clone'], 'a size such as 512m or 4g'],
  [['--container-cpus', '0', 'clone'], 'a number such as 2 or 0.5'],
  [['--container-pids', '0', 'clone'], '--container-pids is a number from 1 to'],
  [['--command=', 'clone'], '--command is empty'],
  [['a', 'b', '--repository', 'r'], '--repository is for one repository, and there are 2'],
  [Array(65).fill('clone'), '65 repositories are too many for one process'],
  [['--repositories', 'f', 'clone'], 'keeps all in that folder: leave clone out'],
  [['--repositories', 'f', '--state', 's'], 'leave --state out'],
  [['--no-labels', 'clone'], 'There is no flag --no-labels'],
  [['--cache-size', 'much', 'clone'], '--cache-size is a size such as 500MB or 10GB, or none'],
  [['--cache-size', '10 GB', 'clone'], 'not "10 GB"'],
  [['--state.x=1', 'clone'], 'did you mean --state?'],
])('%j is refused with a sentence that says what to do', (argv, says) => {
  expect(() => readOptions(argv)).toThrow(says);
});

test.each([
  ['10GB', 10e9],
  ['1.5gb', 1.5e9],
  ['500MB', 500e6],
  ['1024', 1_024],
  ['0', 0],
  ['none', 0],
])('a cache of %s is one of %d bytes at most', (text, bytes) => {
  expect(readOptions(['--cache-size', text, 'clone'])?.cacheBytesMax).toBe(bytes);
});

test('what does the runs is a shell, unless another is named; --sandbox is an older name of one', () => {
  const executors = [[], ['--sandbox'], ['--executor', 'sandbox'], ['--executor', 'container']];
  const read = executors.map((flags) => readOptions([...flags, 'clone']));
  expect(read.map((options) => [options?.executor, options?.sandbox !== null])).toEqual([
    ['shell', false],
    ['sandbox', true],
    ['sandbox', true],
    ['container', false],
  ]);
  const limits = { network: 'bridge', memory: '4g', cpus: null, pids: 4_096, engine: null };
  expect(read[3]?.containers).toMatchObject(limits);
});

test('a sandbox that is asked for by the environment is built, or refused, but never left out', () => {
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('TRIVET_SANDBOX', 'true');
  expect(readOptions(['clone'])?.sandbox).toEqual({ secrets: [], network: false });
  vi.stubEnv('TRIVET_SANDBOX', '1');
  expect(() => readOptions(['clone'])).toThrow('--sandbox is true or false, not "1"');
});
