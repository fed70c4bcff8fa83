/**
 * Owns stand-ins for peers of our own kind, upon the protocol alone: they open a session, answer
 * pings, remember what they hear, and do nothing else unless a test says so.
 */

import * as net from 'node:net';
import { onTestFinished } from 'vitest';
import type { HelloToSend } from '../../src/protocol/bodies.js';
import { hello as helloSchema } from '../../src/protocol/bodies.js';
import { sessionDecoder } from '../../src/protocol/decoder.js';
import { encodeRequest, encodeSession } from '../../src/protocol/encoder.js';
import type { RunId } from '../../src/protocol/ids.js';
import type { Report } from '../../src/protocol/job-bodies.js';
import type { SessionMessage } from '../../src/protocol/messages.js';
import type { TestReport } from '../../src/protocol/tests.js';
import { eventually } from './eventually.js';

export interface ModernPeer {
  readonly socket: net.Socket;
  /** All but pings, in order. */
  readonly heard: SessionMessage[];
  readonly isClosed: () => boolean;
  /** Answers no ping, as after a SIGSTOP. */
  freeze(): void;
  say(message: SessionMessage): void;
  /** The next message with that verb that was not taken yet. */
  hears<Verb extends SessionMessage['verb']>(
    verb: Verb,
  ): Promise<Extract<SessionMessage, { verb: Verb }>>;
  /** Logs `output` in one piece and reports the run. */
  finishes(run: RunId, output: string, end?: Report['end'], tests?: TestReport): void;
}

/** Connects and introduces itself; resolves once it is welcome. */
export async function modernPeer(port: number, hello: HelloToSend): Promise<ModernPeer> {
  const peer = introduce(port, hello);
  await peer.hears('welcome');
  return peer;
}

/** The same, whether it will be welcome or not. */
export function introduce(port: number, hello: HelloToSend): ModernPeer {
  const decoder = sessionDecoder();
  const heard: SessionMessage[] = [];
  const taken = new Set<SessionMessage>();
  let isFrozen = false;
  let isClosed = false;

  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    isClosed = true;
  });
  const say = (message: SessionMessage) => {
    socket.write(encodeSession(message));
  };
  socket.on('data', (bytes) => {
    for (const decoded of decoder.push(bytes)) {
      if (decoded.kind === 'fault') throw new Error(decoded.fault.says);
      if (decoded.message.verb !== 'ping') heard.push(decoded.message);
      else if (!isFrozen) say({ verb: 'pong' });
    }
  });
  socket.write(encodeRequest({ verb: 'hello', body: helloSchema.parse(hello) }));
  socket.write('\n');

  return {
    socket,
    heard,
    isClosed: () => isClosed,
    freeze: () => {
      isFrozen = true;
    },
    say,
    hears: (verb) =>
      eventually(`${hello.name} hears ${verb}`, () => {
        const message = heard.find((other) => other.verb === verb && !taken.has(other));
        if (message !== undefined) taken.add(message);
        return message as Extract<SessionMessage, { verb: typeof verb }> | undefined;
      }),
    finishes: (run, output, end = 'passed', tests) => {
      const body = Buffer.from(output);
      for (let offset = 0; offset < body.length; offset += pieceBytes) {
        say({ verb: 'log', log: run, offset, body: body.subarray(offset, offset + pieceBytes) });
      }
      const exitCode = end === 'passed' ? 0 : 1;
      const told = { reason: '', durationMs: 5, ...(tests && { tests }) };
      const ending = { exitCode, signal: null, ...told };
      say({ verb: 'results', run, body: { end, logBytes: body.length, ...ending } });
    },
  };
}

const pieceBytes = 50_000;
