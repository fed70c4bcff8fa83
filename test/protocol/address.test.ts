import { describe, expect, test } from 'vitest';
import { formatAddress, isLoopback, parseAddress } from '../../src/protocol/address.js';
import { requestDecoder } from '../../src/protocol/decoder.js';

function registered(text: string): unknown {
  const decoder = requestDecoder();
  const decoded = decoder.first(Buffer.from(text)) ?? decoder.quiet();
  if (decoded?.kind !== 'message') return decoded?.fault.says.trim();
  const { host, port } = decoded.message as unknown as { host: string; port: number };
  return [host, port];
}

describe('A15: a host is understood whole, whatever names allow', () => {
  test.each([
    ['register:10.0.0.5:8900', ['10.0.0.5', 8900]],
    ['register:build-1:8900', ['build-1', 8900]],
    ['register:ci.example.com:8900', ['ci.example.com', 8900]],
    ['register:my_host:1', ['my_host', 1]],
    ['register:::1:8900', ['::1', 8900]],
    ['register:[::1]:8900', ['::1', 8900]],
    ['register:fe80::1%eth0:8900', ['fe80::1%eth0', 8900]],
    ['register:::ffff:10.0.0.5:65535', ['::ffff:10.0.0.5', 65535]],
  ])('A15: %s', (text, address) => {
    expect(registered(text)).toEqual(address);
  });
});

describe('A16: what is no address is refused at once', () => {
  test.each([
    'register:localhost:http',
    'register:localhost:99999',
    'register:localhost:0',
    'register:localhost:-1',
    'register:localhost:1e3',
    'register:localhost:',
    'register::8900',
    'register:two words:8900',
    'register:--flag:8900',
    'register:local:host:8900',
    'register:[localhost]:8900',
    'register:[::1:8900',
    'register:a/b:8900',
    `register:${'h'.repeat(254)}:8900`,
  ])('A16: %s', (text) => {
    expect(registered(text)).toBe('Invalid command: it is written register:<host>:<port>');
  });
});

describe('host:port on the command line', () => {
  test.each([
    ['localhost:8888', { host: 'localhost', port: 8888 }],
    ['10.0.0.5:0', { host: '10.0.0.5', port: 0 }],
    ['[::1]:8888', { host: '::1', port: 8888 }],
    ['::1:8888', { host: '::1', port: 8888 }],
    ['[fe80::1%eth0]:1', { host: 'fe80::1%eth0', port: 1 }],
    ['localhost:65535', { host: 'localhost', port: 65_535 }],
    ['localhost', null],
    ['::1', null],
    ['2001:db8::1', null],
    [':8888', null],
    ['localhost:65536', null],
    ['localhost:123456', null],
    ['http://localhost:8888', null],
    ['[localhost]:8888', null],
    ['ci[::1]:8888', null],
    ['[::1]ci:8888', null],
    ['first line\nlocalhost:8888', null],
  ])('%s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  test('is written as it is read', () => {
    for (const text of ['localhost:8888', '[::1]:8888', '10.0.0.5:1']) {
      const address = parseAddress(text);
      expect(address && formatAddress(address)).toBe(text);
    }
  });
});

test('only this machine reaches a loopback address, whatever a name looks like', () => {
  const own = ['localhost', '127.0.0.1', '127.1.2.254', '::1', '::ffff:127.0.0.1'];
  const others = [
    ...['0.0.0.0', '::', '10.0.0.5', '127.example.com', 'localhost.example.com'],
    ...['127.0.0.1.example.com', 'x127.0.0.1', '10.127.0.0.1'],
  ];
  expect(own.filter(isLoopback)).toEqual(own);
  expect(others.filter(isLoopback)).toEqual([]);
});
