/**
 * Owns the steps of one job while they go on: begins and ends them as the graph says, gives each its
 * environment, its output and its time, and tells how each stands. Knows neither a dispatcher nor how
 * a step is run. Invariant: `ended` resolves only once all that was begun has ended.
 */

import type { Clock } from '../../world/clock.js';
import { isMachineFault, type StepStanding, type Watch } from '../executor.js';
import type { OutputPipe } from '../suite/output.js';
import { noSandbox, type ProcessEnd } from '../suite/process.js';
import type { Progress } from './environment.js';
import { culpritOf, isAside, type Job, nextTurn, type Part, type Standing } from './graph.js';
import { Patience, type Times } from './patience.js';
import { MissingSecret } from './settings.js';
import { couldNotBegin, standingAfter, type Told } from './standing.js';
import type { RunningStep, StepPlace } from './step-executor.js';

export interface WalkOptions {
  readonly job: Job;
  readonly place: StepPlace;
  readonly output: Pick<OutputPipe, 'open'>;
  /** Throws `MissingSecret`. */
  readonly environmentOf: (part: Part, progress: Progress) => Record<string, string>;
  /** How long a step may take, and be silent. */
  readonly timesOf: (part: Part) => Times;
  readonly watch: Pick<Watch, 'output' | 'stepped'>;
  /** When the run began. */
  readonly startedAtMs: number;
}

interface Going {
  readonly step: RunningStep;
  readonly patience: Patience;
  /** Why it was told to end. */
  told: Told | null;
}

export class Walk {
  /** How each has ended. Rejects, once all have, with what the machine refused. */
  readonly ended: Promise<ReadonlyMap<number, Standing>>;
  readonly #clock: Clock;
  readonly #options: WalkOptions;
  readonly #standings = new Map<number, Standing>();
  readonly #going = new Map<number, Going>();
  readonly #startedAfterMs = new Map<number, number>();
  #hasBegun = false;
  #isGivenUp = false;
  #isDeciding = false;
  #isDue = false;
  #fault: Error | null = null;
  #settle: () => void = () => {};

  constructor(clock: Clock, options: WalkOptions) {
    this.#clock = clock;
    this.#options = options;
    const over = new Promise<void>((resolve) => {
      this.#settle = resolve;
    });
    this.ended = over.then(() => {
      if (this.#fault !== null) throw this.#fault;
      return this.#standings;
    });
  }

  begin(): void {
    this.#hasBegun = true;
    this.#goOn();
  }

  /** Begins nothing any more, and asks all that goes on to end. */
  end(): void {
    this.#isGivenUp = true;
    this.#goOn();
  }

  /** The same, without waiting for anybody. */
  kill(): void {
    this.#isGivenUp = true;
    for (const { step } of this.#going.values()) step.kill();
    this.#goOn();
  }

  /** What happens while a turn is taken asks for another, and no more: one is decided at a time. */
  #goOn(): void {
    this.#isDue = true;
    if (this.#isDeciding || !this.#hasBegun) return;
    this.#isDeciding = true;
    while (this.#isDue) {
      this.#isDue = false;
      this.#takeTurn();
    }
    this.#isDeciding = false;
  }

  #takeTurn(): void {
    const { start, skip, end, isOver } = nextTurn(
      this.#options.job,
      this.#standings,
      this.#isGivenUp,
    );
    for (const { part, because } of skip) this.#tell(part, leftOut(because));
    const isCancelled = this.#isGivenUp || end.some((part) => !isAside(part));
    for (const part of end) this.#end(part, isCancelled ? 'cancelled' : 'over');
    for (const part of start) if (!this.#isGivenUp) this.#begin(part);
    if (isOver) this.#settle();
  }

  #begin(part: Part): void {
    const { number } = part;
    const atMs = this.#clock.nowMs();
    this.#startedAfterMs.set(number, atMs - this.#options.startedAtMs);
    this.#tell(part, running);
    try {
      this.#start(part, atMs);
    } catch (error) {
      if (error instanceof MissingSecret) this.#ended(part, couldNotBegin(error.message));
      else this.#fail(part, error as Error);
    }
  }

  #start(part: Part, atMs: number): void {
    const { number, step, isService } = part;
    const { place, output: pipe, watch, environmentOf, timesOf } = this.#options;
    const environment = environmentOf(part, { atMs, failed: this.#failed() });
    let patience: Patience | null = null;
    const output = pipe.open(this.#clock, (bytes) => {
      patience?.heard();
      watch.output(bytes, number);
    });
    const waiting = new Patience(this.#clock, timesOf(part), (told) => this.#end(part, told));
    patience = waiting;
    let going: Going;
    try {
      const order = { step, number, isService, environment, output: output.writer };
      going = { step: place.start(order), patience: waiting, told: null };
    } catch (error) {
      waiting.end();
      output.finish();
      throw error;
    } finally {
      output.closeWriter();
    }
    this.#going.set(number, going);
    const { begun = Promise.resolve(), ended } = going.step;
    const over = async (say: () => void) => {
      waiting.end();
      output.finish();
      await output.taken;
      say();
    };
    void begun.then(
      () => this.#isUp(part),
      (error) => this.#refuse(error),
    );
    void ended.then(
      (end) => over(() => this.#over(part, end, going.told)),
      (error) => over(() => this.#fail(part, error)),
    );
  }

  /** Others may rely on it from now on. */
  #isUp({ number }: Part): void {
    const standing = this.#standings.get(number);
    if (standing?.state !== 'running') return;
    this.#standings.set(number, { ...standing, isUp: true });
    this.#goOn();
  }

  #over(part: Part, end: ProcessEnd, told: Told | null): void {
    const { couldNotStart: error } = end;
    if (error !== null && (isMachineFault(error) || error.code === noSandbox)) {
      this.#fail(part, error);
    } else {
      this.#ended(part, standingAfter(end, told, this.#options.job.stopOn));
    }
  }

  #ended(part: Part, standing: Standing): void {
    this.#going.delete(part.number);
    this.#tell(part, standing);
    this.#goOn();
  }

  /** The machine could not do it: another may, and shall have the whole of the run. */
  #refuse(error: Error): void {
    this.#fault ??= error;
    this.end();
  }

  #fail(part: Part, error: Error): void {
    this.#fault ??= error;
    this.#isGivenUp = true;
    this.#ended(part, couldNotBegin(error.message));
  }

  #end({ number }: Part, told: Told): void {
    const going = this.#going.get(number);
    if (going === undefined || going.told !== null) return;
    going.told = told;
    going.step.end();
  }

  #tell(part: Part, standing: Standing): void {
    const { number, step, isService } = part;
    this.#standings.set(number, standing);
    const { state, exitCode, reason } = standing;
    const startedAfterMs = this.#startedAfterMs.get(number) ?? null;
    const elapsedMs = this.#clock.nowMs() - this.#options.startedAtMs;
    const hasEnded = startedAfterMs !== null && state !== 'running';
    const told: StepStanding = {
      ...{ number, name: step.name, isService, state, exitCode, reason, startedAfterMs },
      isIgnored: step.failure === 'ignore',
      durationMs: hasEnded ? elapsedMs - startedAfterMs : null,
    };
    this.#options.watch.stepped(told);
  }

  #failed(): string[] {
    const culprit = culpritOf(this.#options.job, this.#standings);
    return culprit === null ? [] : [culprit.part.step.name];
  }
}

const running: Standing = {
  ...{ state: 'running', exitCode: null, signal: null, reason: '', isUp: false },
};

function leftOut(because: string): Standing {
  return { ...running, state: 'skipped', reason: because };
}
