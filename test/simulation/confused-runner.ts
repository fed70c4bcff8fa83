/**
 * Owns a runner that is confused: it sends pieces of a log again, with other bytes in them, pieces
 * from beyond the end, and reports before its log is there. What it is asked for it tells truly.
 * It keeps nothing on disk: whatever it had in hand is lost with its process.
 */

import { type Link, openLink } from '../../src/link/link.js';
import { type Commit, ownerOf, type RunId } from '../../src/protocol/ids.js';
import type { Report } from '../../src/protocol/job-bodies.js';
import type { SessionMessage } from '../../src/protocol/messages.js';
import { SimulatedDisk } from './disk.js';
import type { Life } from './life.js';
import { dispatcherAddress, type Ground, Machine, repository } from './machine.js';
import { logBytesMax, scriptOf, timeoutMs, wholeOutput } from './suites.js';

interface InHand {
  readonly commit: Commit;
  /** Null while its suite goes on. */
  ended: { readonly report: Report; readonly log: Buffer } | null;
}

const pieceBytesMost = 4_000;

export class ConfusedRunner {
  readonly machine: Machine;
  readonly #ground: Ground;
  readonly #inHand = new Map<RunId, InHand>();
  #link: Link | null = null;

  constructor(ground: Ground, host: string) {
    const disk = new SimulatedDisk(ground.timeline, ground.random);
    this.machine = new Machine(
      ground,
      { name: 'cora', host, disk },
      { run: (life) => this.#run(life), drain: () => this.machine.life.end() },
    );
    this.#ground = ground;
  }

  #run(life: Life): void {
    const { name, host } = this.machine;
    this.#inHand.clear();
    const world = { clock: life.clock, network: this.#ground.network.seenBy(life, host) };
    const introduction = { role: 'runner', name, version: 'confused', repository } as const;
    this.#link = openLink(world, {
      address: dispatcherAddress,
      hello: () => {
        const runs = [...this.#inHand].map(([run, { commit }]) => ({ run, commit }));
        return { ...introduction, labels: [], capacity: 2, knows: [], runs };
      },
      handle: (event) => {
        if (event.kind === 'message') this.#hear(life, event.message);
      },
    });
  }

  #hear(life: Life, message: SessionMessage): void {
    switch (message.verb) {
      case 'runtest':
        this.#begin(life, message.run, message.commit);
        break;
      case 'want':
        this.#babble(ownerOf(message.log).run, message.offset);
        break;
      case 'cancel':
        this.#end(message.run, 'cancelled');
        break;
      case 'recorded':
      case 'revoked':
        this.#inHand.delete(message.run);
        break;
      default:
        break;
    }
  }

  #begin(life: Life, run: RunId, commit: Commit): void {
    const { witness, suffered } = this.#ground;
    const { prints, afterMs, ends } = scriptOf(commit);
    witness.runReached(run, false);
    witness.suiteStarted(run, commit);
    this.#inHand.set(run, { commit, ended: null });
    const durationMs = prints.reduce((sum, print) => sum + print.afterMs, afterMs);
    life.clock.after(ends === 'hangs' ? timeoutMs : durationMs, () => {
      if (ends === 'kills its runner') {
        suffered('killed by its suite');
        life.end();
      } else if (ends === 'hangs') this.#end(run, 'timed-out');
      else if (wholeOutput(commit).length > logBytesMax) this.#end(run, 'errored');
      else {
        witness.suiteCompleted(run);
        this.#end(run, ends === 'passes' ? 'passed' : 'failed');
      }
    });
  }

  #end(run: RunId, end: Report['end']): void {
    const held = this.#inHand.get(run);
    if (held === undefined || held.ended !== null) return;
    const whole = end === 'cancelled' ? Buffer.alloc(0) : wholeOutput(held.commit);
    const log = whole.subarray(0, logBytesMax);
    const how = { exitCode: end === 'passed' ? 0 : 1, signal: null, reason: '', durationMs: 1 };
    held.ended = { log, report: { end, ...how, logBytes: log.length } };
    this.#babble(run, 0);
  }

  /** From there on, and not only that. Each lie may be answered by a `want`; they grow fewer. */
  #babble(run: RunId, from: number): void {
    const held = this.#inHand.get(run);
    if (held?.ended == null) return;
    const { random, suffered, tell } = this.#ground;
    const { commit, ended } = held;
    const { log, report } = ended;
    const lies = (rate: number, fault: string) => {
      const isLie = random.perMille(rate);
      if (!isLie) return false;
      suffered(fault);
      tell(this.machine.name, { event: 'fault', msg: `${fault}: ${commit.slice(0, 7)}` });
      return true;
    };
    const say = (offset: number, body: Buffer) =>
      this.#link?.send({ verb: 'log', log: run, offset, body });
    if (lies(200, 'result before its log'))
      this.#link?.send({ verb: 'results', run, body: report });
    if (lies(300, 'log beyond its end')) {
      say(log.length + random.between(1, 5_000), Buffer.from('lie'));
    }
    for (let at = from; at < log.length; ) {
      const piece = log.subarray(at, at + random.between(1, pieceBytesMost));
      say(at, piece);
      at += piece.length;
      if (lies(300, 'log repeated')) {
        const again = random.below(at);
        say(again, Buffer.alloc(random.between(1, at - again), 'lie'));
      }
    }
    this.#link?.send({ verb: 'results', run, body: report });
  }
}
