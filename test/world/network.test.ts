import * as net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import {
  type Connection,
  type ConnectionEvent,
  networkOver,
  realNetwork,
} from '../../src/world/network.js';
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
  await eventually('it ended', () => events.some(({ kind }) => kind === 'ended'));
  expect(events.map(({ kind }) => kind)).not.toContain('closed');
  peer.resetAndDestroy();
  const closed = await eventually('it is gone', () => events.find(({ kind }) => kind === 'closed'));
  expect(closed).toEqual({ kind: 'closed', reason: 'closed its connection' });
});

test('a peer that takes nothing of what it is sent is closed in the end', async () => {
  const network = networkOver({ unreadAfterMs: 200 });
  let closed = '';
  let connection: Connection | undefined;
  const listener = await network.listen({ host: '127.0.0.1', port: 0 }, (accepted) => {
    connection = accepted;
    return (event) => {
      if (event.kind === 'closed') closed = event.reason;
    };
  });
  onTestFinished(() => listener.close());
  const peer = net.connect({ port: listener.address.port }).pause();
  peer.on('error', () => {});
  onTestFinished(() => {
    peer.destroy();
  });
  const accepted = await eventually('it is accepted', () => connection);
  const piece = Buffer.alloc(1_048_576);
  await eventually('there is no more room', () => !accepted.write(piece));
  await eventually('it is closed', () => closed !== '');
  expect(closed).toBe('took nothing of what it was sent');
});
