/**
 * Owns what a team wants of the queue, in worlds of teams: plans with priorities, labels that will do
 * later, groups of two, jobs for failures, jobs that are over at birth; newer commits that supersede
 * older ones; and somebody who pauses what there is. Other worlds have none of it, and are as they were.
 */

import { type Commit, type Pausable, parsePausable } from '../../src/protocol/ids.js';
import type { PlannedJob } from '../../src/protocol/job-bodies.js';
import { type Caller, callerOn } from './caller.js';
import { type Ground, repository } from './machine.js';
import { rareLabel, runnerNames } from './plans.js';
import { hashOf, Random } from './random.js';

/** Of a thousand worlds without plans of other kinds, so many are a team's. */
export const teams = 200;

/** Of a thousand things that people do there, so many are about pauses. */
const pauses = 200;

const names = ['unit', 'style', 'system', 'ship'];

/** The jobs of that commit, in an order in which each needs only what stands before it. */
export function teamPlanOf(commit: Commit): PlannedJob[] {
  const random = new Random(hashOf(commit), 'team');
  return names.slice(0, random.between(1, names.length)).map((name, index) => {
    const needs = names.slice(0, index).filter(() => random.perMille(400));
    const isRare = random.perMille(200);
    return {
      ...{ name, needs, labels: isRare ? [rareLabel] : [] },
      ...(isRare && { fallbacks: [{ labels: [], afterMs: random.between(1_000, 30_000) }] }),
      ...(needs.length > 0 && { runsOn: random.pick(endings) }),
      ...{ group: random.perMille(400) ? 'staging' : null, groupLimit: random.between(1, 2) },
      ...{ priority: random.pick([-1, 0, 0, 0, 5]) },
      ...(random.perMille(200) && { retries: random.between(0, 1) }),
      ...(random.perMille(80) && { ended: random.pick(atBirth) }),
    };
  });
}

const endings: readonly NonNullable<PlannedJob['runsOn']>[] = [
  ['success'],
  ['failure'],
  ['success', 'failure'],
];

const atBirth: readonly NonNullable<PlannedJob['ended']>[] = [
  { verdict: 'skipped', reason: 'its message asks for that' },
  { verdict: 'errored', reason: 'its workflow file is wrong' },
];

const pausables = [
  'all',
  `repository:${repository}`,
  ...runnerNames.map((name) => `runner:${name}`),
];

/** Somebody who pauses and resumes, and in the end leaves nothing paused. */
export class Pausing {
  readonly #random: Random;
  readonly #caller: Caller;
  readonly #ground: Ground;
  readonly #isTeam: boolean;

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#isTeam = ground.isTeam;
    this.#random = new Random(ground.seed, 'pauses');
    this.#caller = callerOn(ground, '10.0.0.10', 1_000);
  }

  act(): void {
    if (!this.#isTeam || !this.#random.perMille(pauses)) return;
    this.#ask(this.#random.perMille(500), this.#random.pick(pausables), () => {});
  }

  /** Until each is told to go on. */
  repent(): void {
    if (!this.#isTeam) return;
    for (const what of pausables) this.#resume(what);
  }

  #resume(what: string): void {
    let isDone = false;
    this.#ask(false, what, () => {
      isDone = true;
    });
    this.#caller.clock.after(6_000, () => {
      if (!isDone) this.#resume(what);
    });
  }

  #ask(isPaused: boolean, text: string, then: () => void): void {
    const what: Pausable | null = parsePausable(text);
    if (what === null) throw new Error(`${text} cannot be paused`);
    this.#caller.ask({ verb: isPaused ? 'pause' : 'resume', what }, (answer) => {
      const says = answer.toString().trim();
      const msg = `${isPaused ? 'pause' : 'resume'} ${what} → ${says}`;
      this.#ground.tell('person', { event: 'told', msg });
      then();
    });
  }
}
