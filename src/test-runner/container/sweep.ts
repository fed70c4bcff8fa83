/**
 * Owns the marks on all that is made for a run, and the removal of what carries one: containers with
 * their volumes, and networks. Images stay. Never touches what carries another's mark.
 */

import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { removing } from './command-lines.js';
import { ask, demand, type Engine, lastLine, machineFault } from './engine.js';

/** What a run's belongings carry. */
export function runMark(run: string): string {
  return `trivet.run=${run}`;
}

/**
 * What all that is made for runs in that checkout carries. One runner at a time has it, by its lock: so
 * what carries its mark as a run is to begin there is a dead run's.
 */
export function checkoutMark(folder: string): string {
  const digest = createHash('sha256').update(`${hostname()}\0${folder}`).digest('hex');
  return `trivet.runner=${digest.slice(0, 16)}`;
}

/** Answers whether anything was there. Rejects with what the engine refused. */
export async function sweep(engine: Engine, mark: string): Promise<boolean> {
  const by = ['--quiet', '--filter', `label=${mark}`];
  const containers = words(await demand(engine, ['ps', '--all', '--no-trunc', ...by]));
  if (containers.length > 0) await remove(engine, containers);
  const networks = words(await demand(engine, ['network', 'ls', ...by]));
  if (networks.length > 0) await demand(engine, ['network', 'rm', ...networks]);
  return containers.length + networks.length > 0;
}

/** Removes them whatever they are about. */
export async function remove(engine: Engine, containers: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await ask(engine, removing(engine.name, ...containers));
  if (exitCode === 0 || /no such container|already in progress/i.test(stderr)) return;
  throw machineFault(`${engine.name} could not remove a container: ${lastLine(stderr)}`);
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
