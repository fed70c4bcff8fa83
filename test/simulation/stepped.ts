/**
 * Owns a world that somebody goes through step by step, with what they decide. Back is anew from the seed,
 * quickly, up to there.
 * Invariant: seed and decisions are the whole of it; the same two are the same records, to the last byte.
 *
 *   events ──gate──> a record was left? ──yes──> a step; what is decided there happens ──> wait, or on
 */

import type { WireRecord } from '../../src/record/record.js';
import {
  type Choice,
  type Decision,
  decisionsMax,
  type WorldDocument,
} from '../../src/record/world.js';
import { choicesIn, decide, wordsOf } from './deciding.js';
import { type Broken, laws } from './laws.js';
import { simulate, type Underway } from './world.js';

/** What is thrown to end a world that nobody wants to go on. */
class Abandoned extends Error {}

export interface Listening {
  /** All is begun anew. */
  readonly begun: (seed: number) => void;
  readonly take: (record: WireRecord) => void;
}

export class SteppedWorld {
  readonly #listening: Listening;
  #seed: number;
  #decisions: readonly Decision[];
  #forks = 0;
  #play: Play;

  private constructor(seed: number, decisions: readonly Decision[], listening: Listening) {
    this.#listening = listening;
    this.#seed = seed;
    this.#decisions = decisions;
    this.#play = new Play(seed, decisions, listening.take);
  }

  /** The world of that seed with these decisions, before its first event. */
  static async begin(
    seed: number,
    decisions: readonly Decision[],
    listening: Listening,
  ): Promise<SteppedWorld> {
    listening.begun(seed);
    const world = new SteppedWorld(seed, inOrder(decisions), listening);
    await world.#play.to(0);
    return world;
  }

  get isOver(): boolean {
    return this.#play.isOver;
  }

  /** Simulated. */
  get atMs(): number {
    return this.#play.atMs;
  }

  /** So many steps on, or fewer where it is over before. */
  async step(count: number): Promise<void> {
    await this.#play.to(this.#play.steps + count);
  }

  /** On, to a law that breaks or to the end. */
  async run(): Promise<void> {
    await this.#play.to(Number.POSITIVE_INFINITY);
  }

  /** To that step. */
  async to(step: number): Promise<void> {
    if (step < this.#play.steps) await this.#anew(this.#seed, this.#decisions);
    await this.#play.to(step);
  }

  /** From that step on that is decided, and nothing that was decided later. */
  async fork(step: number, choice: Choice): Promise<void> {
    const before = this.#decisions.filter((decision) => decision.step <= step);
    if (before.length >= decisionsMax) return;
    this.#forks += 1;
    await this.#anew(this.#seed, [...before, { step, choice }]);
    await this.#play.to(step);
  }

  /** Without the decision at that place of the list. */
  async forget(index: number): Promise<void> {
    const { steps } = this.#play;
    this.#forks += 1;
    await this.#anew(
      this.#seed,
      this.#decisions.filter((_, place) => place !== index),
    );
    await this.#play.to(steps);
  }

  async reseed(seed: number): Promise<void> {
    this.#forks = 0;
    await this.#anew(seed, []);
    await this.#play.to(0);
  }

  async close(): Promise<void> {
    await this.#play.abandon();
  }

  get document(): Omit<WorldDocument, 'planted' | 'isRunning'> {
    const { steps, atMs, isOver, isHealed, broken, choices } = this.#play;
    const brokenBy = broken && { law: broken.law, says: laws[broken.law], how: broken.how };
    const all = Object.entries(laws).map(([name, says]) => ({
      ...{ name, says, broken: broken?.law === name ? broken.how : null },
    }));
    return {
      ...{ seed: this.#seed, step: steps, atMs, isOver, isHealed, broken: brokenBy, laws: all },
      decisions: this.#decisions.map((one) => ({ ...one, says: wordsOf(one.choice) })),
      choices: choices.map((choice) => ({ choice, says: wordsOf(choice) })),
      forks: this.#forks,
    };
  }

  async #anew(seed: number, decisions: readonly Decision[]): Promise<void> {
    await this.#play.abandon();
    this.#seed = seed;
    this.#decisions = inOrder(decisions);
    this.#listening.begun(seed);
    this.#play = new Play(seed, this.#decisions, this.#listening.take);
  }
}

/** One way through a world, forwards only. */
class Play {
  steps = 0;
  atMs = 0;
  isOver = false;
  isHealed = false;
  broken: Broken | null = null;
  choices: readonly Choice[] = [];
  readonly #decisions: readonly Decision[];
  readonly #over: Promise<void>;
  #target = 0;
  #lastN = 0;
  #isBegun = false;
  #isAbandoned = false;
  /** What the world died of, by an error of ours. */
  #diedOf: { readonly error: unknown } | null = null;
  /** Has the world go on that waits at its gate. */
  #goOn: (() => void) | null = null;
  #arrived: () => void = () => {};

  constructor(seed: number, decisions: readonly Decision[], take: (record: WireRecord) => void) {
    this.#decisions = decisions;
    const ended = simulate(seed, { take, gate: (world) => this.#gate(world) });
    this.#over = ended.then(
      ({ broken, simulatedMs }) => {
        this.broken = broken;
        this.atMs = simulatedMs;
        // What it left since the last step is one more.
        this.steps += 1;
        this.#end();
      },
      (error: unknown) => {
        if (!(error instanceof Abandoned)) this.#diedOf = { error };
        this.#end();
      },
    );
  }

  async to(step: number): Promise<void> {
    this.#target = step;
    while (!this.isOver && !(this.#goOn !== null && this.steps >= this.#target)) {
      const arrived = new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
      this.#release();
      await Promise.race([arrived, this.#over]);
    }
    if (this.#diedOf !== null) throw this.#diedOf.error;
  }

  async abandon(): Promise<void> {
    this.#isAbandoned = true;
    this.#release();
    await this.#over;
  }

  #release(): void {
    const goOn = this.#goOn;
    this.#goOn = null;
    goOn?.();
  }

  #end(): void {
    this.isOver = true;
    this.choices = [];
    this.#arrived();
  }

  async #gate(world: Underway): Promise<void> {
    if (this.#isAbandoned) throw new Abandoned();
    const { ground, actors, isHealed } = world;
    const last = ground.record?.last ?? 0;
    const isStep = last > this.#lastN;
    if (this.#isBegun && !isStep) return;
    if (isStep && this.#isBegun) this.steps += 1;
    this.#isBegun = true;
    for (const { step, choice } of this.#decisions) {
      if (step === this.steps && !isHealed) decide(ground, actors, choice);
    }
    this.#lastN = ground.record?.last ?? 0;
    if (this.steps < this.#target) return;
    this.atMs = ground.timeline.nowMs;
    this.isHealed = isHealed;
    this.choices = isHealed ? [] : choicesIn(ground, actors);
    const goesOn = new Promise<void>((resolve) => {
      this.#goOn = resolve;
    });
    this.#arrived();
    await goesOn;
    if (this.#isAbandoned) throw new Abandoned();
  }
}

function inOrder(decisions: readonly Decision[]): readonly Decision[] {
  return [...decisions].sort((one, other) => one.step - other.step);
}
