/**
 * Owns containers for tests: whether there is an engine, images made of nothing but busybox, and runs
 * whose steps are in them. No registry is ever asked. All is gone after the tests.
 */

import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { runId } from '../../src/protocol/ids.js';
import type { Engine } from '../../src/test-runner/container/engine.js';
import {
  ContainerExecutor,
  type ContainerOptions,
} from '../../src/test-runner/container/executor.js';
import { findEngine } from '../../src/test-runner/container/finding-engine.js';
import { OutputPipe } from '../../src/test-runner/suite/output.js';
import type { ProcessEnd } from '../../src/test-runner/suite/process.js';
import { workOf } from '../../src/workflow/handing-over.js';
import { realClock } from '../../src/world/clock.js';
import { temporaryFolder } from './git.js';
import { planOf, push } from './plans.js';

/** What an engine's client needs of its user. */
const environment = { PATH: process.env['PATH'] ?? '', HOME: userInfo().homedir };

/** Null: there is none here, and tests of it are skipped, but not in CI. */
export const engine: Engine | null = await findEngine({
  engine: null,
  runtime: null,
  environment,
}).catch((error: Error) => {
  if (process.env['CI'] !== undefined) throw error;
  process.stderr.write(`Tests of containers are skipped: ${error.message}\n`);
  return null;
});

/** An image with a shell and what belongs to it, and what `changes` (lines of a Dockerfile) say. */
export function testImage(name: string, ...changes: readonly string[]): string {
  const image = `localhost/trivet-test-${name}-${process.pid}:1`;
  const root = mkdtempSync(join(tmpdir(), 'trivet-test-'));
  makeBusybox(root);
  const dockerfile = ['FROM scratch', 'COPY . /', 'ENV PATH=/bin', ...changes].join('\n');
  // Of the formats that podman writes only this one has health checks.
  const format = engine?.name === 'podman' ? ['--format', 'docker'] : [];
  writeFileSync(join(root, 'Dockerfile'), dockerfile);
  asked(['build', ...format, '--tag', image, root]);
  rmSync(root, { recursive: true });
  afterAll(() => void asked(['rmi', '--force', image]));
  return image;
}

/** What the engine answers. */
export function asked(args: readonly string[]): string {
  const program = engine?.name ?? 'none';
  return execFileSync(program, args, { env: environment, encoding: 'utf8', stdio: 'pipe' });
}

export interface InContainers {
  readonly folder?: string;
  readonly options?: Partial<ContainerOptions>;
  readonly graceMs?: number;
}

let runs = 0;

/** A run of the workflow that `text` is; its steps are begun by their names. */
export async function inContainers(text: string, settings: InContainers = {}) {
  if (engine === null) throw new Error('there is no engine');
  const { folder = emptyFolder(), options = {}, graceMs = 1_000 } = settings;
  const plan = planOf(text);
  const [job] = plan.jobs;
  if (job === undefined) throw new Error(`no job: ${JSON.stringify(plan.findings)}`);
  const work = workOf(job, plan, push);
  const usual = { network: 'bridge', memory: '64m', cpus: null, pids: 256 } as const;
  const executor = new ContainerExecutor(realClock, engine, { ...usual, ...options });
  runs += 1;
  const id = runId(process.pid.toString(16).padStart(8, '0'), runs);
  const place = await executor.open({ id, folder, work, graceMs });
  onTestFinished(() => place.close());
  const all = [...work.steps, ...work.services];
  const begin = (name: string, environment: Readonly<Record<string, string>> = {}) => {
    const number = all.findIndex((each) => each.name === name) + 1;
    const step = all[number - 1];
    if (step === undefined) throw new Error(`there is no step ${name}`);
    const isService = work.services.includes(step);
    const pipe = new OutputPipe(join(temporaryFolder(), 'output'));
    let log = '';
    const output = pipe.open(realClock, (bytes) => {
      log += bytes;
    });
    const running = place.start({ step, number, isService, environment, output: output.writer });
    output.closeWriter();
    const ended = running.ended.then(async (end: ProcessEnd) => {
      output.finish();
      await output.taken;
      return { ...end, log };
    });
    return { running, ended, log: () => log };
  };
  return { id, place, folder, executor, begin };
}

/** Of processes of this machine, those in containers too, on whose command lines that stands. */
export function commandLinesOf(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map((pid) => commandLineOf(pid))
    .filter((line) => line.includes(text));
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}

/** As a checkout has it: others of its runner lie beside it. */
export function emptyFolder(): string {
  const folder = join(temporaryFolder(), 'tree');
  mkdirSync(folder);
  return folder;
}

function makeBusybox(root: string): void {
  const busybox = execFileSync('which', ['busybox'], { encoding: 'utf8' }).trim();
  for (const folder of ['bin', 'etc', 'tmp']) mkdirSync(join(root, folder));
  cpSync(busybox, join(root, 'bin', 'busybox'), { dereference: true });
  const applets = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n');
  for (const applet of applets.filter((each) => each !== 'busybox')) {
    symlinkSync('busybox', join(root, 'bin', applet));
  }
}
