/**
 * Owns what a world at rest is: nobody is dead, nothing is open, everything was handed over; and
 * what is looked at once it is. Never changes the world.
 */

import type { Ground, Machine } from './machine.js';
import { type Machines, ownMachines } from './machines.js';
import type { People } from './people.js';
import { resultOf } from './verdicts.js';

/** What is not at rest yet, in words; empty where all is. */
export function unrest(ground: Ground, machines: Machines): string {
  const { witness } = ground;
  const dead = ownMachines(machines).filter(({ life }) => !life.isAlive);
  const open = witness.unfinished.map(({ commit, state }) => `${commit.slice(0, 7)} ${state}`);
  const kept = machines.runners.flatMap((runner) =>
    runner.kept.map((name) => `${runner.machine.name} ${name}`),
  );
  const missing = unseen(ground, machines).map((commit) => `${commit.slice(0, 7)} not handed over`);
  return [...dead.map(({ name }) => `${name} is dead`), ...open, ...kept, ...missing].join(', ');
}

/** Each second of a world: is anything growing that should not? */
export function checkBounds(ground: Ground, machines: readonly Machine[]): void {
  const { network, witness, hasWorkflows } = ground;
  // Each step that prints has a log of its own.
  const filesMost = hasWorkflows ? 100 : 40;
  for (const { name, life, disk } of machines) {
    if (life.timers > 300) witness.breaks('bounds', `${name} has ${life.timers} timers`);
    if (disk.openFiles > filesMost)
      witness.breaks('bounds', `${name} has ${disk.openFiles} files open`);
  }
  if (network.ends.size > 600) witness.breaks('bounds', `${network.ends.size} sockets are open`);
}

/** What must be so where nothing moves any more; the people's answers come a moment later. */
export function checkRest(ground: Ground, machines: Machines, people: People): void {
  const { witness } = ground;
  const { dispatcher, runners } = machines;
  witness.atRest(dispatcher.memory.look());
  if (dispatcher.settled !== null) {
    witness.remembers(dispatcher.settled);
    witness.offers.atRest(dispatcher.settled.runners());
  }
  const misbelief = machines.spectator?.misbelief ?? '';
  if (misbelief !== '') witness.breaks('feed', misbelief);
  checkFiles(
    ground,
    [dispatcher, ...runners].map(({ machine }) => machine),
  );
  checkSockets(ground, machines);
  for (const job of witness.jobs.values()) {
    people.checkVerdict(job);
    const finished = witness.journal.findLast(
      (entry) => entry.kind === 'finished' && entry.job === job.id,
    );
    const result = dispatcher.machine.disk.read(resultOf(job, witness.jobsOf(job.commit)));
    const isKnown = result !== null && witness.copies.isCertain(job.id);
    if (finished?.kind === 'finished' && finished.run !== null && isKnown) {
      people.checkLog(job, result);
    }
  }
}

function checkFiles({ witness }: Ground, machines: readonly Machine[]): void {
  for (const { name, disk } of machines) {
    if (disk.openFiles > 0) witness.breaks('bounds', `${name} left ${disk.openFiles} files open`);
  }
}

function checkSockets({ network, witness }: Ground, machines: Machines): void {
  const { runners, classic, confused, spectator } = machines;
  // Its own sockets are its own affair (A40).
  const open = [...network.ends].filter(({ host }) => host !== classic?.machine.host);
  const strangers = [classic, confused, spectator].filter((one) => one !== null);
  const expected = 2 * (runners.length + 1 + strangers.length);
  if (open.length <= expected) return;
  const ends = open.map((end) => end.name).join(', ');
  witness.breaks('bounds', `more than ${expected} sockets are open: ${ends}`);
}

/** Commits that should have been handed over and were not. */
function unseen({ history, witness }: Ground, { observer }: Machines) {
  const expected = history.reachable(observer.foundThere);
  return [...expected].filter((commit) => witness.jobsOf(commit).length === 0);
}
