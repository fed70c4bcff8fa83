/**
 * Owns a simulated world on behalf of a lab: does what is asked for, one thing after the other, and tells
 * what became of it. Whatever is asked for ends a run that is under way.
 */

import { createInterface } from 'node:readline';
import { lineOf } from '../../src/record/record.js';
import type { WorldAction, WorldDocument } from '../../src/record/world.js';
import { type Lesson, toldOf } from '../../test/simulation/lessons.js';
import type { SteppedWorld } from '../../test/simulation/stepped.js';
import { headerOf } from '../../test/simulation/world-record.js';

/** Between two looks at what is asked for. */
const stepsAtOnce = 50;

/** A page is not told of more than that a second. */
const tellEveryMs = 200;

/** With a bug in it, or without. */
export type World = Pick<typeof import('../../test/simulation/stepped.js'), 'SteppedWorld'>;

export class Keeper {
  readonly #module: World;
  readonly #lesson: Lesson | null;
  #world: SteppedWorld | null = null;
  #isRevealed = false;
  #isRunning = false;
  /** Asked for and not begun yet. A run goes on only while there is none. */
  #waiting = 0;
  #toldAtMs = 0;
  /** What is asked for after what is being done. */
  #done: Promise<void> = Promise.resolve();

  constructor(module: World, lesson: Lesson | null) {
    this.#module = module;
    this.#lesson = lesson;
  }

  async keep(seed: number): Promise<void> {
    this.#world = await this.#module.SteppedWorld.begin(seed, [], {
      begun: (seed) => process.stdout.write(lineOf(headerOf(seed))),
      take: (record) => process.stdout.write(lineOf(record)),
    });
    this.#tell();
    for await (const line of createInterface({ input: process.stdin })) {
      const action = JSON.parse(line) as WorldAction;
      // Whatever is asked for ends a run; it is done where that stands still.
      this.#waiting += 1;
      this.#done = this.#done.then(() => this.#act(action)).catch(fail);
    }
    // The end of what is asked for ends it as well.
    this.#waiting += 1;
    await this.#done;
    await this.#world.close();
  }

  async #act(action: WorldAction): Promise<void> {
    this.#waiting -= 1;
    const world = this.#world;
    if (world === null) return;
    switch (action.do) {
      case 'step':
        await world.step(action.count);
        break;
      case 'run':
        await this.#run(world);
        break;
      case 'pause':
        break;
      case 'to':
        await world.to(action.step);
        break;
      case 'fork':
        await world.fork(action.step, action.choice);
        break;
      case 'forget':
        await world.forget(action.index);
        break;
      case 'seed':
        await world.reseed(action.seed);
        break;
      case 'reveal':
        this.#isRevealed = true;
        break;
    }
    this.#tell();
  }

  async #run(world: SteppedWorld): Promise<void> {
    this.#isRunning = true;
    while (!world.isOver && this.#waiting === 0) {
      await world.step(stepsAtOnce);
      if (performance.now() - this.#toldAtMs > tellEveryMs) this.#tell();
      // What is asked for meanwhile gets in.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#isRunning = false;
  }

  #tell(): void {
    if (this.#world === null) return;
    this.#toldAtMs = performance.now();
    const planted = this.#lesson && toldOf(this.#lesson, this.#isRevealed);
    const document: WorldDocument = {
      ...{ ...this.#world.document, isRunning: this.#isRunning, planted },
    };
    process.stdout.write(`${JSON.stringify({ world: document })}\n`);
  }
}

/** A world that died by an error of ours is not over: nobody may take it for one. */
function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}
