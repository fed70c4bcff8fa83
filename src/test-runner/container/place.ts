/**
 * Owns what the steps of one run share: the checkout, in the place where Woodpecker has it, and a
 * network. When it is closed, nothing that was made for the run is left.
 */

import { rmSync } from 'node:fs';
import type { Step, StepContainer } from '../../protocol/work.js';
import type { Clock } from '../../world/clock.js';
import type { RunningStep, RunToStep, StepOrder, StepPlace } from '../steps/step-executor.js';
import type { Limits, Mount } from './command-lines.js';
import { ContainerStep } from './container-step.js';
import type { Engine } from './engine.js';
import type { Network } from './network.js';
import { programOf } from './program.js';
import { runMark, sweep } from './sweep.js';
import { variablesOf } from './variables.js';

export interface Equipment {
  readonly clock: Clock;
  readonly engine: Engine;
  readonly run: RunToStep;
  readonly workspace: string;
  readonly labels: readonly string[];
  readonly mounts: readonly Mount[];
  readonly network: Network;
  readonly limits: Limits;
}

export class ContainerPlace implements StepPlace {
  readonly workspace: string;
  readonly #equipment: Equipment;
  readonly #running = new Set<ContainerStep>();

  constructor(equipment: Equipment) {
    this.workspace = equipment.workspace;
    this.#equipment = equipment;
  }

  start(order: StepOrder): RunningStep {
    const { clock, engine, run, labels, mounts, network, limits } = this.#equipment;
    const isReached = order.isService || order.step.isDetached;
    const program = programOf(order, this.workspace);
    const step = new ContainerStep(clock, engine, {
      order,
      isReached,
      graceMs: run.graceMs,
      container: {
        ...{ name: `trivet-${run.id}-${order.number}`, labels, program, mounts, limits },
        network: network.flags(isReached ? order.step.name : null),
        wishes: wishesOf(order.step, network),
      },
      variables: variablesOf({ ...order.environment, ...program.environment }),
    });
    this.#running.add(step);
    const gone = () => this.#running.delete(step);
    step.ended.then(gone, gone);
    return step;
  }

  async close(): Promise<void> {
    const running = [...this.#running];
    for (const step of running) step.kill();
    await Promise.allSettled(running.map(({ ended }) => ended));
    const { engine, run } = this.#equipment;
    await sweep({ ...engine, folder: '/' }, runMark(run.id));
    rmSync(engine.folder, { recursive: true, force: true });
  }
}

const noWishes: StepContainer = { user: null, dns: [], extraHosts: [], tmpfs: [] };

function wishesOf({ container = noWishes }: Step, { takesDns }: Network): StepContainer {
  return takesDns ? container : { ...container, dns: [] };
}
