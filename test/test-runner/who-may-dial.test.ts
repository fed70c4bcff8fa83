/**
 * The runner's own port, beyond this machine: only the hosts that were named are answered. The
 * machine's own outer address stands for another machine.
 */

import * as net from 'node:net';
import { networkInterfaces } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { hostsNamed } from '../../src/world/hosts.js';
import { eventually } from '../support/eventually.js';
import { makeRepository } from '../support/git.js';
import { runnerDispatcher } from '../support/runner-dispatchers.js';
import { portOf, runnerFor } from '../support/runners.js';

const outer = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

test.skipIf(outer === undefined).each([
  ['a stranger', [], ''],
  ['another host than those named', ['192.0.2.200'], ''],
  ['a host that was named', [outer ?? ''], 'pong'],
])('A49: %s (%j) that dials a runner beyond loopback hears %j', async (_who, named, hears) => {
  const dispatcher = await runnerDispatcher();
  const { path: clone } = makeRepository();
  const mayDial = await hostsNamed(named);
  const host = '0.0.0.0';
  const { told } = await runnerFor({ clone, dispatcherPort: dispatcher.port, host, mayDial });
  await eventually('it is there', () => dispatcher.connected);
  const port = portOf(told);
  expect(await ask(outer ?? '', port, 'ping')).toBe(hears);
  expect(await ask('127.0.0.1', port, 'ping')).toBe('pong');
});

function ask(host: string, port: number, request: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port }, () => socket.write(request));
    onTestFinished(() => void socket.destroy());
    let heard = '';
    socket.on('data', (bytes) => {
      heard += bytes;
    });
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('close', () => resolve(heard));
  });
}
