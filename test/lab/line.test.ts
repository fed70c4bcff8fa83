/** The line between a process and the dispatcher, with real sockets at both ends. */

import { once } from 'node:events';
import * as net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Chronicle } from '../../src/lab/chronicle.js';
import { Line } from '../../src/lab/line.js';
import type { WireRecord } from '../../src/record/record.js';
import { Recording } from '../../src/record/recording.js';
import { realClock, realSteadyUs } from '../../src/world/clock.js';
import { eventually } from '../support/eventually.js';

const hello = '{"role":"runner","name":"a","version":"1"}';
const opening = `hello:${hello.length}:${hello}\n`;

/** A line with a session open through it; what came at the far end, and what was written down. */
async function aLine() {
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
  const chronicle = new Chronicle(recording, (record) => records.push(record));
  const line = new Line('a', chronicle, realClock);
  const port = await line.open({ from: 'a', to: 'dispatcher', target: () => target });
  const near = net.connect(port, '127.0.0.1');
  near.on('error', () => {});
  const ended = new Promise((resolve) => near.on('close', resolve));
  onTestFinished(() => {
    near.destroy();
    line.close();
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
  return { line, near, far, came: () => came.slice(opening.length), ended, records, verbs };
}

test('what is held is delivered by hand, one by one, each direction in its order', async () => {
  const { line, near, far, came } = await aLine();
  line.set('hold');
  near.write('ping\npong\n');
  far[0]?.write('pong\n');
  await eventually('all wait', () => line.held.length === 3);
  const [ping, pong] = line.held.filter(({ from }) => from === 'a');

  expect(line.deliver(pong?.id)).toBe(false);
  expect(line.deliver(ping?.id)).toBe(true);
  await eventually('one has come', () => came() === 'ping\n');
  expect(line.held).toHaveLength(2);

  line.set('clear');
  await eventually('the rest follows', () => came() === 'ping\npong\n');
});

test('what is swallowed never arrives, and the connection ends when the line is mended', async () => {
  const { line, near, came, ended, verbs } = await aLine();
  line.set('swallow');
  near.write('ping\n');
  await eventually('it is dropped', () => verbs('dropped').includes('ping'));
  line.set('clear');
  await ended;
  expect(came()).toBe('');
});

test('a delayed message is seen to leave, and arrives later; a sliced one is the same bytes', async () => {
  const { line, near, came, records } = await aLine();
  line.set('delay');
  near.write('ping\n');
  await eventually('it has left', () =>
    records.some((one) => one.kind === 'message' && one.verb === 'ping'),
  );
  expect(came()).toBe('');
  await eventually('it has come', () => came() === 'ping\n');
  line.set('slice');
  near.write('pong\n');
  await eventually('it has come in bytes', () => came() === 'ping\npong\n');
});

test('a cut ends the connections with what was under way', async () => {
  const { line, near, ended, verbs } = await aLine();
  line.set('hold');
  near.write('ping\n');
  await eventually('it waits', () => line.held.length === 1);
  line.cut();
  await ended;
  expect(verbs('dropped')).toEqual(['ping']);
});
