/**
 * Owns a run's steps while they go on, workflow by workflow: each in a place that is made for it and
 * taken away after it, with what is done around its steps.
 */

import { logIdOf } from '../../protocol/ids.js';
import type { Assignment } from '../../protocol/job-bodies.js';
import type { Work } from '../../protocol/work.js';
import { traceParentOf } from '../../world/trace.js';
import { aroundBy } from '../cache/around.js';
import type { StepStanding, Verdict } from '../executor.js';
import { hookedPlace } from '../hooks/hooked-place.js';
import type { Around, JobAround } from '../steps/around.js';
import { remarksOnImages } from '../steps/command.js';
import { stepEnvironment } from '../steps/environment.js';
import { culpritOf, type Job, namesInCircles, type Part } from '../steps/graph.js';
import { LocalStepExecutor } from '../steps/local-executor.js';
import type { Secrets } from '../steps/settings.js';
import type { StepPlace } from '../steps/step-executor.js';
import { verdictOfSteps } from '../steps/verdict.js';
import { Walk } from '../steps/walk.js';
import { suiteEnvironment, tracedOf } from '../suite/environment.js';
import { errored } from '../suite/verdict.js';
import type { Doing, Means } from './doing.js';

export class StepsRun implements Doing {
  readonly ended: Promise<Verdict>;
  readonly #means: Means;
  readonly #startedAtMs: number;
  #walk: Walk | null = null;
  #isGivenUp = false;

  /** `startedAtMs`: when the run began. */
  constructor(means: Means, work: Work, startedAtMs: number) {
    this.#means = means;
    this.#startedAtMs = startedAtMs;
    this.ended = this.#go(work);
  }

  end(): void {
    this.#isGivenUp = true;
    this.#walk?.end();
  }

  kill(): void {
    this.#isGivenUp = true;
    this.#walk?.kill();
  }

