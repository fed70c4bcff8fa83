import * as net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type ConnectionEvent, realNetwork } from '../../src/world/network.js';
import { eventually } from '../support/eventually.js';

test('a peer that ends, waits, and is gone without a further word is noticed', async () => {
  const events: ConnectionEvent[] = [];
  const listener = await realNetwork.listen({ host: '127.0.0.1', port: 0 }, () => (event) => {
    events.push(event);
  });
  onTestFinished(() => listener.close());
  const peer = net.connect({ port: listener.address.port, allowHalfOpen: true });
  peer.on('error', () => {});
  onTestFinished(() => {
    peer.destroy();
  });
  peer.end('log');
  await eventually('it ended', () => events.some(({ type }) => type === 'ended'));
  expect(events.map(({ type }) => type)).not.toContain('closed');
  peer.resetAndDestroy();
  const closed = await eventually('it is gone', () => events.find(({ type }) => type === 'closed'));
  expect(closed).toEqual({ type: 'closed', reason: 'closed its connection' });
});
