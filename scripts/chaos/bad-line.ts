/**
 * Owns the bad network: a proxy on loopback between one client and the dispatcher, which can cut,
 * slice, delay and swallow. What it forwards it forwards unchanged and in order.
 */

import * as net from 'node:net';

/** How the line is: `slice` passes single bytes, `hole` accepts and forwards nothing. */
export type LineState = 'clear' | 'slice' | 'delay' | 'hole';

/** A delayed packet arrives so much later. */
const delayMs = 300;

/** Slicing whole logs byte by byte would take minutes; the head of each packet is what counts. */
const slicedBytes = 40;

export class BadLine {
  state: LineState = 'clear';
  readonly #server: net.Server;
  readonly #pairs = new Set<readonly [net.Socket, net.Socket]>();

  private constructor(server: net.Server) {
    this.#server = server;
  }

  /** Listens on any free port and forwards to `target`. */
  static async to(target: number): Promise<BadLine> {
    const server = net.createServer({ allowHalfOpen: true, noDelay: true });
    const line = new BadLine(server);
    server.on('connection', (client) => line.#forward(client, target));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** Ends every connection at once, with whatever was under way. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #forward(client: net.Socket, target: number): void {
    const dispatcher = net.connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    const pair = [client, dispatcher] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [dispatcher, client]] as const) {
      // One after the other, whatever the line does to each.
      let queue = Promise.resolve();
      from.on('data', (bytes: Buffer) => {
        queue = queue.then(() => this.#pass(bytes, to));
      });
      from.on('end', () => {
        queue = queue.then(() => void to.end());
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
    }
  }

  async #pass(bytes: Buffer, to: net.Socket): Promise<void> {
    if (this.state === 'hole') return;
    if (this.state === 'delay') await after(delayMs);
    let from = 0;
    if (this.state === 'slice') {
      for (; from < Math.min(slicedBytes, bytes.length); from += 1) {
        to.write(bytes.subarray(from, from + 1));
        await after(0);
      }
    }
    if (!to.destroyed && from < bytes.length) to.write(bytes.subarray(from));
  }
}

/** Resolves after that long. */
export function after(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