  async #go(work: Work): Promise<Verdict> {
    const { slot, run, options, watch, clock } = this.#means;
    watch.starting(`${countOf(work)} of ${work.file}`);
    const executor = options.stepsBy?.(slot) ?? new LocalStepExecutor(clock, slot);
    const job = jobOf(work);
    this.#say(work.remarks);
    const circle = namesInCircles(work.steps);
    if (circle.length > 0) return errored(`These steps wait for each other: ${circle.join(', ')}`);
    await this.#around(
      (around, told) => around.before?.(told),
      work,
      (line) => this.#say([line]),
    );
    const { folder } = slot.checkout;
    const opened = await executor.open({ id: run.id, folder, work, graceMs: options.graceMs });
    const place = this.#hooked(opened);
    if (place.isHere === true) this.#say(remarksOnImages(work));
    try {
      this.#walk = this.#walkOf(job, work, place);
      if (this.#isGivenUp) this.#walk.end();
      this.#walk.begin();
      const standings = await this.#walk.ended;
      this.#means.over();
      // Whoever still works here could change what is looked at, and kept, from now on.
      await place.close();
      // What was told to end has no exit code of its own: that of a step before would pass for it.
      const stopped = this.#means.stopped({ exitCode: null, signal: null, memoryKills: 0 });
      const judged = stopped ?? verdictOfSteps(culpritOf(job, standings));
      return await this.#after(work, place, judged, job.parts.length + 1);
    } finally {
      await place.close();
    }
  }

  /** With what the owner of the machine wants to be run around each step. */
  #hooked(place: StepPlace): StepPlace {
    const { clock, slot, run, options, watch } = this.#means;
    const { hooks, environment, graceMs } = options;
    if (typeof hooks !== 'string') return place;
    return hookedPlace(clock, place, {
      hooks: { folder: hooks, environment },
      ...{ run: run.id, folder: slot.checkout.folder, graceMs },
      warn: (number, line) => watch.output(Buffer.from(`${line}\n`), number),
    });
  }

  #walkOf(job: Job, work: Work, place: StepPlace): Walk {
    const { clock, slot, run, options, watch } = this.#means;
    const inherited = place.isHere === true ? options.environment : {};
    const surroundings = {
      pipeline: run.assignment.pipeline,
      suite: suiteEnvironment(inherited, run, options.names),
      ...{ commit: run.commit, work, workspace: place.workspace, startedAtMs: this.#startedAtMs },
      traceParentOf: (step: number) => traceParentOf(tracedOf(run), logIdOf(run.id, step)),
    };
    const secrets = secretsOf(run.assignment);
    return new Walk(clock, {
      ...{ job, place, watch, output: slot.output, startedAtMs: this.#startedAtMs },
      environmentOf: (part, progress) => stepEnvironment(surroundings, part, progress, secrets),
      timesOf: ({ step: { timeoutMs, silenceMs } }) => ({
        timeoutMs,
        silenceMs: silenceMs ?? work.silenceMs,
      }),
    });
  }

  /** A part of the log of its own, where there is anything to be said. */
  async #after(
    work: Work,
    { workspace }: StepPlace,
    verdict: Verdict,
    number: number,
  ): Promise<Verdict> {
    const { clock, watch } = this.#means;
    const startedAfterMs = clock.nowMs() - this.#startedAtMs;
    let hasSaid = false;
    const tell = (told: Pick<StepStanding, 'state' | 'durationMs'>) =>
      watch.stepped({ ...afterwards, number, startedAfterMs, ...told });
    const say = (line: string) => {
      if (!hasSaid) tell({ state: 'running', durationMs: null });
      hasSaid = true;
      watch.output(Buffer.from(`${line}\n`), number);
    };
    let judged = verdict;
    await this.#around(
      async (around, told) => {
        judged = { ...judged, ...(await around.after?.(told, judged)) };
      },
      work,
      say,
      workspace,
    );
    const durationMs = clock.nowMs() - this.#startedAtMs - startedAfterMs;
    if (hasSaid) tell({ state: 'passed', durationMs });
    return judged;
  }

  async #around(
    call: (around: Around, told: JobAround) => Promise<void> | undefined,
    work: Work,
    say: (line: string) => void,
    workspace?: string,
  ): Promise<void> {
    const { run, slot, options, caches } = this.#means;
    const { folder } = slot.checkout;
    const told: JobAround = { run, work, folder, workspace: workspace ?? folder, say };
    // The last of all, as what is kept is taken away from the checkout.
    const all = [...(options.around ?? []), ...(caches === null ? [] : [aroundBy(caches)])];
    for (const around of all) await call(around, told);
  }

  #say(lines: readonly string[]): void {
    this.#means.watch.output(Buffer.from(lines.map((line) => `${line}\n`).join('')));
  }
}

/** The part of a log that is no step's. */
const afterwards = {
  ...{ name: 'afterwards', isService: false, isIgnored: false, exitCode: null, reason: '' },
} as const;

/** Steps have the first numbers, services those behind. */
function jobOf({ steps, services, stopOn }: Work): Job {
  const numbered = (isService: boolean, after: number) => (step: Part['step'], index: number) => ({
    ...{ number: after + index + 1, step, isService },
  });
  const parts = [...steps.map(numbered(false, 0)), ...services.map(numbered(true, steps.length))];
  return { parts, stopOn };
}

function countOf({ steps: { length } }: Work): string {
  return length === 1 ? 'the step' : `the ${length} steps`;
}

/** Only what an observer has planned can say to a dispatcher what it needs. */
function secretsOf({ work, secrets = {}, withheld = {} }: Assignment): Secrets {
  return {
    values: new Map(Object.entries(secrets)),
    withheld: new Map(Object.entries(withheld)),
    otherwise:
      work === undefined
        ? 'the job came without its plan, and only with it would it have secrets'
        : 'the dispatcher has said nothing of it',
  };
}
