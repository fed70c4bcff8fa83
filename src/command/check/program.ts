/**
 * Owns the program that is checked: how it is started, what it prints, and that it is ended, with all
 * that it has started. Never reads what it says on the wire.
 * Invariant: after `end` none of its processes is left, also none that left its process group.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { UsageError } from '../../world/exit.js';
import type { Guard } from '../../world/guard.js';
import { isTagged, killAllThat, type Mark, signalGroup } from '../../world/process-tree.js';

/** What a program is told: `{port}` in its command is the same as `CHECK_PORT` in its environment. */
export type Told = Readonly<Record<string, string>>;

/** So much of what it prints is kept: the last of it says why it failed. */
const printedMax = 16_384;

export class Program {
  readonly #words: readonly string[];
  readonly #told: Told;
  readonly #guard: Guard;
  readonly #id = randomUUID();
  #child: ChildProcess | null = null;
  #printed = Buffer.alloc(0);
  /** How the last process ended; null while there is one. */
  #ended: { readonly code: number | null; readonly signal: string | null } | null = null;
  /** Whether it may end: it was asked to. */
  #mayEnd = false;

  /** The guard ends it should we die without a word. */
  constructor(words: readonly string[], told: Told, guard: Guard) {
    this.#guard = guard;
    this.#told = told;
    this.#words = words.map((word) => filled(word, told));
  }

  /** The leader of its process group. Null: it does not run. */
  get pid(): number | null {
    return this.#ended === null ? (this.#child?.pid ?? null) : null;
  }

  get printed(): string {
    return this.#printed.toString('utf8');
  }

  /** How it ended, where it has; its exit code is null where a signal ended it. */
  get exit(): { readonly code: number | null } | null {
    return this.#ended;
  }

  /** `ended with exit code 1`, where it should not have ended. */
  readonly whyGone = (): string | null => {
    if (this.#ended === null || this.#mayEnd) return null;
    const { code, signal } = this.#ended;
    return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
  };

  /** Rejects with a `UsageError` where there is no such program. */
  async start(): Promise<void> {
    const [file = '', ...args] = this.#words;
    this.#ended = null;
    this.#mayEnd = false;
    const child = spawn(file, args, {
      env: {
        ...{ ...process.env, ...environmentOf(this.#told) },
        ...{ ...this.#guard.mark, TRIVET_CHECK: this.#id },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, which is signalled as a whole.
      detached: true,
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.#printed = Buffer.concat([this.#printed, bytes]).subarray(-printedMax);
      });
    }
    child.on('exit', (code, signal) => {
      if (this.#child === child) this.#ended = { code, signal };
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(new UsageError(cannotStart(file, error))));
    });
    // A minus before its leader's number is how kill(1) calls a process group.
    if (child.pid !== undefined) this.#guard.watch([-child.pid]);
  }

  /** Asks it to finish what it has and to end. */
  terminate(): void {
    const { pid } = this;
    this.#mayEnd = true;
    if (pid !== null) signalGroup(pid, 'SIGTERM');
  }

  /** Ends it at once, as a power cut would, with all that it started. */
  end(): void {
    this.#mayEnd = true;
    const leader = this.#child?.pid;
    if (leader !== undefined) signalGroup(leader, 'SIGKILL');
    const mark: Mark = `TRIVET_CHECK=${this.#id}`;
    killAllThat((pid) => isTagged(pid, mark));
    this.#guard.watch([]);
    // What it has printed so far stays; whoever holds the pipes does not hold us.
    this.#child?.stdout?.destroy();
    this.#child?.stderr?.destroy();
    this.#child?.unref();
  }

  /** The same, and resolves once it is gone: its port is free again. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.end();
    if (child === null || this.#ended !== null) return;
    await new Promise<void>((resolve) => child.once('exit', () => resolve()));
  }
}

function filled(word: string, told: Told): string {
  return word.replace(/\{(\w+)\}/g, (whole, name: string) => told[name] ?? whole);
}

/** Where it has a folder of its own, temporary files go there: they are removed with it. */
function environmentOf(told: Told): Record<string, string> {
  const { data } = told;
  const entries = Object.entries(told).map(([name, value]) => [
    `CHECK_${name.toUpperCase()}`,
    value,
  ]);
  return { ...Object.fromEntries(entries), ...(data === undefined ? {} : { TMPDIR: data }) };
}

function cannotStart(file: string, error: NodeJS.ErrnoException): string {
  const why = error.code === 'ENOENT' ? 'there is no such program' : error.message;
  return `"${file}" cannot be started: ${why}. Name a program, and its arguments behind it.`;
}
