/**
 * Owns one suite's processes from start to the last of them. Never judges and never reads their
 * output: it says how the main process ended, and that nothing is left of its tree.
 *
 *   start --> running --> main process exited --> whatever remains is killed --> ended
 *                |  end()                              ^
 *                `--> TERM to all --> grace --> KILL --'
 */

import { type ChildProcess, spawn } from 'node:child_process';
import type { Cancel, Clock } from '../world/clock.js';
import {
  carriersOf,
  groupOf,
  type Mark,
  newestPid,
  signalAll,
  signalGroup,
} from '../world/process-tree.js';
import type { Command } from './suite.js';

export interface ProcessOptions {
  readonly command: Command;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Takes standard output and standard error; one file, so that their order is kept. */
  readonly output: number;
  readonly mark: Mark;
  readonly graceMs: number;
}

export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Why the main process could not even start; else null. See `isScarcity`. */
  readonly couldNotStart: NodeJS.ErrnoException | null;
}

/** How often those that were asked to end are looked for. */
const lookEveryMs = 20;

/** The same for those that were killed: the kernel needs but a moment. */
const lookAfterKillMs = 1;

/** Within this time nothing can have used up all pids, so ours are newer than the suite's. */
const pidsAscendForMs = 1_000;

export class SuiteProcess {
  /** Resolves once the main process and all that it left behind are gone. */
  readonly ended: Promise<ProcessEnd>;
  readonly #clock: Clock;
  readonly #mark: Mark;
  readonly #graceMs: number;
  readonly #startedAtMs: number;
  readonly #pid: number | null;
  #exited = false;
  #asked = false;
  #cancelKill: Cancel = () => {};
  #killAtMs = 0;

  constructor(clock: Clock, options: ProcessOptions) {
    this.#clock = clock;
    this.#mark = options.mark;
    this.#graceMs = options.graceMs;
    this.#startedAtMs = clock.nowMs();
    const child = start(options);
    if (child instanceof Error) {
      this.#pid = null;
      this.ended = Promise.resolve({ exitCode: null, signal: null, couldNotStart: child });
      return;
    }
    this.#pid = child.pid ?? null;
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        if (this.#pid !== null) return;
        resolve({ exitCode: null, signal: null, couldNotStart: error });
      });
      child.once('exit', (exitCode, signal) => {
        this.#exited = true;
        this.#endRest(() => resolve({ exitCode, signal, couldNotStart: null }));
      });
    });
  }

  /** Asks the whole tree to end; what has not after the grace period is killed. */
  end(): void {
    if (this.#pid === null || this.#asked || this.#exited) return;
    this.#asked = true;
    this.#killAtMs = this.#clock.nowMs() + this.#graceMs;
    signalGroup(this.#pid, 'SIGTERM');
    // A group's members got theirs already; a second TERM would be a second Ctrl-C to some.
    const outsiders = this.#carriers().filter((pid) => groupOf(pid) !== this.#pid);
    signalAll(outsiders, 'SIGTERM');
    this.#cancelKill = this.#clock.after(this.#graceMs, () => this.kill());
  }

  /** Kills the whole tree without waiting. */
  kill(): void {
    if (this.#pid === null) return;
    signalGroup(this.#pid, 'SIGKILL');
    signalAll(this.#carriers(), 'SIGKILL');
  }

  /** Those that were asked have the rest of their grace; those just left behind have none. */
  #endRest(done: () => void): void {
    const patient = this.#asked && this.#clock.nowMs() < this.#killAtMs;
    if (this.#pid !== null && !patient) signalGroup(this.#pid, 'SIGKILL');
    const rest = this.#carriers();
    if (!patient) signalAll(rest, 'SIGKILL');
    if (rest.length > 0) {
      this.#clock.after(patient ? lookEveryMs : lookAfterKillMs, () => this.#endRest(done));
      return;
    }
    this.#cancelKill();
    // Members of the group that dropped the mark have no grace beyond their marked siblings'.
    if (this.#pid !== null && patient) signalGroup(this.#pid, 'SIGKILL');
    done();
  }

  /** Cheap for the common short suite, as this is on every job's path: only newer pids. */
  #carriers(): number[] {
    const pid = this.#pid ?? 1;
    const short = this.#clock.nowMs() - this.#startedAtMs < pidsAscendForMs;
    const newest = short ? newestPid() : null;
    return carriersOf(this.#mark, newest !== null && newest >= pid ? pid - 1 : 1);
  }
}

/** Whether the machine lacked something, rather than the command: there may be enough later. */
export function isScarcity({ code }: NodeJS.ErrnoException): boolean {
  return ['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'].includes(code ?? '');
}

/** Some of what is wrong with a program is thrown (a shebang that names itself), some is emitted. */
function start({ command, cwd, environment, output }: ProcessOptions): ChildProcess | Error {
  try {
    return spawn(command.file, command.args, {
      cwd,
      env: environment,
      stdio: ['ignore', output, output],
      // A process group of its own, with the suite as its leader.
      detached: true,
    });
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}
