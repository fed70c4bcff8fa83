/**
 * Owns the world that screenshots show: a real dispatcher upon a past of some days, with runners at work,
 * a commit of several jobs that runs, one that waits, and one that just failed.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Commit, logIdOf, type RunId } from '../../src/protocol/ids.js';
import { handover } from '../../src/protocol/job-bodies.js';
import { installed } from './output.js';
import { commitNamed, writePast } from './past.js';
import { joined, type Peer } from './peers.js';
import { before, jobsFor, step } from './plan.js';

export interface World {
  readonly address: string;
  /** Commits to look at. */
  readonly running: Commit;
  readonly red: Commit;
  /** The log of the step that failed. */
  readonly log: string;
  end(): void;
}

export async function makeWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'trivet-screenshots-'));
  const data = join(folder, '.trivet');
  const { commit: red, log } = writePast(data);
  const { child, port } = await startDispatcher(folder);
  const peers = await Promise.all([
    joined(port, { role: 'observer', name: 'shop', repository: 'shop', knows: ['jobs', 'work'] }),
    ...['ada', 'bob', 'eve'].map((name) => joined(port, runnerNamed(name))),
  ]);
  const [observer, ...runners] = peers as [Peer, ...Peer[]];
  const running = await handOver(
    observer,
    'main',
    'Ada',
    'Tell customers when their parcel leaves',
  );
  goOn(await work(runners));
  await handOver(observer, 'main', 'Ken', 'Ask for the gpu', ['gpu']);
  return {
    address: `http://localhost:${port}`,
    running,
    red,
    log,
    end: () => {
      for (const peer of peers) peer.close();
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function runnerNamed(name: string) {
  const knows = ['jobs', 'work', 'rests', 'steps'];
  const labels = ['os=linux', 'arch=x64', 'executor=shell'];
  return { role: 'runner', name, repository: 'shop', knows, labels } as const;
}

/** The dispatcher as it was built, once it listens. */
async function startDispatcher(folder: string): Promise<{ child: ChildProcess; port: number }> {
  const launcher = fileURLToPath(new URL('../../dispatcher.js', import.meta.url));
  const args = [launcher, '--port', '0', '--log-format', 'json'];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const told = JSON.parse(line) as { event: string; port: number };
    if (told.event === 'listening') return { child, port: told.port };
  }
  throw new Error('the dispatcher ended before it listened');
}

async function handOver(
  observer: Peer,
  branch: string,
  author: string,
  subject: string,
  labels: readonly string[] = [],
): Promise<Commit> {
  const commit = commitNamed(subject);
  const jobs = jobsFor({ commit, branch, author, subject }).map((job) => ({
    ...job,
    labels: [...labels],
  }));
  const body = handover.parse({ branch, author, subject, jobs });
  observer.say({ verb: 'dispatch', commit, body });
  await observer.hears('accepted');
  return commit;
}

interface Working {
  readonly runner: Peer;
  readonly run: RunId;
}

/** The runner that is given the next run. */
function work(runners: readonly Peer[]): Promise<Working> {
  return Promise.race(
    runners.map(async (runner) => ({ runner, run: (await runner.hears('runtest')).run })),
  );
}

function log({ runner, run }: Working, number: number, text: string): number {
  const body = Buffer.from(text);
  runner.say({ verb: 'log', log: logIdOf(run, number), offset: 0, body });
  return body.length;
}

function goOn(working: Working): void {
  const { runner, run } = working;
  for (const body of before) runner.say({ verb: 'step', run, body });
  for (const [number, name] of [
    [4, 'unit'],
    [5, 'browser'],
  ] as const) {
    const body = step(number, name, { state: 'running', exitCode: null, startedAfterMs: 9_900 });
    runner.say({ verb: 'step', run, body });
  }
  log(working, 4, installed());
}
