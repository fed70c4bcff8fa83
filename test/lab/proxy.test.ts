/** The proxy between a process and the dispatcher, with real sockets at both ends. */

import { once } from 'node:events';
import * as net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WireProxy } from '../../src/lab/proxy.js';
import { LabRecorder } from '../../src/lab/recorder.js';
import type { WireRecord } from '../../src/record/record.js';
import { Recording } from '../../src/record/recording.js';
import { realClock, realSteadyUs } from '../../src/world/clock.js';
import { eventually } from '../support/eventually.js';

const hello = '{"role":"runner","name":"a","version":"1"}';
const opening = `hello:${hello.length}:${hello}\n`;

/** A proxy with a session open through it; what came at the far end, and what was written down. */
async function aProxy() {
  let came = '';
  const far: net.Socket[] = [];
  const server = net.createServer((socket) => {
    far.push(socket);
    socket.on('error', () => {});
    socket.setEncoding('latin1').on('data', (text: string) => {
      came += text;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: target } = server.address() as net.AddressInfo;
  const records: WireRecord[] = [];
  const header = {
    format: 'trivet-wire',
    version: 1,
    source: 'lab',
    title: '',
    startedAtMs: 0,
  } as const;
  const recording = new Recording(header, {
    nowUs: realSteadyUs,
    later: (call) => void setImmediate(call),
  });
  const recorder = new LabRecorder(recording, (record) => records.push(record));
  const proxy = new WireProxy('a', recorder, realClock);
  const port = await proxy.open({ from: 'a', to: 'dispatcher', target: () => target });
  const near = net.connect(port, '127.0.0.1');
  near.on('error', () => {});
  const ended = new Promise((resolve) => near.on('close', resolve));
  onTestFinished(() => {
    near.destroy();
    proxy.close();
    server.close();
  });
  near.write(opening);
  await eventually('the session is open', () => came === opening);
  const verbs = (kind: 'arrived' | 'dropped') =>
    records.flatMap((one) => {
      if (one.kind !== kind) return [];
      const of = records.find(({ n }) => n === one.message);
      return of?.kind === 'message' ? of.verb : [];
    });
  return { proxy, near, far, came: () => came.slice(opening.length), ended, records, verbs };
}

test('what is held is delivered by hand, one by one, each direction in its order', async () => {
  const { proxy, near, far, came } = await aProxy();
  proxy.set('hold');
  near.write('ping\npong\n');
  far[0]?.write('pong\n');
  await eventually('all wait', () => proxy.held.length === 3);
  const [ping, pong] = proxy.held.filter(({ from }) => from === 'a');

  expect(proxy.deliver(pong?.id)).toBe(false);
  expect(proxy.deliver(ping?.id)).toBe(true);
  await eventually('one has come', () => came() === 'ping\n');
  expect(proxy.held).toHaveLength(2);

  proxy.set('clear');
  await eventually('the rest follows', () => came() === 'ping\npong\n');
});

test('what is swallowed never arrives, and the connection ends when the line is mended', async () => {
  const { proxy, near, came, ended, verbs } = await aProxy();
  proxy.set('swallow');
  near.write('ping\n');
  await eventually('it is dropped', () => verbs('dropped').includes('ping'));
  proxy.set('clear');
  await ended;
  expect(came()).toBe('');
});

test('a delayed message is seen to leave, and arrives later; a sliced one is the same bytes', async () => {
  const { proxy, near, came, records } = await aProxy();
  proxy.set('delay');
  near.write('ping\n');
  await eventually('it has left', () =>
    records.some((one) => one.kind === 'message' && one.verb === 'ping'),
  );
  expect(came()).toBe('');
  await eventually('it has come', () => came() === 'ping\n');
  proxy.set('slice');
  near.write('pong\n');
  await eventually('it has come in bytes', () => came() === 'ping\npong\n');
});

test('a cut ends the connections with what was under way', async () => {
  const { proxy, near, ended, verbs } = await aProxy();
  proxy.set('hold');
  near.write('ping\n');
  await eventually('it waits', () => proxy.held.length === 1);
  proxy.cut();
  await ended;
  expect(verbs('dropped')).toEqual(['ping']);
});
