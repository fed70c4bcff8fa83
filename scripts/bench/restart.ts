/**
 * Owns the dispatcher's restart after a SIGKILL: with runs under way, and with a long history.
 * From the new process's start to its first answer; and that nothing was lost or run twice.
 */

import { join } from 'node:path';
import type { Entry } from '../../src/dispatcher/core/journal.js';
import { openSqliteStore } from '../../src/dispatcher/store/open-sqlite.js';
import { parseCommit, runId } from '../../src/protocol/ids.js';
import { defaultJob } from '../../src/protocol/job-bodies.js';
import { until } from './clock.js';
import type { Benchmark } from './figures.js';
import { timed } from './floors.js';
import { run } from './naive.js';
import { Project } from './project.js';
import { inRoom, type Room } from './room.js';
import { finished, type Trio } from './trio.js';
import { ask } from './wire.js';
import { Witness } from './witness.js';

const rounds = 3;
const running = 2;
const queued = 6;
const history = 100_000;
const starts = 5;

export const restart: Benchmark = {
  name: 'restart',
  says: `SIGKILL of the dispatcher, ${running} running and ${queued} queued`,
  run: () =>
    inRoom(async (room) => {
      const violations: string[] = [];
      const serving = await killInTheMiddle(room, violations);
      remember(join(room.folder, 'long'), history);
      const long = await startsOf(room, 'long');
      const short = await startsOf(room, 'short');
      const bare = await timed('node -e 0', () => run(process.execPath, ['-e', '0']), starts);
      const target = 1_000;
      const unit = 'ms';
      return {
        figures: [
          { says: 'start to first answer', unit, samples: serving, target, floor: bare },
          { says: '… 100,000 finished jobs', unit, samples: long, target, floor: bare },
          { says: '… an empty store', unit, samples: short, floor: bare },
        ],
        floors: [bare],
        notes: [
          `All ${rounds * (running + queued)} commits have one verdict and ran once: ` +
            `${violations.length === 0 ? 'yes' : 'NO'}.`,
        ],
        violations,
      };
    }),
};

async function killInTheMiddle(room: Room, violations: string[]): Promise<number[]> {
  const witness = new Witness(room.folder);
  const suite = `#!/bin/sh
${witness.stamp('begun')}
sleep "$(cat seconds)"
${witness.stamp('completed')}
`;
  const project = new Project(room.folder, 'restarted', suite);
  const size = running + queued;
  const commits = project.prepare(rounds * size, (number) => ({
    number: `${number}\n`,
    seconds: (number - 1) % size < running ? '1.5\n' : '0.05\n',
  }));
  project.move(commits[0] ?? '');
  const clone = project.clone('clone');
  let { dispatcher, port } = await room.dispatcher();
  room.runner(port, clone, 'A');
  room.runner(port, clone, 'B');
  await dispatcher.untilCount(({ event }) => event === 'runner-joined', 2);

  const serving: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const batch = commits.slice(round * size, (round + 1) * size);
    for (const commit of batch) await ask(port, `dispatch:${commit}`);
    for (const commit of batch.slice(0, running)) await witness.first(commit, 'begun');
    await dispatcher.kill();
    const again = await serve(room, port);
    serving.push(again.tookMs);
    dispatcher = again.dispatcher;
    for (const commit of batch) {
      const { verdict } = await dispatcher.until(finished(commit));
      const runs = witness.count(commit, 'begun');
      if (verdict === 'passed' && runs === 1 && witness.count(commit, 'completed') === 1) continue;
      violations.push(`${commit} is ${String(verdict)} and began ${runs} times`);
    }
  }
  return serving;
}

/** Starts a dispatcher; how long until it answers a request. */
async function serve(
  room: Room,
  port: number,
  ...args: string[]
): Promise<{ dispatcher: Trio; tookMs: number }> {
  const startedAt = performance.now();
  const dispatcher = room.start('dispatcher', '--port', String(port), ...args);
  await until('an answer', () => ask(port, 'status').catch(() => undefined), { everyMs: 4 });
  return { dispatcher, tookMs: performance.now() - startedAt };
}

async function startsOf(room: Room, data: string): Promise<number[]> {
  // A first start makes the store, finds a free port, and warms the disk's cache.
  const first = await room.dispatcher('--port', '0', '--data', data);
  const samples: number[] = [];
  let { dispatcher } = first;
  for (let start = 0; start < starts; start += 1) {
    await dispatcher.kill();
    const again = await serve(room, first.port, '--data', data);
    samples.push(again.tookMs);
    dispatcher = again.dispatcher;
  }
  await dispatcher.end();
  return samples;
}

/** Writes the store of a dispatcher that has finished so many jobs, through its own interface. */
function remember(folder: string, jobs: number): void {
  const store = openSqliteStore(folder);
  const batch = 10_000;
  for (let first = 1; first <= jobs; first += batch) {
    store.append(Array.from({ length: batch }, (_, index) => life(first + index)).flat());
  }
  store.close();
}

/** Everything that happens to a job that passes. */
function life(job: number): Entry[] {
  const commit = parseCommit(job.toString(16).padStart(40, '0'));
  if (commit === null) throw new Error(`${job} makes no commit`);
  const atMs = 1_700_000_000_000 + job;
  const run = runId('00000000', job);
  const who = { branch: 'main', author: 'Ada', subject: `Change ${job}`, by: 'observer O' };
  const runner = { number: 1, runner: 'A', classic: false };
  const ending = { exitCode: 0, signal: null, reason: '', logBytes: 100, durationMs: 1_000 };
  return [
    { kind: 'accepted', job, atMs, repository: 'restarted', commit, ...defaultJob, ...who },
    { kind: 'leased', job, atMs, run, ...runner },
    { kind: 'finished', job, atMs, run, verdict: 'passed', ...ending },
  ];
}
