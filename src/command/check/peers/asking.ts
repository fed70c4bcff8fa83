/**
 * Owns how the check dials a program's port, as classic peers do: one connection a message, no newline
 * behind it, and whatever comes back.
 */

import * as net from 'node:net';
import type { Address } from '../../../protocol/address.js';
import { quietAfterMs } from '../../../protocol/limits.js';
import { difference, quoted } from '../bytes.js';
import { Complaint, throwIfDifferent } from '../complaint.js';
import type { Scene } from '../scene.js';

export interface Asking {
  readonly scene: Scene;
  readonly address: Address;
}

/** Replies of the classic wire are words; whoever says more is cut short. */
const replyBytesMax = 65_536;

/** Says that, each piece in a segment of its own, and answers what comes back. */
export async function ask(
  { scene, address }: Asking,
  ...pieces: readonly (string | Buffer)[]
): Promise<Buffer> {
  let came = Buffer.alloc(0);
  let state: 'dialling' | 'open' | 'over' = 'dialling';
  let failed = '';
  let lastMs = performance.now();
  const socket = net.connect({ ...address, noDelay: true });
  socket.on('connect', () => {
    state = 'open';
  });
  socket.on('data', (bytes) => {
    if (came.length < replyBytesMax) came = Buffer.concat([came, bytes]);
    lastMs = performance.now();
  });
  socket.on('end', () => {
    state = 'over';
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    failed = error.code ?? error.message;
  });
  socket.on('close', () => {
    state = 'over';
  });
  try {
    const message = quoted(
      Buffer.concat(pieces.map((piece) => Buffer.from(piece))).subarray(0, 60),
    );
    const at = `${address.host}:${address.port}`;
    await scene.until({ expects: `a listener at ${at}` }, () => state !== 'dialling');
    if (failed !== '') throw unreachable(at, failed);
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) await scene.pass(betweenPiecesMs);
      socket.write(piece);
    }
    lastMs = performance.now();
    const isOver = () =>
      state === 'over' || (came.length > 0 && performance.now() - lastMs > quietAfterMs);
    await scene.until({ expects: `an answer to ${message}` }, isOver);
    return came;
  } finally {
    socket.destroy();
  }
}

/** Long enough that the kernel sends each by itself. */
const betweenPiecesMs = 4;

/** Connects, says nothing, and leaves. Complains where nobody is there. */
export async function probe({ scene, address: { host, port } }: Asking): Promise<void> {
  const socket = net.connect({ host, port });
  let isOver = false;
  let failed = '';
  socket.on('connect', () => socket.destroy());
  socket.on('error', (error: NodeJS.ErrnoException) => {
    failed = error.code ?? error.message;
  });
  socket.on('close', () => {
    isOver = true;
  });
  await scene.until({ expects: `a listener at ${host}:${port}` }, () => isOver);
  if (failed !== '') throw unreachable(`${host}:${port}`, failed);
}

function unreachable(at: string, code: string): Complaint {
  const hint = 'Listen first, and say where only then.';
  return new Complaint(`nobody can be reached at ${at} (${code})`, hint);
}

/** Asks, and complains of any other answer, a newline behind it included. */
export async function answersWith(asking: Asking, message: string, word: string): Promise<void> {
  const came = await ask(asking, message);
  throwIfDifferent(`in the answer to ${quoted(message)}`, difference([word], came), wholeStrings);
}

export const wholeStrings =
  'Classic peers compare whole strings: the word, no newline behind it, and then the connection closes.';

/** The bytes one by one. */
export function sliced(text: string): Buffer[] {
  return [...Buffer.from(text)].map((byte) => Buffer.of(byte));
}
