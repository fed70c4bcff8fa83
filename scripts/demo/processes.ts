/**
 * Owns the demo's four real processes: starts them, prints what they tell, waits for events.
 * Never ends a process it did not start.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Screen } from './screen.js';

/** A line of a process's story, as `--log-format json` gives it. */
export interface Told {
  readonly event: string;
  readonly msg: string;
  readonly level: number;
  readonly [field: string]: unknown;
}

export interface Trio {
  readonly name: string;
  readonly child: ChildProcess;
  /** Resolves with the first event, past or to come, that fits; rejects after `withinMs`. */
  until(fits: (told: Told) => boolean, withinMs?: number): Promise<Told>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

const patienceMs = 30_000;

/** Starts one of the three launchers and shows its story under `name`. */
export function start(
  screen: Screen,
  name: string,
  launcher: string,
  args: readonly string[],
  cwd: string,
): Trio {
  const path = fileURLToPath(new URL(`../../${launcher}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args, '--log-format', 'json'], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const story: Told[] = [];
  const listeners = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const told = JSON.parse(line) as Told;
    screen.line(name, told.msg, told.level);
    story.push(told);
    for (const listener of listeners) listener();
  });
  createInterface({ input: child.stderr }).on('line', (line) => screen.line(name, line, 50));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));

  return {
    name,
    child,
    until: (fits, withinMs = patienceMs) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          listeners.delete(look);
          reject(new Error(`${name} did not tell what was waited for within ${withinMs} ms`));
        }, withinMs);
        const look = () => {
          const found = story.find(fits);
          if (found === undefined) return;
          clearTimeout(timer);
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
      }),
    kill: async (signal) => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await exited;
    },
  };
}
