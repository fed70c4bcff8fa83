/**
 * Owns one who watches: over and over it says what it has heard last, and hears what follows. What it
 * believes to have happened is held against what did. It reads little at once.
 */

import { type Link, openLink } from '../../src/link/link.js';
import type { SessionMessage } from '../../src/protocol/messages.js';
import { SimulatedDisk } from './disk.js';
import type { Life } from './life.js';
import { dispatcherAddress, type Ground, Machine } from './machine.js';

/** An entry as it came over the wire. */
type Heard = Extract<SessionMessage, { verb: 'entry' }>['body'];

export class SpectatorMachine {
  readonly machine: Machine;
  readonly #ground: Ground;
  /** The entry under number n stands at n - 1. Its process may end, and what it heard stays. */
  #heard: Heard[] = [];
  #link: Link | null = null;

  constructor(ground: Ground, host: string) {
    const disk = new SimulatedDisk(ground.timeline, ground.random);
    this.machine = new Machine(
      ground,
      { name: 'vera', host, disk },
      { run: (life) => this.#run(life), drain: () => this.machine.life.end() },
    );
    this.#ground = ground;
    ground.network.narrow.add(host);
  }

  /** What is not as it happened, in words; empty where it has heard all, and nothing else. */
  get misbelief(): string {
    const { journal } = this.#ground.witness;
    const wrong = journal.findIndex(
      (entry, index) => !isSame(this.#heard[index], entry as unknown as Heard),
    );
    if (wrong !== -1) return `${this.machine.name} has not heard entry ${wrong + 1} as it happened`;
    const more = this.#heard.length - journal.length;
    return more > 0 ? `${this.machine.name} has heard ${more} entries that never happened` : '';
  }

  #run(life: Life): void {
    const { name, host } = this.machine;
    const introduction = { role: 'spectator', name, version: 'simulated' } as const;
    const nothing = { repository: null, labels: [], capacity: 1, knows: ['long'], runs: [] };
    this.#link = openLink(
      { clock: life.clock, network: this.#ground.network.seenBy(life, host) },
      {
        address: dispatcherAddress,
        hello: () => ({ ...introduction, ...nothing, after: this.#last }),
        handle: (event) => {
          if (event.kind === 'message' && life.isAlive) this.#hear(event.message);
        },
      },
    );
    life.whenDead(() => this.#link?.close());
  }

  get #last(): { seq: number; atMs: number } {
    return { seq: this.#heard.length, atMs: this.#heard.at(-1)?.atMs ?? 0 };
  }

  #hear(message: SessionMessage): void {
    const { witness, suffered } = this.#ground;
    if (message.verb === 'resync') {
      suffered('resync');
      this.#heard = this.#heard.slice(0, message.seq);
    }
    if (message.verb !== 'entry') return;
    const { seq, body } = message;
    if (seq === this.#heard.length + 1) this.#heard.push(body);
    else witness.breaks('feed', `entry ${seq} came after ${this.#heard.length}`);
  }
}

function isSame(heard: Heard | undefined, happened: Heard): boolean {
  return (
    heard?.kind === happened.kind && heard.atMs === happened.atMs && heard.job === happened.job
  );
}
