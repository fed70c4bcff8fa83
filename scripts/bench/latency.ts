/**
 * Owns push latency: from the moment at which the remote's ref has its new value, which is the
 * last act of a push, to the first command of the suite, which is `date`. Each measurement takes
 * its turn with the rival's, so that a busy machine is busy for both.
 */

import { pause } from './clock.js';
import { type Benchmark, type Figure, quantile } from './figures.js';
import { rivalPush } from './naive.js';
import { Project } from './project.js';
import { inRoom, type Room } from './room.js';
import { finished } from './trio.js';
import { ask } from './wire.js';
import { Witness } from './witness.js';

const rounds = 30;
const warmUps = 4;

/** What a workflow of three steps may cost. */
const stepsCostMs = 5;

/** After its first line a run is reported and its tree cleaned: nobody pushes twice in this. */
const settleMs = 80;

export const latency: Benchmark = {
  name: 'latency',
  says: 'push to the first line of the suite, an idle trio',
  run: async () => {
    const local = await inRoom((room) => measure(room, 'path', ['hint', 'push', 'dispatch']));
    const far = await inRoom((room) => measure(room, 'file', ['poll']));
    const steps = await inRoom((room) => measure(room, 'path', ['hint'], 'workflow'));
    const without = floor('the same without workflow', local.hint.ours);
    return {
      figures: [
        figure('refs hint, remote is a path', local.hint, 15),
        figure('dispatch by a hook, path', local.dispatch, 15),
        figure('poll by a hook, file:// fetched', far.poll, 30),
        figure('from the start of a real git push', local.push),
        {
          says: 'refs hint, a workflow of three steps',
          unit: 'ms',
          samples: steps.hint.ours,
          target: Math.round(quantile(local.hint.ours, 0.5) + stepsCostMs),
          floor: without,
        },
      ],
      floors: [
        floor('script, path', [...local.hint.rival, ...local.dispatch.rival]),
        floor('script, fetch', far.poll.rival),
      ],
      peers: 'Laminar 28 ms, the ancestor told by hand 38 to 60 ms, Buildbot 377 ms',
      notes: [
        'With polling alone, half the interval is added. The script takes its turn between ours.',
      ],
    };
  },
};

type Way = 'hint' | 'dispatch' | 'push' | 'poll';

/** Milliseconds to the first line: ours, and the rival's in between. */
interface Samples {
  readonly ours: number[];
  readonly rival: number[];
}

async function measure<W extends Way>(
  room: Room,
  by: 'path' | 'file',
  ways: readonly W[],
  suite: 'script' | 'workflow' = 'script',
): Promise<Record<W, Samples>> {
  const witness = new Witness(room.folder);
  const begun = witness.stamp('begun');
  const script = suite === 'script' ? `#!/bin/sh\n${begun}\n` : null;
  const project = new Project(room.folder, 'pushed', script);
  const files = script === null ? () => ({ '.trivet.yml': threeSteps(begun) }) : undefined;
  const commits = project.prepare(1 + ways.length * (rounds + warmUps), files);
  project.move(commits[0] ?? '');
  const clone = project.clone('clone', by);
  const author = project.author('author');
  const { dispatcher, port } = await room.dispatcher();
  room.runner(port, clone, 'A');
  const observer = room.observer(port, clone);
  await dispatcher.until(finished(commits.shift() ?? ''));

  const rival = rivalPush(room, by);
  const all = ways.map((way) => [way, { ours: [], rival: [] } as Samples] as const);
  for (const [way, samples] of all) {
    if (way === 'dispatch') await observer.kill();
    for (let round = -warmUps; round < rounds; round += 1) {
      const commit = commits.shift() ?? '';
      await pause(settleMs);
      const pushedAtMs = await tell(way, project, commit, port, author);
      const took = (await witness.first(commit, 'begun')).atMs - pushedAtMs;
      await pause(settleMs);
      const rivalTook = await rival();
      if (round < 0) continue;
      samples.ours.push(took);
      samples.rival.push(rivalTook);
    }
  }
  return Object.fromEntries(all) as Record<W, Samples>;
}

/** The first of them says when it begins. */
function threeSteps(begun: string): string {
  return JSON.stringify({
    steps: [
      // In a workflow file a dollar sign is written twice.
      { name: 'first', commands: [begun.replaceAll('$$', () => '$$$$')] },
      { name: 'second', commands: ['true'], depends_on: ['first'] },
      { name: 'third', commands: ['true'], depends_on: ['second'] },
    ],
  });
}

/** Pushes and says so; answers the moment of the push. */
async function tell(
  way: Way,
  project: Project,
  commit: string,
  port: number,
  author: string,
): Promise<number> {
  if (way === 'push') return project.push(author, commit);
  const movedAtMs = project.move(commit);
  if (way === 'poll') await ask(port, 'poll');
  if (way === 'dispatch') await ask(port, `dispatch:${commit}`);
  return movedAtMs;
}

function figure(says: string, { ours, rival }: Samples, target?: number): Figure {
  const compared = { says, unit: 'ms', samples: ours, floor: floor('script', rival) } as const;
  return target === undefined ? compared : { ...compared, target };
}

function floor(says: string, samples: readonly number[]): Figure {
  return { says, unit: 'ms', samples };
}
