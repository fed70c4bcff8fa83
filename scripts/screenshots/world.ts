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
import { handover, report } from '../../src/protocol/bodies.js';
import { type Commit, logIdOf, type RunId } from '../../src/protocol/ids.js';
import type { StepReport } from '../../src/protocol/work.js';
import { jobsToHandOver } from '../../src/workflow/handing-over.js';
import type { Occasion } from '../../src/workflow/occasion.js';
import { planCommit } from '../../src/workflow/plan.js';
import { installed, outputOf } from './output.js';
import { commitNamed, writePast } from './past.js';
import { joined, type Peer } from './peers.js';

export interface World {
  readonly address: string;
  /** Commits to look at. */
  readonly running: Commit;
  readonly red: Commit;
  /** The log of the step that failed. */
  readonly log: string;
  end(): void;
}

const workflow = `
steps:
  install:
    image: node:20
    commands: [npm ci]
  lint:
    depends_on: [install]
    commands: [npm run lint]
  types:
    depends_on: [install]
    commands: [npm run types]
  unit:
    depends_on: [install]
    commands: [npm test]
  browser:
    depends_on: [types]
    commands: [npm run test:browser]
  pack:
    depends_on: [lint, unit, browser]
    commands: [npm pack]
`;

export async function makeWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'trivet-screenshots-'));
  const data = join(folder, '.trivet');
  writePast(data);
  const { child, port } = await startDispatcher(folder);
  const peers = await Promise.all([
    joined(port, { role: 'observer', name: 'shop', repository: 'shop', knows: ['jobs', 'work'] }),
    ...['ada', 'bob', 'eve'].map((name) => joined(port, runnerNamed(name))),
  ]);
  const [observer, ...runners] = peers as [Peer, ...Peer[]];
  const red = await handOver(observer, 'checkout-v2', 'Grace', 'Refuse coupons that have expired');
  const failing = await work(runners);
  fail(failing);
  await failing.runner.hears('recorded');
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
    log: `${failing.run}.4`,
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
  const occasion: Occasion = {
    ...{ event: 'push', repository: 'shop', cloneUrl: '', defaultBranch: 'main', commit, branch },
    ...{ ref: `refs/heads/${branch}`, message: subject, author, authorEmail: '', paths: null },
    ...{ cron: '', deployTarget: '', pullRequest: null, instance: '', platform: '', variables: {} },
  };
  const files = [{ path: '.woodpecker.yml', text: workflow }];
  const plan = planCommit(files, occasion);
  const jobs = jobsToHandOver(plan, occasion, files).map((job) => ({
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

const step = (number: number, name: string, rest: Partial<StepReport>): StepReport => ({
  ...{ number, name, isService: false, state: 'passed', isIgnored: false, exitCode: 0, reason: '' },
  ...{ startedAfterMs: 0, durationMs: null, logBytes: 0, ...rest },
});

const before = [
  step(1, 'install', { startedAfterMs: 400, durationMs: 9_300 }),
  step(2, 'lint', { startedAfterMs: 9_800, durationMs: 6_100 }),
  step(3, 'types', { startedAfterMs: 9_800, durationMs: 11_900 }),
];

function log({ runner, run }: Working, number: number, text: string): number {
  const body = Buffer.from(text);
  runner.say({ verb: 'log', log: logIdOf(run, number), offset: 0, body });
  return body.length;
}

function fail(working: Working): void {
  const { runner, run } = working;
  const logBytes = log(working, 4, outputOf('test', true));
  const failed = {
    state: 'failed',
    exitCode: 1,
    startedAfterMs: 9_900,
    durationMs: 41_200,
    logBytes,
  } as const;
  const skipped = { state: 'skipped', exitCode: null, startedAfterMs: null } as const;
  const steps = [
    ...before,
    step(4, 'unit', failed),
    step(5, 'browser', { startedAfterMs: 21_800, durationMs: 22_400 }),
    step(6, 'pack', { ...skipped, reason: 'unit failed' }),
  ];
  const failures = [
    {
      name: 'checkout › a coupon that has expired is refused',
      message: 'expected 402 to be 409',
      file: 'test/checkout.test.ts',
      line: 87,
    },
  ];
  const tests = {
    passed: 211,
    failed: 1,
    skipped: 3,
    durationMs: 38_000,
    failures,
    slowest: [],
    outcomes: [],
  };
  const ending = { exitCode: 1, signal: null, reason: 'step unit failed', durationMs: 51_400 };
  runner.say({
    verb: 'results',
    run,
    body: report.parse({ end: 'failed', logBytes: 0, ...ending, steps, tests }),
  });
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
