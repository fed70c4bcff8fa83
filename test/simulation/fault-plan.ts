/**
 * Owns what befalls a world: which faults there are, how often each, drawn once a seed; and the
 * doing of them. A calm seed has few faults, a wild one all of them at once.
 */

import type { Refusal } from './disk.js';
import type { Ground, Machine } from './machine.js';
import { everyMachine, type Stricken } from './machines.js';

/** A sleep, a partition, a full disk last no longer: twice the silence that costs a session. */
export const misfortuneMsMost = 6_000;

/** Some freezes last as long as that: peers give up, come back and give up, again and again. */
const freezeMsMost = 60_000;

/** Of a thousand worlds, so many in which nothing happens but that the dispatcher is frozen. */
const still = 100;

/** How often each misfortune strikes, compared with the others; 0: never in this world. */
type Misfortunes = Readonly<Record<keyof typeof faults, number>>;

export class FaultPlan {
  readonly #ground: Ground;
  readonly #machines: Stricken;
  readonly #misfortunes: Misfortunes;
  readonly #pauseMs: number;
  /** Nobody dies here, and no line is cut: the dispatcher alone is frozen now and then. */
  readonly isStill: boolean;
  #isOver = false;

  constructor(ground: Ground, machines: Stricken) {
    const { random, network, history } = ground;
    this.#ground = ground;
    this.#machines = machines;
    this.isStill = random.perMille(still);
    const rate = (most: number) =>
      !this.isStill && random.perMille(500) ? random.between(1, most) : 0;
    network.faults = {
      refused: rate(200),
      sliced: rate(150),
      cut: rate(25),
      halfOpen: rate(12),
      stalled: rate(100),
      stallMs: random.pick([20, 200, 2_000]),
      latencyMsMax: random.pick([1, 5, 40]),
    };
    history.failingLooks = rate(300);
    const isWrong = !this.isStill && random.perMille(300);
    for (const machine of everyMachine(machines)) {
      machine.wrongByMs = isWrong ? 3_600_000 : 0;
      machine.restartMsMost = random.pick([300, 1_500, 6_000]);
    }
    for (const runner of machines.runners) {
      runner.lagMs = !this.isStill && random.perMille(200) ? random.between(100, 6_000) : 0;
      runner.failingFetches = !this.isStill && random.perMille(200) ? random.between(1, 200) : 0;
    }
    const drawn = Object.keys(everyday).map((name) => [name, rate(10)]);
    if (this.isStill) drawn.push(['dispatcher frozen', 1]);
    else {
      if (ground.hasBackups) drawn.push(['backup put back', 10]);
      if (ground.disksRefuse !== null) drawn.push(['disk that refuses', 10]);
    }
    this.#misfortunes = Object.fromEntries(drawn) as Misfortunes;
    this.#pauseMs = random.between(150, 3_000);
    this.#strikeAgain();
  }

