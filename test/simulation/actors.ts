/**
 * Owns who lives in a world of ours: observer, dispatcher, runners, strangers, people and a hook.
 */

import type { SimulatedDisk } from './disk.js';
import { FaultPlan } from './fault-plan.js';
import { Hook } from './hook.js';
import type { Ground, Machine } from './machine.js';
import { buildMachines, everyMachine, ownMachines } from './machines.js';
import { OfferChanges } from './offer-changes.js';
import { People } from './people.js';
import { checkBounds, checkRest, unrest } from './rest.js';
import { Pausing } from './team.js';

/** What a world must be able to ask of those who live in it. */
export interface Actors {
  readonly machines: readonly Machine[];
  readonly faults: FaultPlan;
  /** Somebody pushed. */
  readonly pushed: () => void;
  /** Somebody does what people do. */
  readonly act: () => void;
  /** Nothing goes wrong any more: people undo what they did by mistake. */
  readonly repent: () => void;
  /** Looks, each second, whether all is as it must always be. */
  readonly audit: () => void;
  /** What is not at rest yet, in words; empty where all is. */
  readonly unrest: () => string;
  /** Looks whether all is as it must be at rest. */
  readonly checkRest: () => void;
  readonly close: () => void;
}

/** `disk` is the dispatcher's. */
export function ownActors(ground: Ground, disk: SimulatedDisk): Actors {
  const machines = buildMachines(ground, disk);
  const { dispatcher } = machines;
  const faults = new FaultPlan(ground, machines);
  const changes = new OfferChanges(ground, machines.runners);
  const people = new People(ground);
  const pausing = new Pausing(ground);
  const hook = new Hook(ground);
  return {
    machines: everyMachine(machines),
    faults,
    pushed: () => hook.pushed(),
    act: () => {
      people.act();
      pausing.act();
    },
    repent: () => {
      changes.clear();
      people.repent();
      pausing.repent();
    },
    audit: () => {
      checkBounds(ground, ownMachines(machines));
      if (dispatcher.settled !== null) ground.witness.remembers(dispatcher.settled);
    },
    unrest: () => unrest(ground, machines),
    checkRest: () => checkRest(ground, machines, people),
    close: () => dispatcher.memory.close(),
  };
}
