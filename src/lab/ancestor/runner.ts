/**
 * Owns a stand-in for the ancestor's test runner, written anew from docs/ancestor.md: its wire, its
 * manners, and the defects by which it loses commits, each named where it is. For scenarios only.
 * A suite is what our own runner would run first, an executable `.ci/run`: a child here, though it ends
 * us with it, as a suite that was imported into the ancestor's process did.
 */

import { execFile, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import type { Address } from '../../protocol/address.js';
import { type Commit, parseCommit, short } from '../../protocol/ids.js';
import { run } from '../../world/exit.js';
import { port } from '../../world/flag-values.js';
import type { Tell } from '../../world/story.js';
import { listening, readCommandLine, server } from './command-line.js';
import { after, parts, say, serve } from './wire.js';

const flags = {
  ...server,
  ...listening('8900'),
  announce: {
    defaultDescription: 'where it listens',
    describe: 'port that the dispatcher is told, where somebody stands between',
    coerce: port('announce'),
  },
} as const;

interface Read {
  readonly 'dispatcher-server': Address;
  readonly port: number;
  readonly announce?: number;
  readonly repo: string;
}

const lookEveryMs = 5_000;
const silentAfterMs = 10_000;

const git = promisify(execFile);

class AncestorsRunner {
  readonly #dispatcher: Address;
  readonly #clone: string;
  readonly #tell: Tell;
  #isBusy = false;
  #heardAtMs = performance.now();

  constructor(dispatcher: Address, clone: string, tell: Tell) {
    this.#dispatcher = dispatcher;
    this.#clone = clone;
    this.#tell = tell;
  }

  async handle(received: Buffer, socket: Socket): Promise<void> {
    const [verb = '', argument = ''] = parts(received);
    if (verb === 'ping') {
      this.#heardAtMs = performance.now();
      socket.write('pong');
    } else if (verb === 'status') socket.write('OK');
    else if (verb !== 'runtest') socket.write('Invalid command');
    else if (this.#isBusy) socket.write('BUSY');
    else await this.#accept(argument, socket);
  }

  /** Looks for the dispatcher where it is silent, and leaves where it is not there. */
  async look(): Promise<void> {
    for (;;) {
      await after(lookEveryMs);
      if (performance.now() - this.#heardAtMs < silentAfterMs) continue;
      const answer = await say(this.#dispatcher, 'status').catch((error: Error) => error.message);
      if (answer === 'OK') continue;
      // Whatever it holds goes with it, and it says that all is well (A27).
      this.#tell({ event: 'left', msg: `the dispatcher is gone ("${answer}"): so am I` });
      process.exit(0);
    }
  }

  async #accept(argument: string, socket: Socket): Promise<void> {
    // Busy from the next turn on: two who ask at once are both told OK (A39).
    socket.write('OK');
    await after(0);
    this.#isBusy = true;
    const commit = parseCommit(argument);
    try {
      // It ends when it ends: nobody sets it a time, nobody can cancel it (A29).
      if (commit !== null) await this.#test(commit);
      this.#isBusy = false;
    } catch (error) {
      // The thread has died, and nobody is left who would say that we are free again (A28).
      const why = error instanceof Error ? error.message.trim() : String(error);
      const msg = `the thread that tested ${argument.slice(0, 7)} died: ${why}`;
      this.#tell({ event: 'thread-died', commit: argument, level: 'error', msg });
    }
  }

  async #test(commit: Commit): Promise<void> {
    this.#tell({ event: 'testing', commit, msg: `testing ${short(commit)}` });
    const inClone = { cwd: this.#clone };
    // Nested repositories stay (A47); of two runners on one clone one dies of the other's lock (A46).
    await git('git', ['clean', '-d', '-f', '-x', '--quiet'], inClone);
    await git('git', ['pull', '--quiet'], inClone);
    await git('git', ['reset', '--hard', '--quiet', commit], inClone);
    const output = await this.#suite();
    this.#tell({ event: 'ended', commit, msg: `${short(commit)} is tested` });
    // Said once, whoever hears it: the reply is read and ignored, an error loses the result (A27).
    const header = Buffer.from(`results:${commit}:${output.length}:`);
    await say(this.#dispatcher, Buffer.concat([header, output]));
  }

  /** All that it prints; whether it is green, nobody asks (A50). */
  #suite(): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const suite = spawn('sh', ['-c', script], {
        cwd: this.#clone,
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
        detached: true,
      });
      const printed: Buffer[] = [];
      for (const stream of [suite.stdout, suite.stderr]) {
        stream?.on('data', (bytes: Buffer) => printed.push(bytes));
      }
      suite.on('error', reject);
      // What it left behind holds our pipes, and ends with that one.
      suite.on('exit', () => suite.stdio[3]?.destroy());
      suite.on('close', (_, signal) => {
        // A suite that kills its process kills ours, and the next runner's, and the next (A30).
        if (signal !== null) process.kill(process.pid, signal);
        resolve(Buffer.concat(printed));
      });
    });
  }
}

/** The ancestor's suite does not outlive its process: where our end of the pipe goes, all of it does. */
const script = '(read -r _; kill -KILL 0) <&3 >/dev/null 2>&1 & exec ./.ci/run 3<&-';

await run(async (argv) => {
  const line = readCommandLine('test runner', flags, argv);
  if (line === null) return;
  const { tell } = line;
  const read = line.read as Read;
  const dispatcher = read['dispatcher-server'];
  const runner = new AncestorsRunner(dispatcher, read.repo, tell);
  const port = await serve(read.port, (received, socket) => runner.handle(received, socket));
  const msg = `a stand-in for the ancestor's test runner, listening on localhost:${port}`;
  tell({ event: 'listening', port, msg });
  const answer = await say(dispatcher, `register:localhost:${read.announce ?? port}`);
  if (answer !== 'OK') throw new Error(`the dispatcher does not register me: "${answer}"`);
  tell({ event: 'registered', msg: 'registered' });
  await runner.look();
});
