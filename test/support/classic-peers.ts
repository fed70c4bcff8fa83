/**
 * Owns stand-ins for classic peers, as docs/ancestor.md has them: one connection a message,
 * no terminator, one read of at most 1,024 bytes for the reply. In both dialects.
 */

import * as net from 'node:net';
import { onTestFinished } from 'vitest';
import type { Commit } from '../../src/protocol/ids.js';

export type Dialect = 'py2' | 'py3';

/** What a peer that is a classic one hears: the first 1,024 bytes. Empty: nothing. */
export function tell(port: number, message: string | Buffer, ...more: Buffer[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1' });
    onTestFinished(() => {
      socket.destroy();
    });
    socket.on('connect', () => {
      for (const piece of [message, ...more]) socket.write(piece);
    });
    socket.once('data', (reply) => {
      socket.destroy();
      resolve(reply.subarray(0, 1_024).toString());
    });
    socket.on('close', () => resolve(''));
    socket.on('error', reject);
  });
}

/** As a person with `printf … | nc`: a line, half-closed, and all that comes back. */
export function type(port: number, line: string): Promise<string> {
  const socket = net.connect({ port, host: '127.0.0.1' }, () => socket.end(`${line}\n`));
  return allOf(socket);
}

/** All that comes over a socket until its peer ends it. */
export function allOf(socket: net.Socket): Promise<string> {
  onTestFinished(() => {
    socket.destroy();
  });
  return new Promise((resolve, reject) => {
    const heard: Buffer[] = [];
    socket.on('data', (bytes) => heard.push(bytes));
    socket.on('end', () => resolve(Buffer.concat(heard).toString()));
    socket.on('error', reject);
  });
}

export interface ClassicRunner {
  readonly port: number;
  readonly tested: Commit[];
  pings: number;
  /** What it answers to `runtest`. */
  answer: 'OK' | 'ok' | 'BUSY' | 'nothing';
  register(host?: string): Promise<string>;
  /** Sends a suite's output as that dialect does; answers the dispatcher's word. */
  sendResult(commit: Commit, output: string): Promise<string>;
  /** Its process ends: the port is closed. */
  die(): Promise<void>;
}

/** A runner that listens on a free port and is dialled back. */
export async function classicRunner(dispatcher: number, dialect: Dialect): Promise<ClassicRunner> {
  const open = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      const [command, commit] = bytes.subarray(0, 1_024).toString().trim().split(':');
      if (command === 'ping') runner.pings += 1;
      if (command === 'runtest') runner.tested.push(commit as Commit);
      const reply = command === 'ping' ? 'pong' : runner.answer;
      if (reply !== 'nothing') socket.end(reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  const die = () =>
    new Promise<void>((resolve) => {
      for (const socket of open) socket.destroy();
      server.close(() => resolve());
    });
  onTestFinished(() => void die());

  const runner: ClassicRunner = {
    port,
    tested: [],
    pings: 0,
    answer: dialect === 'py3' ? 'ok' : 'OK',
    register: (host = 'localhost') => tell(dispatcher, `register:${host}:${port}`),
    sendResult: (commit, output) => {
      // Python 2 counts bytes, Python 3 counts characters, and each has its own word.
      const [word, length] =
        dialect === 'py2' ? ['results', Buffer.byteLength(output)] : ['result', [...output].length];
      return tell(dispatcher, `${word}:${commit}:${length}:${output}`);
    },
    die,
  };
  return runner;
}
