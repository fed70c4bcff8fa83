/**
 * Owns what those cost who look: the throughput and the push latency of a trio with three hundred
 * browsers that follow everything, the tap on, beside those of the same trio without any, in turns;
 * and how soon one of them paints a page (paint.ts).
 */

import { pause } from './clock.js';
import { Crowd } from './crowd.js';
import type { Benchmark, Figure } from './figures.js';
import { paints } from './paint.js';
import { Project } from './project.js';
import { inRoom } from './room.js';
import { cpuSeconds, finished, type Told } from './trio.js';
import { Witness } from './witness.js';

const viewers = 300;
const turns = 4;
const commitsAtOnce = 100;
const pushes = 12;

/** After its first line a run is reported and its tree cleaned: nobody pushes twice in this. */
const settleMs = 80;

interface Measured {
  readonly rates: number[];
  readonly latencies: number[];
  /** Of the dispatcher, for each commit of a burst. */
  readonly cpuMs: number[];
}

export const page: Benchmark = {
  name: 'page',
  says: `the same trio with ${viewers} browsers and the tap on, and with none, in turns`,
  run: () =>
    inRoom(async (room) => {
      const witness = new Witness(room.folder);
      const project = new Project(room.folder, 'viewed', `#!/bin/sh\n${witness.stamp('begun')}\n`);
      const [first = ''] = project.prepare(1);
      project.move(first);
      const clone = project.clone('clone');
      const { dispatcher, port } = await room.dispatcher();
      for (const name of ['A', 'B']) room.runner(port, clone, name);
      await dispatcher.untilCount(({ event }) => event === 'runner-joined', 2);
      room.observer(port, clone);
      await dispatcher.until(finished(first));

      let ended = 1;
      const measure = async (measured: Measured) => {
        for (const commit of project.prepare(pushes)) {
          await pause(settleMs);
          const pushedAtMs = project.move(commit);
          measured.latencies.push((await witness.first(commit, 'begun')).atMs - pushedAtMs);
          await dispatcher.until(finished(commit));
        }
        const burst = project.prepare(commitsAtOnce);
        const before = cpuSeconds(dispatcher.pid);
        const pushedAtMs = project.move(burst.at(-1) ?? '');
        ended += pushes + commitsAtOnce;
        const ends = await dispatcher.untilCount(isEnd, ended);
        const lastAtMs = Math.max(...ends.map(({ time }) => time));
        measured.rates.push((commitsAtOnce * 1_000) / (lastAtMs - pushedAtMs));
        measured.cpuMs.push(((cpuSeconds(dispatcher.pid) - before) * 1_000) / commitsAtOnce);
      };
      const [alone, viewed]: [Measured, Measured] = [nothing(), nothing()];
      await measure(nothing());
      for (let turn = 0; turn < turns; turn += 1) {
        await measure(alone);
        const crowd = await Crowd.view(port, viewers);
        await measure(viewed);
        crowd.end();
      }
      const painted = await paints(port);
      return {
        figures: [
          figure('commits of a push', '/s', viewed.rates, alone.rates),
          figure('push to first line', 'ms', viewed.latencies, alone.latencies),
          figure('CPU of the dispatcher per commit', 'ms', viewed.cpuMs, alone.cpuMs),
          ...painted.figures,
        ],
        floors: [
          { says: 'commits of a push, alone', unit: '/s', samples: alone.rates },
          { says: 'push to first line, alone', unit: 'ms', samples: alone.latencies },
          { says: 'CPU per commit, alone', unit: 'ms', samples: alone.cpuMs },
          ...painted.floors,
        ],
        notes: ['Floor: the same without anybody who looks. Those who look run on the same cores.'],
      };
    }),
};

function nothing(): Measured {
  return { rates: [], latencies: [], cpuMs: [] };
}

function figure(
  says: string,
  unit: Figure['unit'],
  samples: readonly number[],
  alone: readonly number[],
): Figure {
  return { says, unit, samples, floor: { says: 'alone', unit, samples: alone } };
}

function isEnd({ event }: Told): boolean {
  return event === 'finished';
}
