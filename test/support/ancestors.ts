/**
 * Owns the lab's stand-ins for the ancestor in tests, and our own programs beside them, as processes
 * until the end of the test. Unlike the puppets of classic-peers.ts they decide for themselves.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { eventually } from './eventually.js';
import { launcher, type Program } from './launchers.js';

const folder = join(import.meta.dirname, '../../dist/lab/ancestor');

interface Told {
  readonly event: string;
  readonly [field: string]: unknown;
}

export function startAncestor(role: 'dispatcher' | 'runner' | 'observer', ...args: string[]) {
  return start(join(folder, `${role}.js`), args);
}

export function startOurs(program: Program, ...args: string[]) {
  return start(launcher(program), args);
}

function start(program: string, args: readonly string[]) {
  const ours = Object.entries(process.env).filter(([name]) => !name.startsWith('TRIVET_'));
  const child = spawn(process.execPath, [program, '--log-format', 'json', ...args], {
    env: Object.fromEntries(ours),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const told: Told[] = [];
  createInterface(child.stdout).on('line', (line) => told.push(JSON.parse(line)));
  const ended = once(child, 'close').then(([code, signal]) => signal ?? code);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const tells = (event: string, about = (_: Told) => true) =>
    eventually(`it tells of ${event}`, () =>
      told.find((line) => line.event === event && about(line)),
    );
  return { child, told, tells, ended };
}
