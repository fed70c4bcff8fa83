/**
 * Owns a process that is many stand-in runners at once (stand-ins.ts): it is started, asked what its
 * runners have heard, and ended.
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
    const path = fileURLToPath(new URL('./stand-ins.ts', import.meta.url));
    const args = [String(port), String(count), ...knows];
    const process = fork(path, args, { execArgv: ['--import', 'tsx'] });
    await once(process, 'message');
    return new Crowd(process);
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
