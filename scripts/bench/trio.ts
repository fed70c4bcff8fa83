/**
 * Owns one real process of ours under measurement: its story, its memory, its time on the CPU.
 * The story goes to a file, so that a busy benchmark cannot slow down the one who tells it.
 * Never signals a process that it did not start.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './clock.js';

/** A line of a process's story, as `--log-format json` gives it. */
export interface Told {
  readonly event: string;
  readonly msg: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly [field: string]: unknown;
}

let count = 0;

/** Whatever becomes of the benchmark, none of these outlives it. */
const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** A process that does not end by itself within this is killed. */
const endWithinMs = 4_000;

/** Sooner, the system would deliver the two as one. */
const secondTermAfterMs = 300;

export class Trio {
  readonly child: ChildProcess;
  readonly story: Told[] = [];
  readonly #exited: Promise<void>;
  readonly #file: number;
  #offset = 0;
  #rest = '';
  #ended: Promise<void> | null = null;

  constructor(launcher: string, args: readonly string[], cwd: string) {
    const path = fileURLToPath(new URL(`../../${launcher}.js`, import.meta.url));
    count += 1;
    this.#file = openSync(join(cwd, `story-${count}`), 'a+');
    this.child = spawn(process.execPath, [path, ...args, '--log-format', 'json'], {
      cwd,
      stdio: ['ignore', this.#file, this.#file],
    });
    alive.add(this.child);
    this.#exited = new Promise((resolve) =>
      this.child.once('exit', () => {
        alive.delete(this.child);
        resolve();
      }),
    );
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The first line, past or to come, that fits. */
  until(fits: (told: Told) => boolean, withinMs = 30_000): Promise<Told> {
    return until(
      'a line of the story',
      () => {
        this.read();
        return this.story.find(fits);
      },
      { withinMs },
    );
  }

  /** All lines that fit, once there are so many. */
  untilCount(
    fits: (told: Told) => boolean,
    count: number,
    withinMs = 60_000,
  ): Promise<readonly Told[]> {
    return until(
      `${count} lines of the story`,
      () => {
        const found = this.read().filter(fits);
        return found.length >= count ? found : undefined;
      },
      { everyMs: 20, withinMs },
    );
  }

  /** Takes in what was told since; answers the whole story. */
  read(): readonly Told[] {
    const buffer = Buffer.allocUnsafe(65_536);
    for (let size = 1; size > 0; this.#offset += size) {
      size = readSync(this.#file, buffer, 0, buffer.length, this.#offset);
      this.#rest += buffer.toString('utf8', 0, size);
    }
    const lines = this.#rest.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.story.push(parse(line));
    return this.story;
  }

  /** The most memory that it ever had at once, in MB of 1,000,000 bytes. */
  peakMegabytes(): number {
    return megabytes(this.pid, 'VmHWM');
  }

  signal(signal: NodeJS.Signals): void {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#exited;
  }

  /** As Ctrl-C twice would; a frozen one is thawed for it. */
  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const again = setTimeout(() => this.signal('SIGTERM'), secondTermAfterMs);
    const timer = setTimeout(() => this.signal('SIGKILL'), endWithinMs);
    await this.#exited;
    clearTimeout(again);
    clearTimeout(timer);
    closeSync(this.#file);
  }
}

/** Whether a line says that the commit has its verdict. */
export function finished(commit: string): (told: Told) => boolean {
  return (told) => told.event === 'finished' && told['commit'] === commit;
}

/** Memory of a process: now (`VmRSS`), or the most it ever had (`VmHWM`). */
export function megabytes(pid: number, which: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(new RegExp(`^${which}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1_024) / 1e6;
}

/** What node takes that does nothing, so that ours can be read beside it. */
export async function bareMegabytes(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'console.log(1);setInterval(() => {}, 1e6)'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const bare = megabytes(child.pid ?? 0, 'VmHWM');
  child.kill('SIGKILL');
  return bare;
}

/**
 * Seconds that a process has spent on the CPU. With `children`, so have those that it started:
 * the ended ones by its own count, the living ones (a small shell that forks) by theirs.
 */
export function cpuSeconds(pid: number, { children = false } = {}): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // utime, stime, cutime and cstime, in ticks of 10 ms.
  const ticks = fields.slice(11, children ? 15 : 13).map(Number);
  const own = ticks.reduce((sum, tick) => sum + tick, 0) / 100;
  if (!children) return own;
  const living = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return living
    .filter((child) => child !== '')
    .reduce((sum, child) => sum + cpuSeconds(Number(child), { children }), own);
}

/** A line that is no JSON is a usage error or a stack trace: it ends the benchmark, readably. */
function parse(line: string): Told {
  try {
    return JSON.parse(line) as Told;
  } catch {
    throw new Error(`a process said: ${line}`);
  }
}
