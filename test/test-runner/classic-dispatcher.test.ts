/**
 * The runner between classic dispatchers: one-shot requests, both dialects.
 */

import { readdirSync, rmSync } from 'node:fs';
import * as net from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { reachableHost } from '../../src/test-runner/classic/dispatcher.js';
import { listen, portFirst } from '../../src/test-runner/classic/listen.js';
import type { Network } from '../../src/world/network.js';
import { eventually } from '../support/eventually.js';
import { makeRepository, temporaryFolder } from '../support/git.js';
import { askClassically, classicStandIn, runnerDispatcher } from '../support/runner-dispatchers.js';
import { portOf, runnerFor } from '../support/runners.js';

const binary = fileURLToPath(new URL('fixtures/prints-binary.sh', import.meta.url));
const unknown = 'd'.repeat(40);

test('registers by itself, answers pings and delivers output in the classic dialect', async () => {
  const { dispatcher, commit, port } = await classicRunner('py2', binary);
  expect(await askClassically(port, 'ping')).toBe('pong');
  expect(await askClassically(port, 'status')).toBe('OK');
  expect(await askClassically(port, `runtest:${commit}`)).toBe('OK');
  const result = await eventually('a result', () => dispatcher.results[0]);
  const body = 'a\0b\xff\xfe\xc3:\r\n\nTrivet: passed, exit code 0\n';
  expect(result.toString('latin1')).toBe(`results:${commit}:${body.length}:${body}`);
});

test('speaks the Python 3 dialect: ok, result, and a length in characters of valid UTF-8', async () => {
  const { dispatcher, commit, port } = await classicRunner('py3', binary);
  expect(await askClassically(port, `runtest:${commit}`)).toBe('ok');
  const result = await eventually('a result', () => dispatcher.results[0]);
  const body = 'a\0b\ufffd\ufffd\ufffd:\r\n\nTrivet: passed, exit code 0\n';
  expect(result.toString('utf8')).toBe(`result:${commit}:${[...body].length}:${body}`);
});

test('A39: of two simultaneous runtests exactly one is OK', async () => {
  const { commit, port } = await classicRunner('py2', 'sleep 0.2');
  const replies = await Promise.all([
    askClassically(port, `runtest:${commit}`),
    askClassically(port, `runtest:${commit}`),
  ]);
  expect(replies.sort()).toEqual(['BUSY', 'OK']);
});

test('A28: an unknown commit and a missing suite are answered with a result, not with silence', async () => {
  const { dispatcher, commit, port } = await classicRunner('py2', null);
  expect(await askClassically(port, `runtest:${unknown}`)).toBe('OK');
  await eventually('a result', () => dispatcher.results.length === 1);
  expect(dispatcher.results[0]?.toString()).toMatch(/errored, The commit could not be checked out/);
  expect(await askClassically(port, `runtest:${commit}`)).toBe('OK');
  await eventually('another', () => dispatcher.results.length === 2);
  expect(dispatcher.results[1]?.toString()).toMatch(/errored, No test suite was found/);
});

test('A27: a result is delivered when the dispatcher is back, and the runner registers anew', async () => {
  const { dispatcher, commit, port, sentences } = await classicRunner('py2', 'echo kept');
  await dispatcher.stop();
  expect(await askClassically(port, `runtest:${commit}`)).toBe('OK');
  await eventually('it ends', () => sentences().some((line) => /passed after/.test(line)));
  await dispatcher.start();
  const result = await eventually('a result', () => dispatcher.results[0]);
  expect(result.toString()).toContain('kept\n');
});

test('a result whose log somebody has removed is delivered without its output', async () => {
  const state = temporaryFolder();
  const runner = await classicRunner('py2', 'echo kept', state);
  const { dispatcher, commit, port, sentences } = runner;
  await dispatcher.stop();
  expect(await askClassically(port, `runtest:${commit}`)).toBe('OK');
  await eventually('it ends', () => sentences().some((line) => /passed after/.test(line)));
  const runs = join(state, 'slots', '1', 'runs');
  for (const name of readdirSync(runs)) if (name.endsWith('.log')) rmSync(join(runs, name));
  await dispatcher.start();
  const result = await eventually('a result', () => dispatcher.results[0]);
  expect(result.toString()).toMatch(
    /Trivet: the output cannot be read .*\nTrivet: passed, exit code 0/,
  );
  expect(await askClassically(port, 'ping')).toBe('pong');
});

