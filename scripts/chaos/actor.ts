/**
 * Owns one of Trivet's processes under chaos: started, killed, frozen, thawed, started again.
 * Its story goes to a file. Never signals a process that it did not start.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export class Actor {
  readonly name: string;
  isFrozen = false;
  readonly #launcher: string;
  readonly #args: readonly string[];
  readonly #folder: string;
  #child: ChildProcess | null = null;

  constructor(name: string, launcher: string, args: readonly string[], folder: string) {
    this.name = name;
    this.#launcher = fileURLToPath(new URL(`../../${launcher}`, import.meta.url));
    this.#args = args;
    this.#folder = folder;
  }

  get isAlive(): boolean {
    const child = this.#child;
    return child !== null && child.exitCode === null && child.signalCode === null;
  }

  /** How it ended by itself, which no process may; null while it lives or was killed by us. */
  get ownEnd(): string | null {
    const child = this.#child;
    if (child === null || this.isAlive || child.signalCode === 'SIGKILL') return null;
    return `exit code ${child.exitCode}, signal ${child.signalCode}`;
  }

  start(): void {
    if (this.isAlive) return;
    this.isFrozen = false;
    const story = openSync(join(this.#folder, `${this.name}.story`), 'a');
    this.#child = spawn(process.execPath, [this.#launcher, ...this.#args], {
      cwd: this.#folder,
      stdio: ['ignore', story, story],
    });
    closeSync(story);
  }

  freeze(): void {
    if (this.isAlive) this.isFrozen = this.#child?.kill('SIGSTOP') === true;
  }

  thaw(): void {
    if (this.isFrozen) this.#child?.kill('SIGCONT');
    this.isFrozen = false;
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === null || !this.isAlive) return;
    this.thaw();
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await exited;
  }
}
