/**
 * Owns the storm over real processes: a dispatcher, an observer and three runners, real git, real
 * sockets through bad lines, killed and frozen and out of disk at a pace drawn from a seed. Then
 * the faults end, everything must come to its end, and what is on disk is judged.
 *
 *   npm run chaos -- [--minutes 5] [--seed N] [--keep]
 */

import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../test/simulation/random.js';
import { portToKeep } from '../test/support/ports.js';
import { Actor } from './chaos/actor.js';
import { after, BadLine } from './chaos/bad-line.js';
import { areAllFinished, type Judgement, judge } from './chaos/checks.js';
import { SmallDisk } from './chaos/disk.js';
import { FaultPlan, type FaultTargets } from './chaos/fault-plan.js';
import { Project } from './chaos/project.js';
import { readCommandLine, wholeNumber, yes } from './command-line.js';

/** Between two faults, and between two pushes, in milliseconds: the pace. */
const faultEveryMs = [200, 2_500] as const;
const pushEveryMs = [500, 4_000] as const;

/** How often one hears how far it is. */
const progressEveryMs = 30_000;

/** When the faults have ended, all that was pushed is to have its verdict within this. */
const calmWithinMs = 120_000;

const wish = readCommandLine({
  script: 'chaos',
  purpose:
    'A storm over real processes: killed, frozen, cut off, out of disk; then they are judged.',
  flags: {
    minutes: {
      takes: 'N',
      says: 'how long it lasts',
      absent: 5,
      is: 'a number of minutes up to 600',
      read: (text: string) => {
        const value = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : 0;
        return value > 0 && value <= 600 ? value : null;
      },
    },
    seed: wholeNumber('draws the faults (default: drawn from the clock)', 0, null),
    keep: yes('leave stories and data in their folder'),
  },
}).flags;
const { minutes, keep } = wish;
const seed = wish.seed ?? Date.now() % 1_000_000;
const folder = mkdtempSync(join(tmpdir(), 'trivet-chaos-'));
const disk = new SmallDisk(join(folder, 'disk'));
const [data, results] = [join(disk.folder, 'data'), join(disk.folder, 'results')];
const project = new Project(folder);
const targets = await setUp();
const actors = [targets.dispatcher, targets.observer, ...targets.runners];
process.once('SIGINT', () => void cleanUp().then(() => process.exit(3)));

try {
  console.log(`chaos for ${minutes} min, seed ${seed}; stories in ${folder}`);
  const plan = new FaultPlan(targets, new Random(seed, 'weather'));
  await storm(plan);
  await plan.heal();
  const clearedAtMs = Date.now();
  const isCalm = await eventually(() => areAllFinished(data, project.expected), calmWithinMs);
  const calmAfterMs = Date.now() - clearedAtMs;
  await Promise.all(actors.map((actor) => actor.end('SIGTERM')));
  const judgement = judge(data, results, project);
  process.exitCode = report(plan, judgement, isCalm ? calmAfterMs : null) ? 0 : 1;
} finally {
  await cleanUp();
}

async function setUp(): Promise<FaultTargets> {
  const port = await portToKeep();
  const lines = new Map<string, BadLine>();
  const client = async (name: string, launcher: string, ...flags: string[]) => {
    const line = await BadLine.to(port);
    lines.set(name, line);
    const clone = project.clone(name.replace(' ', '-'));
    const server = ['--dispatcher-server', `127.0.0.1:${line.port}`];
    return new Actor(name, launcher, [...server, ...flags, clone], folder);
  };
  const flags = ['--port', `${port}`, '--data', data, '--results', results];
  const dispatcher = new Actor('dispatcher', 'dispatcher.js', flags, folder);
  project.push(1, new Random(seed, 'first commit'));
  const observer = await client('observer', 'observer.js');
  const runners: Actor[] = [];
  for (const name of ['A', 'B', 'C']) {
    const jobs = name === 'C' ? '2' : '1';
    const flags = ['--name', name, '--port', '0', '--jobs', jobs];
    runners.push(await client(`runner ${name}`, 'test-runner.js', ...flags));
  }
  mkdirSync(data);
  for (const actor of [dispatcher, observer, ...runners]) actor.start();
  // What is pushed before its first look is no news to an observer, and nothing that can be lost.
  const seen = join(project.clonePath('observer'), '.git', 'trivet', 'observer.json');
  if (!(await eventually(() => existsSync(seen), calmWithinMs))) throw new Error('nobody looks');
  return { dispatcher, observer, runners, lines, disk };
}