test('A12: connections that say nothing, or nonsense, leave the runner as it was', async () => {
  const { commit, port } = await classicRunner('py2', 'true');
  for (let probe = 0; probe < 5; probe += 1) {
    await new Promise<void>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => socket.destroy());
      socket.on('close', () => resolve());
    });
  }
  expect(await askClassically(port, 'nonsense')).toBe('Invalid command');
  expect(await askClassically(port, `dispatch:${commit}`)).toBe('Invalid command');
  expect(await askClassically(port, 'runtest:--quiet\n')).toMatch(/^Invalid command/);
  expect(await askClassically(port, 'ping')).toBe('pong');
});

test('a runner with a session takes no run on its port', async () => {
  const dispatcher = await runnerDispatcher();
  const repository = makeRepository();
  const commit = repository.commit('one');
  const { told } = await runnerFor({ clone: repository.path, dispatcherPort: dispatcher.port });
  await eventually('the runner is there', () => dispatcher.connected);
  const port = portOf(told);
  expect(await askClassically(port, `runtest:${commit}`)).toBe('Invalid command');
  expect(await askClassically(port, 'ping')).toBe('pong');
});

test('A17: the host that is registered is one at which that dispatcher can dial us', () => {
  const near = { host: 'localhost', port: 8_888 };
  const far = { host: 'ci.example.com', port: 8_888 };
  expect(reachableHost('localhost', 'build-1', near)).toBe('localhost');
  expect(reachableHost('0.0.0.0', 'build-1', near)).toBe('localhost');
  expect(reachableHost('0.0.0.0', 'build-1', far)).toBe('build-1');
  expect(reachableHost('build-1.example.com', 'build-1', far)).toBe('build-1.example.com');
  expect(reachableHost('localhost', 'build-1', far)).toBeNull();
});

test('A17: a runner that a distant classic dispatcher could not dial says what to do and leaves', async () => {
  const dispatcher = await classicStandIn('py2');
  const clone = makeRepository();
  clone.commit('one');
  const { exits, sentences } = await runnerFor({
    clone: clone.path,
    dispatcherPort: dispatcher.port,
    reachable: null,
  });
  await eventually('it leaves', () => exits.length > 0);
  expect(exits).toEqual([2]);
  expect(sentences().at(-1)).toContain('start again with --host');
  expect(dispatcher.requests).toEqual([]);
});

test('A18: the port search goes one by one and never leaves the documented range', async () => {
  const tried: number[] = [];
  const full: Network = {
    connect: () => {
      throw new Error('nobody connects here');
    },
    listen: ({ port }) => {
      tried.push(port);
      return Promise.reject(Object.assign(new Error('in use'), { code: 'EADDRINUSE' }));
    },
  };
  await expect(listen(full, 'localhost', null, () => () => {})).rejects.toThrow('all in use');
  expect(tried).toEqual(Array.from({ length: 100 }, (_, index) => portFirst + index));
  await expect(listen(full, 'localhost', 9_001, () => () => {})).rejects.toThrow(
    'Port 9001 is in use',
  );
});

async function classicRunner(
  dialect: 'py2' | 'py3',
  command: string | null,
  state = temporaryFolder(),
) {
  const dispatcher = await classicStandIn(dialect);
  const repository = makeRepository();
  const commit = repository.commit('one', { 'a.txt': 'one' });
  const { sentences } = await runnerFor({
    clone: repository.path,
    dispatcherPort: dispatcher.port,
    command,
    state,
  });
  const port = await eventually('it registers', () => dispatcher.registered());
  return { dispatcher, commit, port, sentences };
}
