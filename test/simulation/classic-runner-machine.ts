/**
 * Owns a classic runner, as docs/ancestor.md describes it: one connection a message,
 * one read a message, a result that is sent once whatever becomes of it. It knows one repository,
 * is BUSY while it tests, and for good while its suite hangs, until somebody comes and kills that.
 */

import { ask } from '../../src/link/ask.js';
import type { Answer } from '../../src/protocol/answer.js';
import { parseCommit } from '../../src/protocol/ids.js';
import type { Connection, ConnectionHandler } from '../../src/world/network.js';
import { SimulatedDisk } from './disk.js';
import type { Life } from './life.js';
import { dispatcherAddress, type Ground, Machine } from './machine.js';
import { classicOutput, scriptOf } from './suites.js';

/** One `recv`. */
const recvBytes = 1_024;

/** So long somebody takes to notice a suite that hangs. */
const noticedAfterMs = 20_000;

const port = 8900;

export class ClassicRunnerMachine {
  readonly machine: Machine;
  readonly #ground: Ground;
  readonly #dialect: 'classic' | 'py3';
  #isBusy = false;

  constructor(ground: Ground, host: string, dialect: 'classic' | 'py3') {
    const disk = new SimulatedDisk(ground.timeline, ground.random);
    this.machine = new Machine(
      ground,
      { name: 'classic', host, disk },
      { run: (life) => this.#run(life), drain: () => this.machine.life.end() },
    );
    this.#ground = ground;
    this.#dialect = dialect;
  }

  #run(life: Life): void {
    const { host } = this.machine;
    this.#isBusy = false;
    const network = this.#ground.network.seenBy(life, host);
    void network.listen({ host, port }, (connection) => this.#accept(connection));
    const isOk = (answer: Answer) => answer.kind === 'reply' && /^ok$/i.test(answer.text);
    this.#say({ verb: 'register', host, port }, (answer) => {
      if (isOk(answer)) this.#ground.witness.registered({ host, port });
    });
  }

  #accept(connection: Connection): ConnectionHandler {
    let isAnswered = false;
    return (event) => {
      if (event.kind === 'bytes' && !isAnswered) {
        isAnswered = true;
        const received = event.bytes.subarray(0, recvBytes).toString('latin1').trim();
        connection.write(this.#answer(received));
        connection.destroySoon();
      }
      if (event.kind === 'ended') connection.destroy();
    };
  }

  #answer(received: string): string {
    const ok = this.#dialect === 'py3' ? 'ok' : 'OK';
    const [verb, argument = ''] = received.split(':');
    if (verb === 'ping') return 'pong';
    if (verb === 'status') return ok;
    const commit = verb === 'runtest' ? parseCommit(argument) : null;
    if (commit === null) return 'Invalid command';
    if (this.#isBusy) return 'BUSY';
    this.#isBusy = true;
    const { prints, afterMs, ends } = scriptOf(commit);
    const durationMs = prints.reduce((sum, print) => sum + print.afterMs, afterMs);
    const { life } = this.machine;
    const { clock } = life;
    if (ends === 'hangs' || !this.#ground.history.has(commit)) {
      clock.after(noticedAfterMs, () => {
        this.#isBusy = false;
      });
    } else {
      clock.after(durationMs, () => {
        if (ends === 'kills its runner') life.end();
        this.#isBusy = false;
        const verb = this.#dialect === 'py3' ? 'result' : 'results';
        this.#say({ verb, commit, body: classicOutput(commit) });
      });
    }
    return ok;
  }

  /** The reply is read, and ignored where nobody wants to know. */
  #say(request: Parameters<typeof ask>[2], answered = (_: Answer) => {}): void {
    const { life, host } = this.machine;
    const network = this.#ground.network.seenBy(life, host);
    ask({ clock: life.clock, network }, dispatcherAddress, request, 5_000, answered);
  }
}
