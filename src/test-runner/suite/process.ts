/**
 * Owns one suite's processes from start to the last of them. Never judges and never reads their
 * output: it says how the main process ended, and that nothing is left of its tree.
 *
 *   start --> running --> main process exited --> whatever remains is killed --> ended
 *                |  end()                              ^
 *                `--> TERM to all --> grace --> KILL --'
 */

import { type ChildProcess, spawn } from 'node:child_process';
import type { Cancel, Clock } from '../../world/clock.js';
import {
  groupOf,
  isTagged,
  type Mark,
  newestPid,
  processesThat,
  signalAll,
  signalGroup,
  startOf,
  worksIn,
} from '../../world/process-tree.js';
import { asFirstVictim, memoryKills } from './memory.js';
import type { Command } from './suite.js';

export interface ProcessOptions {
  readonly command: Command;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Takes standard output and standard error; one file, so that their order is kept. */
  readonly output: number;
  readonly mark: Mark;
  readonly graceMs: number;
  /** Whether the command writes about itself to `statusDescriptor`, as a wrapper does. */
  readonly hasStatus?: boolean;
  /** Others work in the same tree: who dropped the mark there is not known to be this one's. */
  readonly hasSiblings?: boolean;
}

/** The first descriptor after the standard ones. */
export const statusDescriptor = 3;

export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Why the main process could not even start; else null. The machine may be at fault. */
  readonly couldNotStart: NodeJS.ErrnoException | null;
  /** What it wrote to `statusDescriptor`. */
  readonly status: string;
  /** How many processes of this machine the kernel killed meanwhile for want of memory. */
  readonly memoryKills: number;
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
  readonly #cwd: string;
  readonly #hasSiblings: boolean;
  readonly #startedAtMs: number;
  readonly #pid: number | null;
  /** In the kernel's ticks. */
  readonly #startedAt: number | null;
  #exited = false;
  #asked = false;
  #cancelKill: Cancel = () => {};
  #killAtMs = 0;

  constructor(clock: Clock, options: ProcessOptions) {
    this.#clock = clock;
    this.#mark = options.mark;
    this.#cwd = options.cwd;
    this.#hasSiblings = options.hasSiblings === true;
    this.#graceMs = options.graceMs;
    this.#startedAtMs = clock.nowMs();
    const killsBefore = memoryKills();
    const child = start(options);
    if (child instanceof Error) {
      this.#pid = null;
      this.#startedAt = null;
      this.ended = Promise.resolve(notStarted(child));
      return;
    }
    this.#pid = child.pid ?? null;
    this.#startedAt = startOf(child.pid ?? 0);
    let status = '';
    child.stdio[statusDescriptor]?.on('data', (bytes) => {
      status += bytes;
    });
    const closed = new Promise<void>((resolve) => {
      child.once('close', () => resolve());
    });
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        if (this.#pid === null) resolve(notStarted(error));
      });
      child.once('exit', (exitCode, signal) => {
        this.#exited = true;
        this.#endRest(async () => {
          // Nobody is left who could write: all of the status has come, or is about to.
          await closed;
          const kills = memoryKills() - killsBefore;
          resolve({ exitCode, signal, couldNotStart: null, status, memoryKills: kills });
        });
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
    const outsiders = this.#tagged().filter((pid) => groupOf(pid) !== this.#pid);
    signalAll(outsiders, 'SIGTERM');
    this.#cancelKill = this.#clock.after(this.#graceMs, () => this.kill());
  }

  /** Kills the whole tree without waiting. */
  kill(): void {
    if (this.#pid === null) return;
    signalGroup(this.#pid, 'SIGKILL');
    signalAll(this.#tagged(), 'SIGKILL');
  }

  /** Those that were asked have the rest of their grace; those just left behind have none. */
  #endRest(done: () => void): void {
    const patient = this.#asked && this.#clock.nowMs() < this.#killAtMs;
    if (this.#pid !== null && !patient) signalGroup(this.#pid, 'SIGKILL');
    const rest = patient ? this.#tagged() : this.#taggedAndStrays();
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

  #tagged(): number[] {
    return processesThat((pid) => isTagged(pid, this.#mark), this.#oldest());
  }

  /** With those that dropped the mark but still work in the tree. */
  #taggedAndStrays(): number[] {
    const isOurs = (pid: number) => isTagged(pid, this.#mark) || this.#isStray(pid);
    return processesThat(isOurs, this.#oldest());
  }

  /** Who was there before is none, as a person's shell may be. */
  #isStray(pid: number): boolean {
    if (this.#hasSiblings || this.#startedAt === null) return false;
    if (!worksIn(pid, this.#cwd)) return false;
    return (startOf(pid) ?? 0) >= this.#startedAt;
  }

  /** Our pids are above it. Cheap for the common short suite, as this is on every run's path. */
  #oldest(): number {
    const pid = this.#pid ?? 1;
    const short = this.#clock.nowMs() - this.#startedAtMs < pidsAscendForMs;
    const newest = short ? newestPid() : null;
    return newest !== null && newest >= pid ? pid - 1 : 1;
  }
}

/** The code of the error of a command that needs a sandbox, where none could be built. */
export const noSandbox = 'NO_SANDBOX';

/** Some of what is wrong with a program is thrown (a shebang that names itself), some is emitted. */
function start(options: ProcessOptions): ChildProcess | Error {
  const { command, cwd, environment, output, hasStatus = false } = options;
  try {
    return asFirstVictim(() =>
      spawn(command.file, command.args, {
        cwd,
        env: environment,
        stdio: ['ignore', output, output, ...(hasStatus ? ['pipe' as const] : [])],
        // A process group of its own, with the suite as its leader.
        detached: true,
      }),
    );
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

function notStarted(error: Error): ProcessEnd {
  return { exitCode: null, signal: null, couldNotStart: error, status: '', memoryKills: 0 };
}
