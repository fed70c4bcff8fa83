/**
 * Owns how steps are run in containers: one a step, all of a run with the same checkout and network.
 */

import { mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../world/clock.js';
import { limitsOf } from '../../world/descriptors.js';
import type { RunToStep, StepExecutor, StepPlace } from '../steps/step-executor.js';
import type { Mount } from './command-lines.js';
import type { Engine } from './engine.js';
import { findEngine, type Wanted } from './finding-engine.js';
import { type NetworkKind, networkFor } from './network.js';
import { ContainerPlace } from './place.js';
import { checkoutMark, runMark, sweep } from './sweep.js';
import { workspaceOf } from './workspace.js';

/** What a runner's containers may have. */
export interface ContainerOptions {
  readonly network: NetworkKind;
  /** Each, as the engines write it: `4g`. */
  readonly memory: string;
  /** Each; null: all that the machine has. */
  readonly cpus: number | null;
  /** Each. */
  readonly pids: number;
}

/** Throws `UsageError` where no engine answers. */
export async function containerExecutor(
  clock: Clock,
  { network, memory, cpus, pids, ...wanted }: ContainerOptions & Wanted,
): Promise<ContainerExecutor> {
  const engine = await findEngine(wanted);
  return new ContainerExecutor(clock, engine, { network, memory, cpus, pids });
}

export class ContainerExecutor implements StepExecutor {
  readonly #clock: Clock;
  readonly #engine: Engine;
  readonly #options: ContainerOptions;

  constructor(clock: Clock, engine: Engine, options: ContainerOptions) {
    this.#clock = clock;
    this.#engine = engine;
    this.#options = options;
  }

  /** Removes what runs of dead runners left behind that had this checkout, and answers whether any had. */
  sweep(folder: string): Promise<boolean> {
    return sweep(this.#engine, checkoutMark(folder));
  }

  async open(run: RunToStep): Promise<StepPlace> {
    const { network: kind, memory, cpus, pids } = this.#options;
    const mark = checkoutMark(run.folder);
    await sweep(this.#engine, mark);
    const labels = [runMark(run.id), mark];
    const called = { name: `trivet-${run.id}`, labels };
    const network = await networkFor(this.#engine, kind, run.work, called);
    const engine = { ...this.#engine, folder: folderBeside(run.folder) };
    const workspace = workspaceOf(run.work.occasion);
    return new ContainerPlace({
      ...{ clock: this.#clock, engine, run, workspace, labels },
      mounts: [
        { source: run.folder, target: workspace, isReadOnly: false },
        ...borrowed(run.folder),
      ],
      network,
      limits: { memory, cpus, pids, openFiles: openFiles() },
    });
  }
}

/** For what the engine's client leaves; the same after a death, so that no second one stays. */
function folderBeside(checkout: string): string {
  const folder = `${checkout}.engine`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  return folder;
}

/**
 * Where the checkout's objects lie: git looks for them where its `alternates` says, in a container too.
 */
function borrowed(folder: string): Mount[] {
  try {
    return readFileSync(join(folder, '.git', 'objects', 'info', 'alternates'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('/'))
      .map((line) => ({ source: realpathSync(line), target: line, isReadOnly: true }));
  } catch {
    // There is no repository, or no longer what it borrows from: git says so, if anybody asks it.
    return [];
  }
}

/** As the runner's own suites have it; null where the system does not say. */
function openFiles(): string | null {
  const limits = limitsOf('self');
  return limits === null ? null : `${limits.soft}:${limits.hard}`;
}