  /** From now on nothing goes wrong that a suite does not do itself. */
  clear(): void {
    this.#isOver = true;
    this.#ground.network.heal();
    this.#ground.history.failingLooks = 0;
    for (const machine of everyMachine(this.#machines)) {
      machine.disk.refusal = null;
      machine.restartMsMost = 300;
      machine.life.thaw();
      machine.life.endAfter(Number.POSITIVE_INFINITY);
      machine.start();
    }
    const { memory } = this.#machines.dispatcher;
    if (memory !== undefined) memory.refusal = null;
    for (const runner of this.#machines.runners) {
      runner.lagMs = 0;
      runner.failingFetches = 0;
    }
  }

  #strikeAgain(): void {
    const { timeline, random } = this.#ground;
    timeline.after(random.between(1, 2 * this.#pauseMs), () => {
      if (this.#isOver) return;
      this.#strike();
      this.#strikeAgain();
    });
  }

  #strike(): void {
    const { random, suffered } = this.#ground;
    const all = Object.entries(this.#misfortunes) as [keyof typeof faults, number][];
    let lot = random.below(all.reduce((sum, [, weight]) => sum + weight, 0) + 1);
    for (const [name, weight] of all) {
      lot -= weight;
      if (lot >= 0 || weight === 0) continue;
      const victim = faults[name](this.#ground, this.#machines);
      if (victim === null) return;
      suffered(name);
      this.#ground.tell('faults', { event: 'fault', msg: `${name}: ${victim}` });
      return;
    }
  }
}

/** Each does it and says to whom; null where it could not. */
const everyday = {
  'SIGKILL at once': (ground: Ground, machines: Stricken) =>
    onSome(ground, machines, ({ life }) => life.end()),
  // Between two system calls that are still to come: perhaps between "durable" and "sent".
  'SIGKILL in the middle': (ground: Ground, machines: Stricken) =>
    onSome(ground, machines, ({ life }) => life.endAfter(ground.random.below(12))),
  'power cut': (ground: Ground, machines: Stricken) =>
    onSome(ground, machines, ({ life, disk, host }) => {
      ground.network.cutPower(host);
      life.end();
      disk.cutPower();
    }),
  freeze: (ground: Ground, machines: Stricken) =>
    onSome(ground, machines, ({ life }) => life.freeze(freezeMs(ground))),
  'dispatcher frozen': (ground: Ground, { dispatcher }: Stricken) => {
    dispatcher.machine.life.freeze(freezeMs(ground));
    return dispatcher.machine.name;
  },
  sleep: (ground: Ground, machines: Stricken) =>
    onSome(ground, machines, ({ life, host }) => {
      const forMs = ground.random.between(100, misfortuneMsMost);
      ground.network.sleep(
        host,
        everyMachine(machines).map((other) => other.host),
        forMs,
      );
      life.sleep(forMs);
    }),
  'clock jump': (ground: Ground, machines: Stricken) =>
    onSome(ground, machines, ({ life }) => life.jump(ground.random.between(1_000, 600_000))),
  'Ctrl-C': (ground: Ground, machines: Stricken) =>
    onSome(ground, machines, (machine) => machine.drain()),
  'Ctrl-C twice': ({ random }: Ground, { runners }: Stricken) => {
    const runner = random.pick(runners);
    runner.abort();
    return runner.machine.name;
  },
  'full disk': (ground: Ground, machines: Stricken) => disksSay('ENOSPC', ground, machines),
  partition: ({ random, network }: Ground, machines: Stricken) => {
    const some = random.pick(everyMachine(machines));
    const other = random.pick([machines.dispatcher, ...machines.runners]).machine;
    if (some === other) return null;
    network.part(some.host, other.host, random.between(100, misfortuneMsMost));
    return `${some.name} from ${other.name}`;
  },
} as const;

const faults = {
  ...everyday,
  // In some worlds only: rights that were taken away, or a disk that is loose.
  'disk that refuses': (ground: Ground, machines: Stricken) =>
    ground.disksRefuse === null ? null : disksSay(ground.disksRefuse, ground, machines),
  // In some worlds only: whatever was acknowledged since that backup is undone.
  'backup put back': (_ground: Ground, { dispatcher }: Stricken) => {
    if (dispatcher.restore === undefined) return null;
    dispatcher.restore();
    return dispatcher.machine.name;
  },
} as const;

/** For a while, on one of the machines. */
function disksSay(refusal: Refusal, ground: Ground, machines: Stricken): string | null {
  return onSome(ground, machines, (machine) => {
    const { dispatcher } = machines;
    const memory = machine === dispatcher.machine ? dispatcher.memory : undefined;
    const say = (what: Refusal | null) => {
      machine.disk.refusal = what;
      if (memory !== undefined) memory.refusal = what;
    };
    say(refusal);
    ground.timeline.after(ground.random.between(100, misfortuneMsMost), () => say(null));
  });
}

/** Mostly about as long as the silence that costs a session, sometimes much longer. */
function freezeMs({ random }: Ground): number {
  const isLong = random.perMille(300);
  return isLong ? random.between(1_000, freezeMsMost) : random.between(100, misfortuneMsMost);
}

function onSome(
  { random }: Ground,
  machines: Stricken,
  fault: (machine: Machine) => void,
): string | null {
  const machine = random.pick(everyMachine(machines));
  if (!machine.life.isAlive) return null;
  fault(machine);
  return machine.name;
}
