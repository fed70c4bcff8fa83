/**
 * Owns who lives in a world of ours: observer, dispatcher, runners, strangers, people and a hook.
 */

import type { SimulatedDisk } from './disk.js';
import { Hook } from './hook.js';
import type { Ground, Machine } from './machine.js';
import { buildMachines, everyMachine, ownMachines } from './machines.js';
import { People } from './people.js';
import { checkBounds, checkRest, unrest } from './rest.js';
import { Weather } from './weather.js';

/** What a world must be able to ask of those who live in it. */
export interface Cast {
  readonly machines: readonly Machine[];
  readonly weather: Weather;
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
export function ownCast(ground: Ground, disk: SimulatedDisk): Cast {
  const machines = buildMachines(ground, disk);
  const { dispatcher } = machines;
  const weather = new Weather(ground, machines);
  const people = new People(ground);
  const hook = new Hook(ground);
  return {
    machines: everyMachine(machines),
    weather,
    pushed: () => hook.pushed(),
    act: () => people.act(),
    repent: () => people.repent(),
    audit: () => {
      checkBounds(ground, ownMachines(machines));
      if (dispatcher.settled !== null) ground.witness.remembers(dispatcher.settled);
    },
    unrest: () => unrest(ground, machines),
    checkRest: () => checkRest(ground, machines, people),
    close: () => dispatcher.memory.close(),
  };
}
