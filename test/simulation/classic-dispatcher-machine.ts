/**
 * Owns a classic dispatcher, as docs/ancestor.md describes it: one connection a
 * message, one read a message (but a result is read to its end), everything in memory only. Whatever
 * it loses is its own affair; what it is told, and by whom, is kept for those who look.
 */

import { ask } from '../../src/link/ask.js';
import type { Address } from '../../src/protocol/address.js';
import { type Commit, parseCommit } from '../../src/protocol/ids.js';
import type { Connection, ConnectionHandler, Network } from '../../src/world/network.js';
import { SimulatedDisk } from './disk.js';
import type { Life } from './life.js';
import { dispatcherAddress, type Ground, Machine } from './machine.js';

/** One `recv`. */
const recvBytes = 1_024;

const pingEveryMs = 1_000;

export class ClassicDispatcherMachine {
  readonly machine: Machine;
  /** Commits that it said OK to, in all its lives. */
  readonly accepted = new Set<Commit>();
  readonly results: { readonly commit: Commit; readonly body: Buffer }[] = [];
  readonly #ground: Ground;
  readonly #ok: 'OK' | 'ok';
  #runners = new Map<string, { readonly address: Address; commit: Commit | null }>();
  #pending: Commit[] = [];

  constructor(ground: Ground, ok: 'OK' | 'ok') {
    const disk = new SimulatedDisk(ground.timeline, ground.random);
    this.machine = new Machine(
      ground,
      { name: 'dispatcher', host: dispatcherAddress.host, disk },
      { run: (life) => this.#run(life), drain: () => this.machine.life.end() },
    );
    this.#ground = ground;
    this.#ok = ok;
  }

  #run(life: Life): void {
    const network = this.#ground.network.seenBy(life, this.machine.host);
    this.#runners = new Map();
    this.#pending = [];
    void network.listen(dispatcherAddress, (connection) => this.#accept(connection));
    this.#beat(life, network);
  }

  #accept(connection: Connection): ConnectionHandler {
    let text: string | null = null;
    return (event) => {
      if (event.kind === 'ended') connection.destroy();
      if (event.kind !== 'bytes') return;
      if (text === null) text = event.bytes.toString('latin1');
      else if (text !== '') text += event.bytes.toString('latin1');
      const reply = this.#answer(text);
      if (reply === null) return;
      text = '';
      connection.write(reply);
      connection.destroySoon();
    };
  }

  /** Null where more is to come. */
  #answer(text: string): string | null {
    const [verb, argument = '', port = ''] = text.slice(0, recvBytes).trim().split(':');
    if (verb === 'status') return this.#ok;
    if (verb === 'register') {
      const address = { host: argument, port: Number(port) };
      this.#runners.set(address.host, { address, commit: null });
      return this.#ok;
    }
    if (verb === 'dispatch') return this.#dispatch(argument);
    const result = /^results?:([0-9a-f]{40}):(\d+):/.exec(text);
    if (result === null) return 'Invalid command';
    const body = Buffer.from(text.slice(result[0].length), 'latin1');
    const isWhole = (verb === 'result' ? [...body.toString()] : body).length >= Number(result[2]);
    if (!isWhole) return null;
    const commit = result[1] as Commit;
    this.results.push({ commit, body });
    for (const runner of this.#runners.values()) {
      if (runner.commit === commit) runner.commit = null;
    }
    return this.#ok;
  }

  #dispatch(argument: string): string {
    const commit = parseCommit(argument);
    if (commit === null) return 'Invalid command';
    if (this.#runners.size === 0) return 'No runners are registered';
    this.accepted.add(commit);
    this.#pending.push(commit);
    return this.#ok;
  }

  /** Pings all, forgets who does not answer, and hands out what waits. */
  #beat(life: Life, network: Network): void {
    const world = { clock: life.clock, network };
    for (const [host, runner] of this.#runners) {
      ask(world, runner.address, { verb: 'ping' }, 2 * pingEveryMs, (answer) => {
        if (answer.kind === 'reply' && answer.text === 'pong') return;
        if (this.#runners.get(host) !== runner) return;
        this.#runners.delete(host);
        if (runner.commit !== null) this.#pending.push(runner.commit);
      });
      const commit = runner.commit === null ? this.#pending.shift() : undefined;
      if (commit === undefined) continue;
      runner.commit = commit;
      ask(world, runner.address, { verb: 'runtest', commit }, 2 * pingEveryMs, (answer) => {
        if (answer.kind === 'reply' && answer.text.toUpperCase() === 'OK') return;
        runner.commit = null;
        this.#pending.push(commit);
      });
    }
    life.clock.after(pingEveryMs, () => this.#beat(life, network));
  }
}
