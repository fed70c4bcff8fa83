/**
 * Owns `trivet lab --seed N`: a simulated world on the page of the wire, until somebody ends it or its time
 * is over; and the list of bugs that can be planted in one.
 */

import { show } from '../command/open.js';
import { realClock } from '../world/clock.js';
import { exitCodes } from '../world/exit.js';
import { endingSignals } from '../world/signals.js';
import { Site } from './site.js';
import { lessonsOfWorlds, SimulatedWorld, type WorldWanted } from './world.js';

export interface WorldServing {
  readonly port: number;
  /** After that it ends by itself. */
  readonly minutes: number;
  readonly opens: boolean;
}

/** Until it is over; answers the exit code. */
export async function runWorld(
  wanted: WorldWanted,
  { port, minutes, opens }: WorldServing,
): Promise<number> {
  if (wanted.plant !== null) say('Building the world with its bug…');
  const world = await SimulatedWorld.start(wanted);
  try {
    const { recording } = world;
    const site = await Site.open({ port, recording, clock: realClock, lab: () => null, world });
    say(`The world: ${site.address}`);
    say(`It ends with Ctrl-C, or by itself in ${minutes} minutes.`);
    if (opens) show(site.address);
    await over(minutes * 60_000);
    site.close();
    return exitCodes.fine;
  } finally {
    world.close();
  }
}

/** Lists them; answers the exit code. */
export async function listLessons(): Promise<number> {
  const lessons = await lessonsOfWorlds();
  for (const { number, name, seed } of lessons) {
    say(`${String(number).padStart(3)}  ${name} (seed ${seed})`);
  }
  say('');
  say('trivet lab --plant NUMBER opens the world in which it is seen.');
  return exitCodes.fine;
}

function over(afterMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = realClock.after(afterMs, resolve);
    const end = () => {
      cancel();
      resolve();
    };
    for (const signal of endingSignals) {
      process.once(signal, end);
    }
    // A terminal that was closed is no reason to leave anything behind.
    process.stdout.on('error', end);
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
