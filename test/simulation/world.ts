/**
 * Owns a world from its seed to its end:
 *
 *   faults, work, people ──(heals)──> everything comes to rest ──> what people are told is true
 *   `------- safety -----------'`-------- liveness -----------'
 *
 * Production code of observer, dispatcher, store and runners, on a simulated outside. The same seed is
 * the same world, to the last byte of its trace.
 */

import { heartbeatEveryMs, missedPingsMax, restingHeartbeats } from '../../src/protocol/limits.js';
import type { WireRecord } from '../../src/record/record.js';
import { type Actors, ownActors } from './actors.js';
import { classicActors } from './classic-actors.js';
import { type Refusal, SimulatedDisk } from './disk.js';
import { misfortuneMsMost } from './fault-plan.js';
import { History } from './history.js';
import type { Ground } from './machine.js';
import { SimulatedNetwork } from './network.js';
import { planOf } from './plans.js';
import { Random } from './random.js';
import type { Ended, TraceLine } from './record.js';
import { teamPlanOf, teams } from './team.js';
import { Timeline } from './timeline.js';
import { Witness } from './witness.js';
import { workflowPlanOf, workflows } from './workflows.js';
import { WorldRecord } from './world-record.js';

/** So long after its healing a world must be at rest: patience takes 756 s of it. */
export const restWithinMs = 1_000_000;

/** What began before the healing may last: a freeze, a partition, bytes on their way. */
const aftermathMs = misfortuneMsMost + 1_000;

/**
 * A world at rest is watched so long for what still moves: until the last peer that rests has been
 * found to be silent.
 */
const calmMs = (restingHeartbeats + missedPingsMax + 1) * heartbeatEveryMs;

/** Time for an answer where nothing goes wrong. */
const answerMs = 500;

const commitsMost = 18;

/** In so many of a thousand worlds the dispatcher's store is put back now and then, or deleted. */
const backups = 200;

/** Of a thousand worlds, in so many disks refuse to work now and then. */
const refusing = 200;

/** Of a thousand worlds, in so many commits have several jobs. */
const plans = 300;

/** Of a thousand worlds, in so many somebody watches. */
const watched = 200;

/** Of a thousand worlds, so many have a classic dispatcher. */
const classic = 50;

/** What not every world has. */
export interface Traits {
  readonly hasBackups: boolean;
  /** What disks say that refuse to work; null where they are full at most. */
  readonly disksRefuse: Refusal | null;
  readonly hasPlans: boolean;
  /** Plans of a team's kind, and all that goes with them: never together with those others. */
  readonly isTeam: boolean;
  /** Plans of workflows, whose jobs have steps: never together with those others. */
  readonly hasWorkflows: boolean;
  readonly isWatched: boolean;
}

/** What the world of that seed has. */
export function traitsOf(seed: number): Traits {
  const hasPlans = new Random(seed, 'plans').perMille(plans);
  const isTeam = !hasPlans && new Random(seed, 'team').perMille(teams);
  const isPlain = !hasPlans && !isTeam && !isClassic(seed);
  return {
    hasBackups: new Random(seed, 'backups').perMille(backups),
    disksRefuse: refusalIn(seed),
    ...{ hasPlans, isTeam },
    hasWorkflows: isPlain && new Random(seed, 'workflows').perMille(workflows),
    isWatched: new Random(seed, 'spectators').perMille(watched),
  };
}

function refusalIn(seed: number): Refusal | null {
  const random = new Random(seed, 'disks');
  return random.perMille(refusing) ? random.pick(['EACCES', 'EIO']) : null;
}

/** The stream's old name: another one would make other worlds of the same seeds. */
function isClassic(seed: number): boolean {
  return new Random(seed, 'cast').perMille(classic);
}

/** Somebody who looks on. */
export interface Onlooker {
  /** Takes each record of the wire. */
  readonly take: (record: WireRecord) => void;
  /** Before each event; it may have the world wait, or end it by throwing. */
  readonly gate?: (world: Underway) => Promise<void>;
}

/** A world between two events. */
export interface Underway {
  readonly ground: Ground;
  readonly actors: Actors;
  /** Nothing goes wrong any more. */
  readonly isHealed: boolean;
}

/** Lets the world of that seed happen. */
export async function simulate(seed: number, onlooker: Onlooker | null = null): Promise<Ended> {
  const errors: unknown[] = [];
  const former = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (error) => errors.push(error));
  const world = new World(seed, onlooker);
  try {
    await world.live();
    // Node tells of a promise that nobody heard only when it has nothing else to do.
    await new Promise((resolve) => setImmediate(resolve));
    for (const error of errors) world.crashed(error);
    world.tellIfBroken();
    return world.ended;
  } finally {
    process.removeAllListeners('unhandledRejection');
    for (const listener of former) process.on('unhandledRejection', listener);
    world.close();
  }
}

