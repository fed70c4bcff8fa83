/**
 * Owns what a job costs the dispatcher, by the size of its pool and of its queue: runners that report
 * at once, so that the dispatcher's own time is all there is. What the sessions cost that only answer
 * pings is measured first, and taken off. A dispatcher that has just started compiles what it runs, once:
 * its first jobs are told of apart.
 */

import type { PlannedJob } from '../../src/protocol/job-bodies.js';
import { pause, until } from './clock.js';
import { Crowd } from './crowd.js';
import type { Benchmark } from './figures.js';
import { inRoom, type Room } from './room.js';
import { Observer } from './stand-in-observer.js';
import { cpuSeconds, megabytes } from './trio.js';

const pools = [10, 100, 1_000, 10_000] as const;
const queues = [100, 100_000] as const;
const jobs = 4_000;

const idleWatchMs = 4_000;

/** A pool of ten thousand on a busy machine. */
const withinMs = 120_000;

export const scale: Benchmark = {
  name: 'scale',
  says: `${jobs} jobs, by the runners of the pool and by what else waits`,
  run: async () => {
    const byPool = [];
    for (const runners of pools) byPool.push(await inRoom((room) => costs(room, runners, 0)));
    const byQueue = [];
    for (const waiting of queues) byQueue.push(await inRoom((room) => costs(room, 10, waiting)));
    const [fewRunners] = byPool;
    const [shortQueue] = byQueue;
    return {
      figures: [
        ...byPool.map((cost, index) => ({
          says: `${pools[index]} runners`,
          unit: 'ms' as const,
          samples: [cost.msAJob],
          ...(fewRunners !== cost && {
            floor: { says: '', unit: 'ms' as const, samples: [fewRunners?.msAJob ?? 0] },
          }),
          target: 0.6,
        })),
        ...byQueue.map((cost, index) => ({
          says: `${queues[index]} others waiting`,
          unit: 'ms' as const,
          samples: [cost.msAJob],
          ...(shortQueue !== cost && {
            floor: { says: '', unit: 'ms' as const, samples: [shortQueue?.msAJob ?? 0] },
          }),
          target: 0.6,
        })),
        {
          says: `10 runners, its first ${jobs}`,
          unit: 'ms' as const,
          samples: [fewRunners?.firstMsAJob ?? 0],
        },
        ...byPool.slice(-1).flatMap(({ idleCpu, memory }) => [
          { says: '10,000 idle: CPU', unit: '%' as const, samples: [idleCpu], target: 10 },
          { says: '10,000 idle: memory', unit: 'MB' as const, samples: [memory], target: 300 },
        ]),
      ],
      floors: [],
      peers: '6.6 ms with 5,000 runners before jobs were placed by shape',
      notes: ['Floor: the same with the smallest pool, and with the shortest queue.'],
    };
  },
};

interface Cost {
  readonly msAJob: number;
  /** Of as many that came before these, the first since its start. */
  readonly firstMsAJob: number;
  /** Of one core, while nothing happens. */
  readonly idleCpu: number;
  readonly memory: number;
}

async function costs(room: Room, runners: number, waiting: number): Promise<Cost> {
  const { dispatcher, port } = await room.dispatcher('--port', '0', '--log-level', 'info');
  const { pid } = dispatcher;
  const observer = await Observer.connect(port);
  if (waiting > 0) await observer.handOver(waiting, [nobodysJob]);
  const crowd = await Crowd.join(port, runners, 'jobs', 'rests');
  try {
    const idle = cpuSeconds(pid);
    await pause(idleWatchMs);
    const idleShare = ((cpuSeconds(pid) - idle) * 1_000) / idleWatchMs;
    const memory = megabytes(pid, 'VmRSS');
    const msAJob = async () => {
      const { recorded } = await crowd.heard();
      const before = cpuSeconds(pid);
      const beganAt = performance.now();
      await observer.handOver(jobs, undefined);
      await until(
        'all results',
        async () => ((await crowd.heard()).recorded >= recorded + jobs ? true : undefined),
        { everyMs: 100, withinMs },
      );
      const wallMs = performance.now() - beganAt;
      return ((cpuSeconds(pid) - before) * 1_000 - idleShare * wallMs) / jobs;
    };
    const firstMsAJob = await msAJob();
    return { msAJob: await msAJob(), firstMsAJob, idleCpu: idleShare * 100, memory };
  } finally {
    crowd.end();
    observer.close();
  }
}

const nobodysJob: PlannedJob = { name: 'default', labels: ['nobody'], needs: [], group: null };
