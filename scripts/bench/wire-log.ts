/**
 * Owns what the record of the wire costs: the same jobs with it off, with it written to a file, and with one
 * who watches, in turns. Once with runners that report at once, so that the dispatcher's own time is all there
 * is, and once with real ones, as users have them.
 */

import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { until } from './clock.js';
import { Crowd } from './crowd.js';
import type { Benchmark, Figure } from './figures.js';
import { Project } from './project.js';
import { inRoom, type Room } from './room.js';
import { Observer } from './stand-in-observer.js';
import { cpuSeconds, type Told, type Trio } from './trio.js';
import { Witness } from './witness.js';

const manners = ['off', 'to a file', 'one watches'] as const;
const turns = 3;
const standIns = 10;
const jobs = 500;
const commitsAtOnce = 40;
const withinMs = 120_000;

export const wireLog: Benchmark = {
  name: 'wire-log',
  says: 'the same jobs with the record of the wire off, in a file, and watched',
  run: async () => {
    const bare = await inRoom(async (room) => inTurns(room, withStandIns));
    const real = await inRoom(async (room) => inTurns(room, withRealOnes));
    return {
      figures: [
        ...figures('commits of a push', '/s', real, ({ rates }) => rates),
        ...figures('stand-ins', '/s', bare, ({ rates }) => rates),
        ...figures('stand-ins, CPU per job', 'ms', bare, ({ cpuMs }) => cpuMs),
      ],
      notes: [
        'Floor: the same with it off. Stand-ins report at once: then a job is hardly more than its messages.',
      ],
    };
  },
};

interface Measured {
  readonly rates: number[];
  /** Of the dispatcher. */
  readonly cpuMs: number[];
}

/** Runs so many jobs; answers how long that took. */
type Burst = () => Promise<{ readonly count: number; readonly ms: number }>;

interface Side {
  readonly room: Room;
  readonly dispatcher: Trio;
  readonly port: number;
  readonly name: string;
}

type Start = (side: Side) => Promise<Burst>;

async function inTurns(room: Room, start: Start): Promise<Measured[]> {
  const sides = [];
  for (const [index, manner] of manners.entries()) {
    const name = `side-${index}`;
    const data = ['--data', join(room.folder, name), '--results', join(room.folder, `${name}-out`)];
    const log = manner === 'to a file' ? ['--wire-log', join(room.folder, `${name}.ndjson`)] : [];
    const { dispatcher, port } = await room.dispatcher('--port', '0', ...data, ...log);
    if (manner === 'one watches') await watch(port);
    sides.push({ dispatcher, burst: await start({ room, dispatcher, port, name }) });
  }
  const measured = sides.map((): Measured => ({ rates: [], cpuMs: [] }));
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const [index, { dispatcher, burst }] of sides.entries()) {
      const before = cpuSeconds(dispatcher.pid);
      const { count, ms } = await burst();
      const cpuMs = (cpuSeconds(dispatcher.pid) - before) * 1_000;
      // The first makes all warm.
      if (turn === 0) continue;
      measured[index]?.rates.push((count * 1_000) / ms);
      measured[index]?.cpuMs.push(cpuMs / count);
    }
  }
  return measured;
}

/** One who reads all, and makes nothing of it. */
async function watch(port: number): Promise<void> {
  const socket = connect(port, 'localhost', () => socket.write('wire\n'));
  socket.on('error', () => {});
  await once(socket, 'data');
  socket.unref().resume();
}

async function withStandIns({ port }: Side): Promise<Burst> {
  const observer = await Observer.connect(port);
  const crowd = await Crowd.join(port, standIns, 'jobs', 'rests');
  process.once('exit', () => crowd.end());
  let wanted = 0;
  return async () => {
    wanted += jobs;
    const beganAt = performance.now();
    await observer.handOver(jobs, undefined);
    await until(
      'all results',
      async () => ((await crowd.heard()).recorded >= wanted ? true : undefined),
      { everyMs: 10, withinMs },
    );
    return { count: jobs, ms: performance.now() - beganAt };
  };
}

async function withRealOnes({ room, dispatcher, port, name }: Side): Promise<Burst> {
  const witness = new Witness(room.folder, `witness-${name}`);
  const project = new Project(room.folder, name, `#!/bin/sh\n${witness.stamp('begun')}\n`);
  const [first = ''] = project.prepare(1);
  project.move(first);
  const clone = project.clone(`clone-${name}`);
  for (const called of ['A', 'B']) room.runner(port, clone, `${called}-${name}`);
  await dispatcher.untilCount(({ event }) => event === 'runner-joined', 2);
  room.observer(port, clone);
  await dispatcher.until(isEnd);
  let ended = 1;
  return async () => {
    const burst = project.prepare(commitsAtOnce);
    const pushedAtMs = project.move(burst.at(-1) ?? '');
    ended += commitsAtOnce;
    const ends = await dispatcher.untilCount(isEnd, ended, withinMs);
    const lastAtMs = Math.max(...ends.map(({ time }) => time));
    return { count: commitsAtOnce, ms: lastAtMs - pushedAtMs };
  };
}

function isEnd({ event }: Told): boolean {
  return event === 'finished';
}

function figures(
  says: string,
  unit: Figure['unit'],
  measured: readonly Measured[],
  of: (measured: Measured) => readonly number[],
): Figure[] {
  const [off] = measured;
  return measured.map((one, index) => ({
    says: `${says}, ${manners[index]}`,
    ...{ unit, samples: of(one) },
    ...(off !== undefined && one !== off && { floor: { says: '', unit, samples: of(off) } }),
  }));
}
