/**
 * Owns the laws of steps while they run: each once, and in which order. It hears of every step from
 * whoever plays it, and shares no code with what walks them.
 */

import type { Work } from '../../src/protocol/work.js';
import type { Broken, Law } from './laws.js';
import { secretName, secretValue } from './plans.js';
import {
  counts,
  isRed,
  judgeSteps,
  type Part,
  type Played,
  partsOf,
  type RecordedRun,
} from './step-records.js';

interface PlayedRun {
  readonly parts: readonly Part[];
  readonly played: Map<number, Played>;
}

export class StepLaw {
  readonly #runs = new Map<string, PlayedRun>();
  /** Runs of which each step that began came to its own end. */
  readonly #completed: (run: string) => void;
  readonly #breaks: (law: Law, how: string) => void;

  constructor(breaks: (law: Law, how: string) => void, completed: (run: string) => void) {
    this.#breaks = breaks;
    this.#completed = completed;
  }

  /** A run's steps are about to begin. */
  opened(run: string, work: Work): void {
    if (this.#runs.has(run)) this.#breaks('once', `the steps of run ${run} were begun twice`);
    this.#runs.set(run, { parts: partsOf(work), played: new Map() });
  }

  /** None of them goes on any more. */
  closed(run: string): void {
    const { parts, played } = this.#known(run);
    const others = parts.filter(({ isService }) => !isService);
    const began = others.flatMap(({ number }) => played.get(number) ?? []);
    if (began.some(({ isOver }) => !isOver))
      this.#breaks('steps', `run ${run} ends before its steps`);
    const areWhole = began.length > 0 && began.every(({ exitCode }) => exitCode !== null);
    if (areWhole) this.#completed(run);
  }

  begun(run: string, number: number, environment: Readonly<Record<string, string>>): void {
    const { parts, played } = this.#known(run);
    const part = parts.find((one) => one.number === number);
    if (part === undefined) return this.#breaks('steps', `run ${run} has no step ${number}`);
    const { step } = part;
    const breaks = (how: string) => this.#breaks('steps', `step ${step.name} of ${run} ${how}`);
    if (played.has(number)) breaks('began twice');
    if ('KEY' in step.environment && environment['KEY'] !== secretValue)
      breaks(`began without ${secretName}`);
    const why = part.isService ? null : whyTooEarly(part, parts, played);
    if (why !== null) breaks(`began although ${why}`);
    played.set(number, { printed: [], isTold: false, isOver: false, exitCode: null });
  }

  printed(run: string, number: number, bytes: Buffer): void {
    this.#known(run).played.get(number)?.printed.push(bytes);
  }

  toldToEnd(run: string, number: number): void {
    const step = this.#known(run).played.get(number);
    if (step !== undefined) step.isTold = true;
  }

  ended(run: string, number: number, exitCode: number | null): void {
    const step = this.#known(run).played.get(number);
    if (step !== undefined) Object.assign(step, { isOver: true, exitCode });
  }

  /** What is wrong with what became of a run. */
  *judge(record: RecordedRun): Generator<Broken> {
    const played = this.#runs.get(record.run.id)?.played ?? new Map<number, Played>();
    yield* judgeSteps(record, played);
  }

  #known(run: string): PlayedRun {
    const known = this.#runs.get(run);
    if (known === undefined) throw new Error(`the steps of run ${run} have not begun`);
    return known;
  }
}

function whyTooEarly(
  { step }: Part,
  parts: readonly Part[],
  played: ReadonlyMap<number, Played>,
): string | null {
  const hasFailed = parts.some((part) => {
    const one = played.get(part.number);
    return one !== undefined && counts(part) && isRed(one);
  });
  if (!step.runsOn.includes('success') && !hasFailed) return 'nothing had failed';
  const service = parts.find(({ number, isService }) => isService && !played.has(number));
  if (service !== undefined) return `${service.step.name} had not begun`;
  for (const need of parts.filter((part) => step.needs.includes(part.step.name))) {
    const one = played.get(need.number);
    const { name, runsOn } = need.step;
    const isLeftOut = !runsOn.includes('success') || (hasFailed && !runsOn.includes('failure'));
    if (one === undefined && !isLeftOut) return `${name} had not begun`;
    if (one?.isOver === false) return `${name} went on`;
    const isInTheWay = one !== undefined && counts(need) && isRed(one);
    if (isInTheWay && !step.runsOn.includes('failure')) return `${name} had failed`;
  }
  return null;
}
