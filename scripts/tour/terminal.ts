/**
 * Owns a terminal of the tour: what is typed there runs in a shell, what it prints is kept by lines.
 * Never leaves a process behind: whatever still runs there ends with the terminal.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Far more than any step takes, also where other tests run beside it. */
const patienceMs = 40_000;

export class Terminal {
  readonly #cwd: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #lines: string[] = [];
  #child: ChildProcess | null = null;
  #ended: Promise<unknown> = Promise.resolve();
  #command = '';

  constructor(cwd: string, env: NodeJS.ProcessEnv) {
    this.#cwd = cwd;
    this.#env = env;
  }

  /** What was typed last. */
  get command(): string {
    return this.#command;
  }

  /** Its number, while what was typed last runs. */
  get pid(): number | undefined {
    const isOver = this.#child?.exitCode !== null || this.#child.signalCode !== null;
    return isOver ? undefined : this.#child?.pid;
  }

  /** Types that line; what came before it is not looked at any more. */
  type(typed: string, script: string): void {
    if (this.pid !== undefined) throw new Error(`"${this.#command}" still runs: ${typed}`);
    this.#lines.length = 0;
    this.#command = typed;
    const child = spawn('sh', ['-c', `{ ${script}\n} 2>&1`], {
      cwd: this.#cwd,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: child.stdout }).on('line', (line) => this.#lines.push(line));
    this.#child = child;
    this.#ended = once(child, 'close');
  }

  /** All that was printed, once it is over. */
  async toTheEnd(): Promise<string[]> {
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), patienceMs);
    await this.#ended;
    clearTimeout(timer);
    return this.#lines.splice(0);
  }

  /** What has come up to the line that holds `text`; what comes then is kept for later. */
  async until(text: string): Promise<string[]> {
    const deadlineMs = Date.now() + patienceMs;
    for (;;) {
      const at = this.#lines.findIndex((line) => line.includes(text));
      if (at !== -1) return this.#lines.splice(0, at + 1);
      if (Date.now() > deadlineMs) throw new Error(this.#withoutThat(text));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async close(): Promise<void> {
    if (this.pid === undefined) return;
    for (const signal of ['SIGCONT', 'SIGTERM', 'SIGTERM'] as const) this.signal(signal);
    await this.#ended;
  }

  #withoutThat(text: string): string {
    const seconds = patienceMs / 1_000;
    const came = this.#lines.map((line) => `\n  ${line}`).join('');
    return `"${this.#command}" did not print "${text}" within ${seconds} s, but:${came}`;
  }
}
