/**
 * Owns an observer that looks at no repository: it hands over commits that nobody made, as fast as they
 * are accepted.
 */

import { once } from 'node:events';
import { connect } from 'node:net';
import { hello } from '../../src/protocol/bodies.js';
import { sessionDecoder } from '../../src/protocol/decoder.js';
import { encodeRequest, encodeSession } from '../../src/protocol/encoder.js';
import type { Commit } from '../../src/protocol/ids.js';
import type { PlannedJob } from '../../src/protocol/job-bodies.js';

/** Commits that it has sent and that are not accepted yet. */
const windowMost = 256;

let commits = 0;

export class Observer {
  readonly #socket;
  readonly #decoder = sessionDecoder();
  #accepted = 0;
  #goOn = () => {};

  private constructor(port: number) {
    this.#socket = connect(port, 'localhost');
    this.#socket.setNoDelay(true);
    this.#socket.on('error', () => {});
    this.#socket.on('data', (bytes) => this.#hear(bytes));
    const body = hello.parse({ role: 'observer', name: 'eve', repository: 'none' });
    const request = encodeRequest({ verb: 'hello', body });
    this.#socket.write(Buffer.concat([request, Buffer.from('\n')]));
  }

  static async connect(port: number): Promise<Observer> {
    const observer = new Observer(port);
    await once(observer.#socket, 'data');
    return observer;
  }

  async handOver(count: number, plan: PlannedJob[] | undefined): Promise<void> {
    const from = this.#accepted;
    for (let sent = 0; sent < count; sent += 1) {
      commits += 1;
      const commit = commits.toString(16).padStart(40, '0') as Commit;
      const body = { branch: `b${sent % 5}`, author: 'Ada', subject: 'change', jobs: plan };
      this.#socket.write(encodeSession({ verb: 'dispatch', commit, body }));
      while (from + sent - this.#accepted >= windowMost) await this.#progress();
    }
    while (this.#accepted < from + count) await this.#progress();
  }

  close(): void {
    this.#socket.destroy();
  }

  #progress(): Promise<void> {
    return new Promise((resolve) => {
      this.#goOn = resolve;
    });
  }

  #hear(bytes: Buffer): void {
    for (const decoded of this.#decoder.push(bytes)) {
      if (decoded.kind === 'fault') throw new Error(decoded.fault.says);
      const { verb } = decoded.message;
      if (verb === 'ping') this.#socket.write(encodeSession({ verb: 'pong' }));
      if (verb === 'accepted') this.#accepted += 1;
    }
    this.#goOn();
  }
}
