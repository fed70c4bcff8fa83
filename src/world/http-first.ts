/**
 * Owns how a port tells a browser from a peer of ours: by the first bytes. HTTP begins with a method in
 * capitals; no verb of ours does. A socket that turns out to be a browser's is given away as it is, with
 * what was read put back.
 */

import type * as net from 'node:net';

const methods = ['GET ', 'HEAD ', 'POST ', 'PUT ', 'PATCH ', 'DELETE ', 'OPTIONS '];

/** Whether what begins so is HTTP; null: too little has come to tell. */
export function isHttp(beginning: Uint8Array): boolean | null {
  const text = Buffer.from(beginning.subarray(0, 8)).toString('latin1');
  if (methods.some((method) => text.startsWith(method))) return true;
  return methods.some((method) => method.startsWith(text)) ? null : false;
}

/** What an HTTP client is told on a port that speaks TLS only. */
export const httpsWanted = [
  'HTTP/1.1 400 Bad Request',
  'Content-Type: text/plain; charset=utf-8',
  'Connection: close',
  '',
  'This port speaks TLS: begin the address with https://',
  '',
].join('\r\n');

/** Who is given sockets on which HTTP is spoken. */
export type Browse = (socket: net.Socket) => void;
