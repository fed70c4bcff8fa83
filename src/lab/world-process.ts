/**
 * Owns a process of ours that holds a simulated world: how it is started, what is said to it, and why it has
 * ended. The world itself is a part of the tests, so it takes a clone.
 * Invariant: it ends with this process; it is given neither a port nor a file.
 */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { UsageError } from '../world/exit.js';
import { home } from '../world/home.js';

const script = 'scripts/world.ts';

/** A world takes 100 MB. */
const heapMegabytesMax = 512;

/** Of what it complains of; the last of it says why. */
const complaintMax = 4_096;

const noClone =
  'A simulated world is a part of the tests, which are not in the package: clone the repository, run ' +
  '"npm install" in it, and then "npx trivet lab --seed N" there.';

export interface Ended {
  readonly isWell: boolean;
  /** Why, for people. */
  readonly says: string;
}

export class WorldProcess {
  /** Never fails. */
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcessWithoutNullStreams;

  /** Throws `UsageError` where there is no clone. */
  constructor(argv: readonly string[]) {
    if (!existsSync(join(home, script)) || !existsSync(join(home, 'node_modules/tsx'))) {
      throw new UsageError(noClone);
    }
    const limits = [`--max-old-space-size=${heapMegabytesMax}`];
    const words = [...limits, '--import', 'tsx', script, ...argv];
    this.#child = spawn(process.execPath, words, { cwd: home, stdio: 'pipe' });
    this.#child.stdin.on('error', () => {});
    this.ended = whyEnded(this.#child);
  }

  get output(): Readable {
    return this.#child.stdout;
  }

  get lines(): Interface {
    return createInterface({ input: this.#child.stdout });
  }

  say(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

function whyEnded(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let complaint = '';
  child.stderr.on('data', (bytes) => {
    complaint = (complaint + bytes).slice(-complaintMax);
  });
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve({ isWell: false, says: message }));
    child.once('close', (code) => {
      const says = complaint.trim() || 'The process of the world has ended: start it again.';
      resolve({ isWell: code === 0, says });
    });
  });
}
