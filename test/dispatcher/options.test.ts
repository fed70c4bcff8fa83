import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readOptions } from '../../src/dispatcher/options.js';
import { UsageError } from '../../src/world/command-line.js';

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
  [['extra']],
])('%j is refused', (flags) => {
  expect(() => readOptions(flags)).toThrow(UsageError);
});

test.each(['0.0.0.0', '::', 'ci.example.com', '127.example.com'])(
  'A49: %s would let the network in, which has no token yet: refused',
  (host) => {
    expect(() => readOptions(['--host', host])).toThrow(/would let anyone on the network in/);
  },
);

test('any loopback address will do', () => {
  for (const host of ['localhost', '127.0.0.1', '::1']) {
    expect(readOptions(['--host', host])).toMatchObject({ host });
  }
});
