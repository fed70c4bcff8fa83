/**
 * Owns which machines a world has, drawn from its seed.
 */

import { ClassicRunnerMachine } from './classic-runner-machine.js';
import { ConfusedRunner } from './confused-runner.js';
import type { Refusal, SimulatedDisk } from './disk.js';
import { DispatcherMachine } from './dispatcher-machine.js';
import type { Ground, Machine } from './machine.js';
import { ObserverMachine } from './observer-machine.js';
import { rareLabel, runnerNames } from './plans.js';
import { RunnerMachine } from './runner-machine.js';
import { SpectatorMachine } from './spectator-machine.js';

export interface Machines {
  readonly dispatcher: DispatcherMachine;
  readonly observer: ObserverMachine;
  readonly runners: readonly RunnerMachine[];
  readonly classic: ClassicRunnerMachine | null;
  readonly confused: ConfusedRunner | null;
  readonly spectator: SpectatorMachine | null;
}

interface Struck {
  readonly machine: Machine;
}

/** What the fault plan can strike: machines of ours or not, with or without a store. */
export interface Stricken {
  readonly dispatcher: Struck & { readonly memory?: { refusal: Refusal | null }; restore?(): void };
  readonly observer: Struck;
  readonly runners: readonly RunnerMachine[];
  readonly classic: Struck | null;
  readonly confused: Struck | null;
  readonly spectator: Struck | null;
}

/** `disk` is the dispatcher's. */
export function buildMachines(ground: Ground, disk: SimulatedDisk): Machines {
  const { random, witness } = ground;
  const dialect = random.pick(['classic', 'py3'] as const);
  const names = runnerNames.slice(0, random.between(1, 3));
  return {
    dispatcher: new DispatcherMachine(ground, disk, dialect),
    observer: new ObserverMachine(ground, (commit) => witness.acknowledged(commit)),
    runners: names.map(
      (name, index) =>
        new RunnerMachine(
          ground,
          { name, host: `10.0.1.${index + 1}`, labels: index === 0 ? [rareLabel] : [] },
          random.between(1, 2),
        ),
    ),
    classic: random.perMille(300) ? new ClassicRunnerMachine(ground, '10.0.1.9', dialect) : null,
    confused: random.perMille(250) ? new ConfusedRunner(ground, '10.0.1.8') : null,
    spectator: ground.isWatched ? new SpectatorMachine(ground, '10.0.2.1') : null,
  };
}

export function everyMachine(machines: Stricken): Machine[] {
  const { classic, confused, spectator } = machines;
  const strangers = [classic, confused, spectator].flatMap((one) =>
    one === null ? [] : [one.machine],
  );
  return [...ownMachines(machines), ...strangers];
}

/** Those on which our own code runs. */
export function ownMachines({ dispatcher, observer, runners }: Stricken): Machine[] {
  return [dispatcher, observer, ...runners].map(({ machine }) => machine);
}
