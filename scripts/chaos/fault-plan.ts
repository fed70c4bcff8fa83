/**
 * Owns what goes wrong, and when: a pace and a choice drawn from the seed. Every fault ends by
 * itself after a while, also drawn; `heal` ends them all.
 */

import type { Random } from '../../test/simulation/random.js';
import type { Actor } from './actor.js';
import { after, type BadLine, type LineState } from './bad-line.js';
import type { SmallDisk } from './disk.js';

export interface FaultTargets {
  readonly dispatcher: Actor;
  readonly observer: Actor;
  readonly runners: readonly Actor[];
  /** One a client, by its name. */
  readonly lines: ReadonlyMap<string, BadLine>;
  readonly disk: SmallDisk;
}

type Fault = 'kill' | 'freeze' | 'cut' | 'slice' | 'delay' | 'hole' | 'fill';

/** How often each is drawn, in proportion. Killing runners is rare: three lost runs are poison. */
const weights: Readonly<Record<Fault, number>> = {
  kill: 5,
  freeze: 3,
  cut: 6,
  slice: 4,
  delay: 3,
  hole: 3,
  fill: 2,
};

export class FaultPlan {
  readonly counts = new Map<string, number>();
  readonly #targets: FaultTargets;
  readonly #random: Random;
  readonly #endings = new Set<Promise<void>>();
  /** Of the storm itself, not of what it blows at. */
  #failure: unknown = null;

  constructor(targets: FaultTargets, random: Random) {
    this.#targets = targets;
    this.#random = random;
  }

  /** How many so far, of all kinds. */
  get faults(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** One fault, begun now and ended later. */
  strike(): void {
    const ending = this.#inflict(this.#random.pick(faults))
      .catch((error) => {
        this.#failure ??= error;
      })
      .finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
    if (this.#failure !== null) throw this.#failure;
  }

  /** Waits until every fault has ended, and makes sure that everybody is there. */
  async heal(): Promise<void> {
    await Promise.all(this.#endings);
    const { dispatcher, observer, runners, lines, disk } = this.#targets;
    disk.relieve();
    for (const line of lines.values()) line.state = 'clear';
    for (const actor of [dispatcher, observer, ...runners]) {
      actor.thaw();
      actor.start();
    }
  }

  async #inflict(fault: Fault): Promise<void> {
    const random = this.#random;
    const { dispatcher, observer, runners, lines, disk } = this.#targets;
    const actor = random.pick([dispatcher, observer, ...runners]);
    switch (fault) {
      case 'kill':
        if (!actor.isAlive) return;
        this.#count(`SIGKILL of the ${kindOf(actor)}`);
        await actor.end('SIGKILL');
        await after(random.between(0, 1_500));
        actor.start();
        return;
      case 'freeze':
        if (!actor.isAlive || actor.isFrozen) return;
        this.#count(`SIGSTOP of the ${kindOf(actor)}, then SIGCONT`);
        actor.freeze();
        await after(random.between(200, 5_000));
        actor.thaw();
        return;
      case 'cut':
        this.#count('connections cut');
        random.pick([...lines.values()]).cut();
        return;
      case 'slice':
      case 'delay':
      case 'hole':
        return this.#trouble(random.pick([...lines.values()]), fault);
      case 'fill':
        if (!disk.canBeFilled) return;
        this.#count('disk full');
        disk.fill();
        await after(random.between(500, 3_000));
        disk.relieve();
        return;
    }
  }

  async #trouble(line: BadLine, trouble: Exclude<LineState, 'clear'>): Promise<void> {
    if (line.state !== 'clear') return;
    this.#count(troubles[trouble]);
    line.state = trouble;
    await after(this.#random.between(300, 4_500));
    line.state = 'clear';
    // What was swallowed is gone: no connection may go on as if nothing were missing.
    if (trouble === 'hole') line.cut();
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}

const faults = Object.entries(weights).flatMap(([fault, weight]) =>
  Array.from({ length: weight }, () => fault as Fault),
);

const troubles = { slice: 'line sliced', delay: 'line delayed', hole: 'line swallows' } as const;

function kindOf({ name }: Actor): string {
  return name.replace(/ .*/, '');
}
