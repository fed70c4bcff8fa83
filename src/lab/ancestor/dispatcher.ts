/**
 * Owns a stand-in for the ancestor's dispatcher, written anew from docs/ancestor.md: its wire, its
 * manners, and the defects by which it loses commits, each named where it is. For scenarios only.
 * Never has those by which a stranger could hurt the machine (A4, A13, A48): it listens on loopback,
 * and names files by commits only.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { type Commit, parseCommit, short } from '../../protocol/ids.js';
import { run } from '../../world/exit.js';
import type { Tell } from '../../world/story.js';
import { listening, readCommandLine } from './command-line.js';
import { after, dialled, parts, recv, recvBytes, say, serve } from './wire.js';

const flags = {
  ...listening('8888'),
  results: { default: 'test_results', describe: 'folder for what commits came to' },
} as const;

const pingEveryMs = 1_000;
const redistributeEveryMs = 5_000;
const [askAgainAfterMs, idleMs] = [2_000, 10];

/** As it was registered: whether that is a port shows when it is dialled. */
interface Runner {
  readonly host: string;
  readonly port: string;
}

class AncestorsDispatcher {
  readonly #results: string;
  readonly #tell: Tell;
  // All three in memory only: they die with the process (A32).
  readonly #runners: Runner[] = [];
  readonly #dispatched = new Map<Commit, Runner>();
  readonly #pending: Commit[] = [];

  constructor(results: string, tell: Tell) {
    this.#results = results;
    this.#tell = tell;
  }

  /** A thread each. */
  begin(): void {
    // A port that is none is an error of another kind, and there are no more pings for anyone (A16).
    this.#beat().catch((error) => this.#died('the heartbeat', error));
    // Any socket error ends it: from then on what waits waits for ever (A24).
    this.#redistribute().catch((error) => this.#died('the redistributor', error));
  }

  async handle(received: Buffer, socket: Socket): Promise<void> {
    const [verb = '', ...fields] = parts(received);
    if (verb === 'status') socket.write('OK');
    else if (verb === 'register') this.#register(received, socket);
    else if (verb === 'dispatch') await this.#accept(fields[0] ?? '', socket);
    else if (verb === 'results') await this.#take(received, socket);
    else socket.write('Invalid command');
  }

  #register(received: Buffer, socket: Socket): void {
    // A host is letters and digits up to the first that is neither (A15).
    const words = [...received.toString('latin1').matchAll(/:(\w*)/g)].map(([, word = '']) => word);
    const [host, port] = words;
    if (host === undefined || port === undefined) return;
    // A second time is a second runner (A19).
    this.#runners.push({ host, port });
    this.#tell({
      event: 'runner-joined',
      runner: port,
      classic: true,
      msg: `runner :${port} registered`,
    });
    socket.write('OK');
  }

  async #accept(argument: string, socket: Socket): Promise<void> {
    const commit = parseCommit(argument);
    if (commit === null) return;
    if (this.#runners.length === 0) {
      // Refused, and forgotten: whoever asked does not ask again (A20).
      socket.write('No runners are registered');
      return;
    }
    socket.write('OK');
    this.#tell({ event: 'accepted', commit, msg: `${short(commit)} accepted` });
    // OK is said, and the commit is in no list yet: an error here loses it (A22).
    await this.#dispatch(commit).catch((error) =>
      this.#died(`the thread of ${short(commit)}`, error),
    );
  }

  /** Until somebody takes it; asked for from the first runner on each time (A38). */
  async #dispatch(commit: Commit): Promise<void> {
    for (;;) {
      for (const runner of this.#runners) {
        const answer = await say(dialled(runner), `runtest:${commit}`);
        if (answer !== 'OK') continue;
        // A result that came before this line is one that nobody waits for (A25).
        this.#dispatched.set(commit, runner);
        remove(this.#pending, commit);
        const { port } = runner;
        const msg = `${short(commit)} → runner :${port}`;
        this.#tell({ event: 'leased', commit, runner: port, msg });
        return;
      }
      await after(askAgainAfterMs);
    }
  }

  async #take(received: Buffer, socket: Socket): Promise<void> {
    const text = received.toString('latin1').trim();
    const [, id = '', digits = ''] = text.split(':');
    const length = Number(digits);
    const bodyAt = `results:${id}:${digits}:`.length;
    const missing = bodyAt + length - recvBytes;
    // One more read, whatever it brings (A6, A7).
    const more = missing > 0 ? await recv(socket, missing) : Buffer.alloc(0);
    const commit = parseCommit(id);
    const runner = commit === null ? undefined : this.#dispatched.get(commit)?.port;
    if (commit === null || !this.#dispatched.delete(commit)) {
      // Nobody is known to test it: the thread dies of a missing key, without a reply (A26).
      const msg = `a result of ${id.slice(0, 7)} came that nobody waits for: it is dropped`;
      this.#tell({ event: 'dropped', commit: id, level: 'warn', msg });
      return;
    }
    // Every colon becomes a newline (A9).
    const body = `${text.slice(bodyAt)}${more.toString('latin1')}`.replaceAll(':', '\n');
    mkdirSync(this.#results, { recursive: true });
    writeFileSync(join(this.#results, commit), body, 'latin1');
    this.#tell({ event: 'finished', commit, runner, msg: `${short(commit)} has its results` });
    socket.write('OK');
  }

  async #beat(): Promise<void> {
    for (;;) {
      await after(pingEveryMs);
      // The list is changed while it is gone through: neighbours of the dead are skipped (A35).
      for (const runner of this.#runners) {
        const address = dialled(runner);
        // One after the other, without a deadline: who is stopped stops the pings to all (A33).
        const answer = await say(address, 'ping').catch((error: Error) => error.message);
        // One bad answer is enough, and the runner is never told (A34).
        if (answer !== 'pong') this.#forget(runner, answer);
      }
    }
  }

  #forget(runner: Runner, answer: string): void {
    remove(this.#runners, runner);
    const { port } = runner;
    const reason = `answered a ping by "${answer}"`;
    // It held as many commits as it held; one of them comes back (A23).
    const held = [...this.#dispatched].find(
      ([, by]) => by.host === runner.host && by.port === port,
    );
    if (held === undefined) {
      this.#tell({ event: 'runner-left', runner: port, reason, msg: `runner :${port} ${reason}` });
      return;
    }
    const [commit] = held;
    this.#dispatched.delete(commit);
    this.#pending.push(commit);
    const msg = `runner :${port} ${reason} → ${short(commit)} waits again`;
    this.#tell({ event: 'lost', commit, runner: port, reason, level: 'warn', msg });
  }

  async #redistribute(): Promise<void> {
    for (;;) {
      for (const commit of this.#pending) {
        await this.#dispatch(commit);
        await after(redistributeEveryMs);
      }
      // The ancestor does not wait, and burns a whole core (A37).
      await after(idleMs);
    }
  }

  #died(thread: string, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.#tell({ event: 'thread-died', level: 'error', msg: `${thread} died: ${why}` });
  }
}

function remove<Item>(list: Item[], item: Item): void {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
}

await run(async (argv) => {
  const line = readCommandLine('dispatcher', flags, argv);
  if (line === null) return;
  const { port: wanted, results } = line.read as { port: number; results: string };
  const dispatcher = new AncestorsDispatcher(results, line.tell);
  const port = await serve(wanted, (received, socket) => dispatcher.handle(received, socket));
  const msg = `a stand-in for the ancestor's dispatcher, listening on localhost:${port}`;
  line.tell({ event: 'listening', port, msg });
  dispatcher.begin();
});