/** Faults and pushes, each at its own pace, until the time is up. */
async function storm(plan: FaultPlan): Promise<void> {
  const startedAtMs = Date.now();
  const endsAtMs = startedAtMs + minutes * 60_000;
  const telling = setInterval(() => {
    const passed = ((Date.now() - startedAtMs) / 60_000).toFixed(1);
    const pushed = project.expected.length;
    console.log(`${passed} of ${minutes} min: ${plan.faults} faults, ${pushed} commits pushed`);
  }, progressEveryMs);
  const again = async (
    name: string,
    everyMs: readonly [number, number],
    act: (r: Random) => void,
  ) => {
    const random = new Random(seed, name);
    for (;;) {
      await after(random.between(...everyMs));
      if (Date.now() >= endsAtMs) return;
      act(random);
      // A process that ended by itself is what this is all about; nobody starts it again.
      for (const { name, ownEnd } of actors) {
        if (ownEnd !== null) throw new Error(`the ${name} ended by itself: ${ownEnd}`);
      }
    }
  };
  await Promise.all([
    again('pace of faults', faultEveryMs, () => plan.strike()),
    again('pace of pushes', pushEveryMs, (random) => project.push(random.between(1, 4), random)),
  ]).finally(() => clearInterval(telling));
}

function report(plan: FaultPlan, judgement: Judgement, calmAfterMs: number | null): boolean {
  const { checks, lost, doubled, runs, lostRuns, poisoned, longestRecoveryMs } = judgement;
  const row = (what: string, value: string | number) =>
    console.log(`  ${what.padEnd(44)}${String(value).padStart(8)}`);
  console.log('\nfaults injected');
  for (const [what, count] of [...plan.counts].sort()) row(what, count);
  row('in all', plan.faults);
  if (!disk.canBeFilled) row('disk full (needs root for a tmpfs)', 'none');
  console.log('\nwhat came of it');
  row('commits handed over', project.expected.length);
  row('lost', lost);
  row('verdicts doubled', doubled);
  row('runs leased', runs);
  row('runs lost and run elsewhere', lostRuns);
  row('commits that cost three runners (errored)', poisoned);
  row('longest from a lost run to its next, s', (longestRecoveryMs / 1_000).toFixed(1));
  row('calm after the storm, s', calmAfterMs === null ? 'never' : (calmAfterMs / 1_000).toFixed(1));
  console.log('');
  for (const { says, violations } of checks) {
    console.log(`  ${violations.length === 0 ? '✓' : '✗'} ${says}`);
    for (const violation of violations.slice(0, 5)) console.log(`      ${violation}`);
  }
  const isWell = calmAfterMs !== null && checks.every(({ violations }) => violations.length === 0);
  console.log(
    isWell ? '\nnothing lost, nothing doubled' : `\nreplay: --seed ${seed} --minutes ${minutes}`,
  );
  return isWell;
}

async function cleanUp(): Promise<void> {
  await Promise.all(actors.map((actor) => actor.end('SIGKILL')));
  for (const line of targets.lines.values()) line.close();
  if (keep || process.exitCode === 1) return;
  disk.close();
  rmSync(folder, { recursive: true, force: true });
}

async function eventually(holds: () => boolean, withinMs: number): Promise<boolean> {
  const deadlineMs = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > deadlineMs) return false;
    await after(100);
  }
  return true;
}
