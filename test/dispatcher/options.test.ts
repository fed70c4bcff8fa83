import { resolve } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { readOptions } from '../../src/dispatcher/options.js';
import { UsageError } from '../../src/world/exit.js';

test('the defaults are the ancestor’s', () => {
  expect(readOptions([])).toMatchObject({
    host: 'localhost',
    port: 8888,
    data: resolve('.trivet'),
    results: resolve('test_results'),
    dialect: 'classic',
    classicRunMaxMs: 3_600_000,
  });
});

test.each([
  [['--prot', '1']],
  [['--port', 'http']],
  [['--port', '65536']],
  [['--dialect', 'py4']],
  [['--classic-run-max', 'soon']],
  [['--allow-classic', 'a b']],
  [['--tls-cert', '/nonexistent']],
  [['--tls-client-ca', '/nonexistent']],
  [['--token-file', '/nonexistent']],
  [['extra']],
  [['--', 'extra']],
  [['--data.x=1']],
  [['--no-data']],
  [['--data', '']],
])('%j is refused', (flags) => {
  expect(() => readOptions(flags)).toThrow(UsageError);
});

test.each(['0.0.0.0', '::', 'ci.example.com', '127.example.com'])(
  'A49: %s would let the network in: refused, unless there is a token',
  (host) => {
    expect(() => readOptions(['--host', host])).toThrow(/would let anyone on the network in/);
    vi.stubEnv('TRIVET_TOKEN', 'correct-horse-battery');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(readOptions(['--host', host])).toMatchObject({ host });
  },
);

test('A49: --help shows neither the token nor where it is', () => {
  vi.stubEnv('TRIVET_TOKEN', 'correct-horse-battery');
  vi.stubEnv('TRIVET_TOKEN_FILE', '/somewhere/secret');
  const print = vi.spyOn(console, 'log').mockImplementation(() => {});
  onTestFinished(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
  expect(readOptions(['--help'])).toBeNull();
  expect(print.mock.calls.join()).toContain('--token-file');
  expect(print.mock.calls.join()).not.toMatch(/correct-horse|somewhere/);
});

test('any loopback address will do', () => {
  for (const host of ['localhost', '127.0.0.1', '::1']) {
    expect(readOptions(['--host', host])).toMatchObject({ host });
  }
  expect(readOptions(['--host', '[::1]'])).toMatchObject({ host: '::1' });
});

test('what is wrong is said in English, whatever language the machine speaks', () => {
  vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(() => readOptions(['--prot', '1'])).toThrow('did you mean --port?');
});
