/**
 * Owns the observer's machine: what observer/main.ts does, on a simulated outside.
 */

import type { Known } from '../../src/observer/core/news.js';
import type { Branches } from '../../src/observer/repository.js';
import { type Observer, observe } from '../../src/observer/shell.js';
import type { Commit } from '../../src/protocol/ids.js';
import type { Told } from '../../src/world/story.js';
import { SimulatedDisk } from './disk.js';
import type { Life } from './life.js';
import { dispatcherAddress, type Ground, Machine, repository } from './machine.js';

export class ObserverMachine {
  readonly machine: Machine;
  /** What its position file holds; null before the first save of all. */
  saved: Known | null = null;
  /** What lay behind the branches when they were first seen, which is not news. */
  foundThere: readonly Commit[] = [];
  #seesSome = false;
  /** It saved something since it first saw a branch: from then on all is news. */
  #hasBegun = false;
  readonly #ground: Ground;
  readonly #accepted: (commit: Commit) => void;
  #observer: Observer | null = null;

  /** `accepted` hears of each commit that the observer takes for handed over. */
  constructor(ground: Ground, accepted: (commit: Commit) => void) {
    const disk = new SimulatedDisk(ground.timeline, ground.random);
    this.machine = new Machine(
      ground,
      { name: 'observer', host: '10.0.0.2', disk },
      { run: (life) => this.#run(life), drain: () => this.#observer?.drain() },
    );
    this.#ground = ground;
    this.#accepted = accepted;
  }

  #run(life: Life): void {
    const { network, history, timeline } = this.#ground;
    const hello = {
      ...{ role: 'observer' as const, name: 'observer', version: 'simulated', repository },
      ...{ labels: [], capacity: 1, knows: [], runs: [] },
    };
    this.#observer = observe(
      {
        clock: life.clock,
        network: network.seenBy(life, this.machine.host),
        repository: this.#noting(history.seenBy(life, timeline)),
        plan: async ({ commit, description }) => ({
          ...{ ...description, ...history.planned(commit) },
          isDefaultBranch: description.branch === 'main',
        }),
        watch: () => () => {},
        save: (known) => this.#save(life, known),
        tell: this.#hearing(life),
        exit: () => life.end(),
      },
      {
        ...{ intervalMs: 1_000, fromNow: false, latestOnly: false, once: false },
        ...{ dispatcher: dispatcherAddress, hello, saved: this.saved },
      },
    );
  }

  #noting(repository: Branches): Branches {
    const poll = async () => {
      const found = await repository.poll();
      this.#seesSome = found.tips.length > 0;
      if (!this.#hasBegun) this.foundThere = found.tips.flatMap(({ parents }) => parents);
      return found;
    };
    return { ...repository, poll };
  }

  #save(life: Life, known: Known): void {
    const { refusal } = this.machine.disk;
    if (refusal !== null) throw new Error(refusal);
    // Whatever a position stands for was accepted.
    for (const commit of known.positions.values()) this.#accepted(commit);
    if (!life.step()) return;
    // A copy: what its process knows later is not on disk.
    this.saved = structuredClone(known);
    // Nothing was there to be seen in an empty repository: a first sight is of the tips.
    const isBlank = known.positions.size === 0 && known.baseline === null;
    this.#hasBegun = isBlank ? false : this.#hasBegun || this.#seesSome;
    life.step();
  }

  #hearing(life: Life): (told: Told) => void {
    const tell = this.machine.telling(life);
    return (told) => {
      // A dispatcher that knows nothing is handed the tips again: another first sight.
      if (told.event === 'forgotten' && told['isNew'] === true) this.#hasBegun = false;
      if (told.event === 'handed-over') this.#accepted(told['commit'] as Commit);
      tell(told);
    };
  }
}
