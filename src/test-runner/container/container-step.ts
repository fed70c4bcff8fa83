/**
 * Owns one step in one container, from its image to the container's removal. Never judges, and never
 * reads its output: the engine's client writes that where it belongs.
 *
 *   image is there --> created --> runs, attached --> how it ended --> removed
 *        '- end(): it never began -'    '- TERM, grace, KILL -'
 */

import { spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import type { Clock } from '../../world/clock.js';
import type { RunningStep, StepOrder } from '../steps/step-executor.js';
import { memoryKills } from '../suite/memory.js';
import type { ProcessEnd } from '../suite/process.js';
import { type Container, creating } from './command-lines.js';
import { ask, type Engine, globalFlags, lastLine, refusal } from './engine.js';
import { fullName, isToFetch, mayBeStale } from './image.js';
import { inspect } from './inspection.js';
import { isUp } from './readiness.js';
import { remove } from './sweep.js';
import type { Variables } from './variables.js';

/** What a step's container is made from, but for its image, of which only the name is known. */
export interface ToRun {
  readonly order: StepOrder;
  readonly container: Omit<Container, 'image' | 'variables'>;
  readonly variables: Variables;
  readonly graceMs: number;
  /** Whether others reach it by its name, and so wait until it is up. */
  readonly isReached: boolean;
}

/** For the engine to end a container in, beyond the grace that it was told of. */
const slackMs = 2_000;

export class ContainerStep implements RunningStep {
  readonly begun?: Promise<void>;
  readonly ended: Promise<ProcessEnd>;
  readonly #clock: Clock;
  readonly #engine: Engine;
  readonly #toRun: ToRun;
  /** Ours: the one that was given is closed before a container is made. */
  readonly #output: number;
  #stopped: 'SIGTERM' | 'SIGKILL' | null = null;
  /** While there is a container that may run. */
  #isStarted = false;
  #hasEnded = false;
  #endFetching: () => void = () => {};

  constructor(clock: Clock, engine: Engine, toRun: ToRun) {
    this.#clock = clock;
    this.#engine = engine;
    this.#toRun = toRun;
    this.#output = openSync(`/dev/fd/${toRun.order.output}`, constants.O_WRONLY);
    this.ended = this.#go()
      .catch(couldNot)
      .finally(() => {
        this.#hasEnded = true;
        closeSync(this.#output);
      });
    if (!toRun.isReached) return;
    const hasEnded = () => this.#hasEnded;
    this.begun = new Promise((resolve) => {
      isUp(clock, engine, toRun.container.name, hasEnded).then(
        (isSo) => isSo && resolve(),
        // An engine that says nothing any more tells the step itself.
        () => {},
      );
    });
  }

  end(): void {
    if (this.#stopped !== null) return;
    this.#stopped = 'SIGTERM';
    this.#endFetching();
    if (!this.#isStarted) return;
    const { graceMs, container } = this.#toRun;
    const graceSeconds = Math.ceil(graceMs / 1_000);
    // What it cannot end, `kill` will; what it has ended already is no error to us.
    ask(this.#engine, ['stop', '-t', String(graceSeconds), container.name]).catch(() => {});
    const cancel = this.#clock.after(graceSeconds * 1_000 + slackMs, () => this.kill());
    void this.ended.finally(cancel);
  }

  kill(): void {
    this.#stopped = 'SIGKILL';
    this.#endFetching();
    // Also one that is just about to run: the engine does one thing with it after the other.
    if (this.#isStarted) remove(this.#engine, [this.#toRun.container.name]).catch(() => {});
  }

  async #go(): Promise<ProcessEnd> {
    const image = await this.#image();
    if (this.#stopped !== null) return neverBegun(this.#stopped);
    const { name } = this.#toRun.container;
    try {
      await this.#create(image);
      if (this.#stopped !== null) return neverBegun(this.#stopped);
      return await this.#run();
    } finally {
      await remove(this.#engine, [name]);
    }
  }

  /** The name of an image that is there. */
  async #image(): Promise<string> {
    const { image, pull, name } = this.#toRun.order.step;
    if (image === null) throw fault(`"${name}" names no image, which a container is made from`);
    const full = fullName(image);
    const found = await firstOf([image, full], (each) => this.#has(each));
    if (!isToFetch(full, pull, found !== null)) {
      if (found !== null) return found;
      throw fault(`the image ${image} is not here, and "pull: never" does not let it be fetched`);
    }
    if (await this.#fetch(full)) return full;
    if (found !== null && mayBeStale(pull)) return found;
    const says = `the image ${image} could not be fetched: why is at the end of the log`;
    throw await refusal(this.#engine, noImage, says);
  }

  async #has(image: string): Promise<boolean> {
    return (await ask(this.#engine, ['image', 'inspect', image])).exitCode === 0;
  }

  /** What it says meanwhile belongs into the step's log. */
  async #fetch(image: string): Promise<boolean> {
    if (this.#stopped !== null) return false;
    const code = await this.#attached(['pull', image], (kill) => {
      this.#endFetching = kill;
    });
    this.#endFetching = () => {};
    return code === 0;
  }

  async #create(image: string): Promise<void> {
    const { container, variables } = this.#toRun;
    const { byName, file, refused } = variables;
    if (refused.length > 0) {
      const which = refused.join(', ');
      throw fault(`these variables cannot be given to a container: ${which} (odd names, or lines)`);
    }
    const all = { ...container, image, variables: Object.keys(byName) };
    const question = { input: file, environment: byName };
    const answer = await ask(this.#engine, creating(this.#engine, all), question);
    if (answer.exitCode === 0) return;
    throw await refusal(this.#engine, notCreated, lastLine(answer.stderr));
  }

  async #run(): Promise<ProcessEnd> {
    const { name } = this.#toRun.container;
    const killsBefore = memoryKills();
    this.#isStarted = true;
    await this.#attached(['start', '--attach', name], () => {});
    const state = await inspect(this.#engine, name);
    this.#isStarted = false;
    const kills = memoryKills() - killsBefore;
    if (state === null) return { ...nothing, signal: 'SIGKILL', memoryKills: kills };
    if (!state.hasBegun) {
      const says = state.complaint === '' ? 'why is at the end of the log' : state.complaint;
      throw await refusal(this.#engine, notCreated, lastLine(says));
    }
    // Whoever watches it was killed, and it goes on: unseen, it is no verdict on anything.
    if (!state.hasEnded) return { ...nothing, signal: 'SIGKILL', memoryKills: kills };
    const memory = Math.max(kills, state.isOutOfMemory ? 1 : 0);
    return { ...nothing, exitCode: state.exitCode, memoryKills: memory };
  }

  /** A client that writes into the step's log. */
  #attached(args: readonly string[], started: (kill: () => void) => void): Promise<number | null> {
    const client = spawn(this.#engine.name, [...globalFlags(this.#engine), ...args], {
      cwd: this.#engine.folder,
      env: this.#engine.environment,
      stdio: ['ignore', this.#output, this.#output],
      // A Ctrl-C at the terminal is for the runner.
      detached: true,
    });
    started(() => void client.kill('SIGKILL'));
    return new Promise((resolve, reject) => {
      client.once('error', reject);
      client.once('exit', resolve);
    });
  }
}

const nothing: ProcessEnd = {
  exitCode: null,
  signal: null,
  couldNotStart: null,
  status: '',
  memoryKills: 0,
};

/** The codes of what a step's own words lead to. */
const noImage = 'NO_IMAGE';
const notCreated = 'NOT_CREATED';

function fault(says: string): NodeJS.ErrnoException {
  return Object.assign(new Error(says), { code: noImage });
}

function neverBegun(signal: string): ProcessEnd {
  return { ...nothing, signal };
}

/** Our own bugs have no code, and are none of this. */
function couldNot(error: NodeJS.ErrnoException): ProcessEnd {
  if (error.code === undefined) throw error;
  return { ...nothing, couldNotStart: error };
}

async function firstOf<Item>(
  items: readonly Item[],
  holds: (item: Item) => Promise<boolean>,
): Promise<Item | null> {
  for (const item of items) if (await holds(item)) return item;
  return null;
}
