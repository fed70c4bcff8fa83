/**
 * Owns the law that a runner is given what it offers and no more, where that changes. It knows what
 * each runner of ours has ever offered, and how far the dispatcher said that it heard of it: from
 * there on, any of it may be what the dispatcher knows. Shares no code with the dispatcher.
 */

import { isDeepStrictEqual } from 'node:util';
import type { Remembered } from '../../src/dispatcher/shell/dispatcher.js';
import type { OfferBody } from '../../src/protocol/bodies.js';
import type { Told } from '../../src/world/story.js';

type Runner = ReturnType<Remembered['runners']>[number];

export class Offers {
  /** By the machine's name: all that it ever offered. */
  readonly #made = new Map<string, OfferBody[]>();
  /** By the name that the dispatcher has for a runner: which of these it has heard at least. */
  readonly #heard = new Map<string, number>();
  /** By session: what it had in hand when it was looked at last. */
  #inHand = new Map<string, ReadonlySet<string>>();
  /** Sessions that a process has left for another: what it says now is not heard over them. */
  readonly #left = new Set<string>();
  /** What was heard over those of a runner that the dispatcher takes for living still. */
  #heardThere = new Map<string, OfferBody[]>();
  readonly #breaks: (how: string) => void;

  constructor(breaks: (how: string) => void) {
    this.#breaks = breaks;
  }

  /** A machine's file says that from now on; its runner reads it sooner or later. */
  made(machine: string, offer: OfferBody): void {
    this.#made.set(machine, [...(this.#made.get(machine) ?? []), offer]);
  }

  /** What the dispatcher may think that this runner offers; null where it is none of ours. */
  possible(runner: string): readonly OfferBody[] | null {
    const made = this.#made.get(machineOf(runner));
    if (made === undefined) return null;
    return [...made.slice(this.#heard.get(runner) ?? 0), ...(this.#heardThere.get(runner) ?? [])];
  }

  /** A dispatcher has started: it knows nobody. */
  begun(): void {
    this.#inHand = new Map();
  }

  /** The dispatcher has told that, with these runners there. What it tells of is done already. */
  told(told: Told, runners: readonly Runner[]): void {
    this.#noteFormer(runners);
    for (const runner of runners) this.#look(runner, runners);
    this.#inHand = new Map(runners.map(({ key, runs }) => [key, new Set(runs)]));
    if (told.event !== 'runner-offers') return;
    const { runner, capacity, labels } = told as Told & OfferBody & { readonly runner: string };
    const from = this.#heard.get(runner) ?? 0;
    const made = this.#made.get(machineOf(runner)) ?? [];
    const isSame = (offer: OfferBody) => isDeepStrictEqual(offer, { capacity, labels });
    const at = made.findIndex((offer, index) => index >= from && isSame(offer));
    if (at >= 0) this.#heard.set(runner, at);
    // What an earlier session said may be heard after what the next one says.
    else if (!made.some(isSame)) {
      this.#breaks(`${runner} never offered ${capacity} and ${labels.join(', ')}`);
    }
  }

  /** Where nothing moves any more, the dispatcher knows what is offered. */
  atRest(runners: readonly Runner[]): void {
    for (const { name, capacity, offer } of runners) {
      const last = this.#made.get(machineOf(name))?.at(-1);
      if (last === undefined) continue;
      if (isDeepStrictEqual(last, { capacity, labels: [...offer.labels] })) continue;
      this.#breaks(`${name} offers ${last.capacity}, and is thought to offer ${capacity}`);
    }
  }

  #noteFormer(runners: readonly Runner[]): void {
    const newest = new Map(runners.map(({ name, key }) => [name, key]));
    this.#heardThere = new Map();
    for (const { key, name, capacity, offer } of runners) {
      if (newest.get(name) !== key) this.#left.add(key);
      if (!this.#left.has(key)) continue;
      const others = this.#heardThere.get(name) ?? [];
      this.#heardThere.set(name, [...others, { capacity, labels: [...offer.labels] }]);
    }
  }

  #look({ key, name, runs }: Runner, all: readonly Runner[]): void {
    const possible = this.possible(name);
    // Two sessions of one process: the dispatcher heard each of them say something else.
    if (possible === null || all.filter((other) => other.name === name).length > 1) return;
    const before = this.#inHand.get(key);
    // It has just come, with runs that it had brought along.
    if (before === undefined) return;
    const isGiven = [...runs].some((run) => !before.has(run));
    const most = Math.max(...possible.map(({ capacity }) => capacity));
    if (isGiven && runs.size > most) {
      this.#breaks(`${name} was given a run, has ${runs.size}, and offers ${most} at most`);
    }
  }
}

/** A second process of a machine is told apart by a number. */
function machineOf(runner: string): string {
  return runner.replace(/-\d+$/, '');
}
