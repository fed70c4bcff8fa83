/**
 * Owns one process of a lab: started, killed, frozen, thawed, started again, and what it tells meanwhile.
 * Never signals a process that it did not start.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import type { LabProcess, LabRole } from '../record/lab.js';
import { parseJson } from '../world/files.js';
import type { StoryLine } from './facts.js';

/** How it is started; its command line as it is by then. */
export interface LaunchSpec {
  readonly commandLine: () => readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What the lab does to a process, or sees of it. */
export type LifeChange = 'started' | 'killed' | 'left' | 'frozen' | 'thawed';

export interface ProcessEvents {
  readonly told: (line: StoryLine) => void;
  /** What it complains of: a line of its standard error. */
  readonly complained: (line: string) => void;
  readonly changed: (
    what: 'started' | 'killed' | 'left' | 'frozen' | 'thawed',
    says: string,
  ) => void;
}

const storyLine = z.looseObject({ event: z.string(), msg: z.string() });

export class ManagedProcess {
  readonly name: string;
  readonly role: LabRole;
  readonly #launch: LaunchSpec;
  readonly #events: ProcessEvents;
  #child: ChildProcess | null = null;
  #isFrozen = false;
  #isToReturn = false;
  /** It has left for good. */
  #isOver = false;
  #exited: Promise<void> = Promise.resolve();

  constructor(name: string, role: LabRole, launch: LaunchSpec, events: ProcessEvents) {
    this.name = name;
    this.role = role;
    this.#launch = launch;
    this.#events = events;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get state(): LabProcess['state'] {
    if (this.#child === null) return 'dead';
    return this.#isFrozen ? 'frozen' : 'running';
  }

  start(): void {
    if (this.#child !== null || this.#isOver) return;
    const { commandLine, folder, environment } = this.#launch;
    const [command = '', ...args] = commandLine();
    const ours = Object.entries(process.env).filter(([name]) => !name.startsWith('TRIVET_'));
    const child = spawn(command, [...args, '--log-format', 'json'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...Object.fromEntries(ours), ...environment },
      // In a group of its own: a Ctrl-C at the terminal is for us.
      detached: true,
    });
    this.#child = child;
    this.#isToReturn = false;
    child.on('error', ({ message }) => this.#events.complained(message));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const parsed = storyLine.safeParse(parseJson(line));
      if (parsed.success) this.#events.told(parsed.data);
    });
    createInterface({ input: child.stderr }).on('line', this.#events.complained);
    this.#exited = new Promise((resolve) => {
      // Not at 'close': what it started may hold its pipes for a while.
      child.on('exit', (code, signal) => {
        this.#gone(code, signal);
        resolve();
      });
      // One that could not be started has no end.
      if (child.pid === undefined) resolve();
    });
    if (child.pid === undefined) this.#child = null;
    else this.#events.changed('started', `${this.name} is started`);
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  freeze(): void {
    if (this.#isFrozen || this.#child?.kill('SIGSTOP') !== true) return;
    this.#isFrozen = true;
    this.#events.changed('frozen', `${this.name} is frozen (SIGSTOP): it keeps its connections`);
  }

  thaw(): void {
    if (!this.#isFrozen || this.#child?.kill('SIGCONT') !== true) return;
    this.#isFrozen = false;
    this.#events.changed('thawed', `${this.name} goes on (SIGCONT)`);
  }

  /** One that lives is asked to end, and finishes what it holds before that. */
  restart(): void {
    if (this.#isOver) return;
    if (this.#child === null) {
      this.start();
      return;
    }
    this.#isToReturn = true;
    this.#child.kill('SIGTERM');
    this.thaw();
  }

  /** Asked, and killed where that takes too long. */
  async end(withinMs: number): Promise<void> {
    this.#isOver = true;
    const child = this.#child;
    if (child === null) return;
    this.#isToReturn = false;
    for (const signal of ['SIGTERM', 'SIGCONT'] as const) child.kill(signal);
    // The second ends at once what the first lets finish.
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
    await this.#exited;
    clearTimeout(timer);
  }

  #gone(code: number | null, signal: string | null): void {
    this.#child = null;
    this.#isFrozen = false;
    const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
    this.#events.changed(signal === 'SIGKILL' ? 'killed' : 'left', `${this.name} ${how}`);
    if (this.#isToReturn) this.start();
  }
}
