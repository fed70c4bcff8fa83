/**
 * Owns a process that is many stand-in runners (stand-ins.ts), spectators (watchers.ts) or browsers
 * (viewers.ts) at once: it is started, asked what its runners have heard, and ended.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Heard } from './stand-ins.js';

export class Crowd {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /** Resolves once so many are welcome at that port; they say in `hello` that they know these. */
  static async join(port: number, count: number, ...knows: readonly string[]): Promise<Crowd> {
    return new Crowd(await started('./stand-ins.ts', [String(port), String(count), ...knows]));
  }

  /** The same of spectators, who remember nothing. */
  static async watch(port: number, count: number): Promise<Crowd> {
    return new Crowd(await started('./watchers.ts', [String(port), String(count)]));
  }

  /** The same of browsers that follow what happens. */
  static async view(port: number, count: number): Promise<Crowd> {
    return new Crowd(await started('./viewers.ts', [String(port), String(count)]));
  }

  /** Forgets what was heard so far. */
  forget(): void {
    this.#process.send('forget');
  }

  async heard(): Promise<Heard> {
    this.#process.send('tell');
    const [answer] = (await once(this.#process, 'message')) as [Heard];
    return answer;
  }

  end(): void {
    this.#process.kill('SIGKILL');
  }
}

/** Resolves once it has said a word. */
async function started(script: string, args: readonly string[]): Promise<ChildProcess> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const process = fork(path, args, { execArgv: ['--import', 'tsx'] });
  await once(process, 'message');
  return process;
}
