/**
 * Owns what somebody can decide in a world that is under way: interventions on one machine, or that chance
 * goes on as in another seed. It is done through the same doors as what faults do.
 */

import type { Choice, Intervention } from '../../src/record/world.js';
import type { Actors } from './actors.js';
import type { Ground, Machine } from './machine.js';
import { dispatcherAddress } from './machine.js';

/** Twice the silence that costs a session. */
const frozenForMs = 6_000;
const partedForMs = 6_000;

/** A line that is as slow as that is seen, and costs no session. */
const delayedByMs = 1_500;

interface Possibility {
  readonly says: string;
  readonly isPossible: (machine: Machine) => boolean;
  readonly act: (ground: Ground, machine: Machine) => void;
  /** Somebody dies of it, or a connection breaks. */
  readonly isDeadly: boolean;
}

const isAlive = ({ life }: Machine) => life.isAlive;
const isUp = ({ life }: Machine) => life.isAlive && !life.isFrozen;

const interventions: Readonly<Record<Intervention, Possibility>> = {
  kill: {
    says: 'is killed (SIGKILL)',
    isPossible: isAlive,
    act: (_, { life }) => life.end(),
    isDeadly: true,
  },
  'power-cut': {
    says: 'loses its power, and what its disk had not synced',
    isPossible: isAlive,
    act: ({ network }, { life, disk, host }) => {
      network.cutPower(host);
      life.end();
      disk.cutPower();
    },
    isDeadly: true,
  },
  freeze: {
    says: `stands still for ${frozenForMs / 1_000} s (SIGSTOP)`,
    isPossible: isUp,
    act: (_, { life }) => life.freeze(frozenForMs),
    isDeadly: true,
  },
  thaw: {
    says: 'goes on (SIGCONT)',
    isPossible: ({ life }) => life.isAlive && life.isFrozen,
    act: (_, { life }) => life.thaw(),
    isDeadly: false,
  },
  start: {
    says: 'is started',
    isPossible: ({ life }) => !life.isAlive,
    act: (_, machine) => machine.start(),
    isDeadly: false,
  },
  drain: {
    says: 'is asked to end (Ctrl-C)',
    isPossible: isUp,
    act: (_, machine) => machine.drain(),
    isDeadly: true,
  },
  part: {
    says: `is parted from the dispatcher for ${partedForMs / 1_000} s`,
    isPossible: ({ host }) => host !== dispatcherAddress.host,
    act: ({ network }, { host }) => network.part(host, dispatcherAddress.host, partedForMs),
    isDeadly: true,
  },
  delay: {
    says: `has all that is under way to it, and from it, arrive ${delayedByMs / 1_000} s later`,
    isPossible: isAlive,
    act: ({ network }, { host }) => network.holdUp(host, delayedByMs),
    isDeadly: false,
  },
};

export function wordsOf(choice: Choice): string {
  if (choice.do === 'chance') return `chance goes on as in the world of seed ${choice.seed}`;
  return `${choice.process} ${interventions[choice.do].says}`;
}

/** What can be decided now. */
export function choicesIn({ seed }: Ground, { machines }: Actors): Choice[] {
  const names = Object.keys(interventions) as Intervention[];
  const possible = machines.flatMap((machine) =>
    names
      .filter((name) => interventions[name].isPossible(machine))
      .map((name): Choice => ({ do: name, process: machine.name })),
  );
  return [...possible, { do: 'chance', seed: seed + 1 }];
}

/** Has it happen; where it cannot, nothing does. */
export function decide(ground: Ground, { machines }: Actors, choice: Choice): void {
  const { random, network, record, witness } = ground;
  record?.told('faults', { event: 'decided', msg: `decided: ${wordsOf(choice)}` });
  if (choice.do === 'chance') {
    random.becomeThatOf(choice.seed);
    network.random.becomeThatOf(choice.seed);
    return;
  }
  const machine = machines.find(({ name }) => name === choice.process);
  const intervention = interventions[choice.do];
  if (machine === undefined || !intervention.isPossible(machine)) return;
  // A world in which nobody dies promises more than one in which somebody may.
  if (intervention.isDeadly) witness.nobodyDies = false;
  intervention.act(ground, machine);
}