class World implements Underway {
  readonly #seed: number;
  readonly #timeline = new Timeline();
  readonly ground: Ground;
  readonly actors: Actors;
  readonly #lines: TraceLine[] = [];
  readonly #faults = new Map<string, number>();
  /** From then on nobody pushes, nobody asks for anything, and nothing goes wrong. */
  isHealed = false;
  #healedInMs = 0;

  constructor(seed: number, onlooker: Onlooker | null) {
    this.#seed = seed;
    const random = new Random(seed, 'world');
    const timeline = this.#timeline;
    const suffered = (fault: string) => this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + 1);
    const record = onlooker && new WorldRecord(() => timeline.nowMs, onlooker.take);
    const disk = new SimulatedDisk(timeline, random);
    const { hasPlans, isTeam, hasWorkflows, ...traits } = traitsOf(seed);
    const planned = [
      ...(hasWorkflows ? [workflowPlanOf] : []),
      ...(isTeam ? [teamPlanOf] : []),
      ...(hasPlans ? [planOf] : []),
    ];
    const [plan = () => undefined] = planned;
    this.ground = {
      seed,
      timeline,
      random,
      suffered,
      record,
      network: new SimulatedNetwork(timeline, new Random(seed, 'network'), suffered, record),
      history: new History(new Random(seed, 'history'), plan),
      witness: new Witness(disk, hasWorkflows),
      changes: new Random(seed, 'offers'),
      ...traits,
      isTeam,
      hasWorkflows,
      tell: (who, told) => {
        this.#lines.push({ atMs: timeline.nowMs, who, told });
        record?.told(who, told);
      },
    };
    this.actors = isClassic(seed) ? classicActors(this.ground) : ownActors(this.ground, disk);
    const gate = onlooker?.gate;
    if (gate !== undefined) timeline.gate = () => gate(this);
  }

  async live(): Promise<void> {
    const { random, witness } = this.ground;
    this.#begin();
    const { isStill } = this.actors.faults;
    if (isStill) witness.nobodyDies = true;
    const faultyMs = random.between(8_000, isStill ? 90_000 : 30_000);
    await this.#timeline.run(faultyMs, () => this.#isBroken);
    if (this.#isBroken) return;
    this.ground.tell('faults', { event: 'healed', msg: 'from here on nothing goes wrong' });
    this.isHealed = true;
    this.actors.faults.clear();
    await this.#pass(aftermathMs);
    this.actors.repent();
    for (let isAtRest = false; !isAtRest && !this.#isBroken; ) {
      await this.#pass(1_000);
      const moving = this.actors.unrest();
      isAtRest = moving === '';
      if (this.#timeline.nowMs > faultyMs + restWithinMs) witness.breaks('rest', moving);
    }
    this.#healedInMs = this.#timeline.nowMs - faultyMs;
    if (this.#isBroken) return;
    await this.#pass(calmMs);
    this.actors.checkRest();
    await this.#pass(answerMs);
  }

  get ended(): Ended {
    const { witness, timeline } = this.ground;
    const jobs = [...witness.jobs.values()];
    return {
      seed: this.#seed,
      broken: witness.broken,
      lines: this.#lines,
      faults: this.#faults,
      simulatedMs: timeline.nowMs,
      healedInMs: this.#healedInMs,
      jobs: jobs.length,
      runs: jobs.reduce((sum, { runs }) => sum + runs.length, 0),
      journal: witness.journal,
    };
  }

  /** Somewhere a promise was broken that nobody waited for. */
  crashed(error: unknown): void {
    const how = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.ground.witness.breaks('crash', how);
  }

  tellIfBroken(): void {
    const { witness, record } = this.ground;
    if (witness.broken !== null) record?.broke(witness.broken);
  }

  close(): void {
    this.actors.close();
  }

  get #isBroken(): boolean {
    return this.ground.witness.broken !== null;
  }

  /** They start in any order. */
  #begin(): void {
    const { random, timeline } = this.ground;
    for (const machine of this.actors.machines) {
      timeline.after(random.between(0, 1_500), () => machine.start());
    }
    this.#work(random.between(200, 2_000));
    this.#live(random.between(300, 3_000));
    this.#audit();
  }

  /** Somebody pushes, again and again. */
  #work(pauseMs: number): void {
    const { history, random, timeline, tell } = this.ground;
    if (this.isHealed || history.commits.length >= commitsMost) return;
    tell('git', { event: 'pushed', msg: history.change(timeline.nowMs) });
    this.actors.pushed();
    timeline.after(random.between(1, 2 * pauseMs), () => this.#work(pauseMs));
  }

  #live(pauseMs: number): void {
    const { random, timeline } = this.ground;
    if (this.isHealed) return;
    this.actors.act();
    timeline.after(random.between(1, 2 * pauseMs), () => this.#live(pauseMs));
  }

  /** Each second: is anything growing that should not, is memory what is on disk? */
  #audit(): void {
    this.ground.timeline.after(1_000, () => this.#audit());
    this.actors.audit();
  }

  async #pass(durationMs: number): Promise<void> {
    await this.#timeline.run(this.#timeline.nowMs + durationMs, () => this.#isBroken);
  }
}
