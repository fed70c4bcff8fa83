/**
 * Owns the demo: a push is tested, a red commit is red, a runner and the dispatcher are killed
 * in mid-test, and nothing is lost. Real processes, real git, real sockets; about 10 seconds.
 * Exit code 0 only if everything came out as it should. `--keep` leaves everything running.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { portToKeep } from '../test/support/ports.js';
import { readCommandLine, yes } from './command-line.js';
import { start, type Trio } from './demo/processes.js';
import { Project } from './demo/project.js';
import { terminal } from './demo/screen.js';
import { type Expected, summarise } from './demo/summary.js';

interface Lab {
  readonly address: string;
  readonly pid: number | undefined;
}

const { keep } = readCommandLine({
  script: 'demo',
  purpose: 'Pushes, a red commit, a killed runner, a killed dispatcher: nothing is lost.',
  flags: { keep: yes('leave everything running, to be played with') },
}).flags;
const folder = mkdtempSync(join(tmpdir(), 'trivet-demo-'));
const screen = terminal();
const running = new Set<Trio>();
const expected: Expected[] = [];

process.once('SIGINT', () => {
  void cleanUp().then(() => process.exit(3));
});

try {
  const { allWell, port } = await play();
  if (keep) leaveRunning(port, await openLab());
  else await cleanUp();
  process.exitCode = allWell ? 0 : 1;
  if (keep) process.exit();
} catch (error) {
  screen.text(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
  await cleanUp();
  process.exitCode = 1;
}

async function play(): Promise<{ allWell: boolean; port: number }> {
  screen.act('A repository with one commit, and the three kinds of process');
  const project = new Project(folder);
  const port = await portToKeep();
  const dispatcher = launch('dispatcher', 'dispatcher.js', ['--port', String(port)]);
  await dispatcher.until(({ event }) => event === 'listening');
  const server = ['--dispatcher-server', `localhost:${port}`];
  let runnerA = launch('runner A', 'test-runner.js', [...server, '--name', 'A', project.clone]);
  const runnerB = launch('runner B', 'test-runner.js', [...server, '--name', 'B', project.clone]);
  await dispatcher.until(joined('A'));
  await dispatcher.until(joined('B'));
  launch('observer', 'observer.js', [...server, project.clone]);
  expect(project.first, 'Begin', 'passed', 1);
  await dispatcher.until(finished(project.first));

  screen.act('A green commit is pushed');
  await pushAndWait('Add tickets', true, dispatcher, project);

  screen.act('A red commit is pushed');
  await pushAndWait('Break the answer', false, dispatcher, project);

  screen.act('A slow commit is pushed, and its runner is killed (SIGKILL) in mid-test');
  const slow = project.push({ subject: 'Mend the answer', tenths: 25, isGreen: true });
  const lease = await dispatcher.until(leased(slow));
  await until(() => project.witness(slow).begun === 1, 'the suite to begin');
  const [victim, survivor] = lease['runner'] === 'A' ? [runnerA, runnerB] : [runnerB, runnerA];
  await victim.kill('SIGKILL');
  running.delete(victim);
  await dispatcher.until(({ event, commit }) => event === 'lost' && commit === slow);
  expect(slow, 'Mend the answer', 'passed', 2);
  await dispatcher.until(finished(slow));
  if (victim === runnerA) {
    runnerA = launch('runner A', 'test-runner.js', [...server, '--name', 'A', project.clone]);
  } else launch('runner B', 'test-runner.js', [...server, '--name', 'B', project.clone]);

  screen.act('A slow commit is pushed, and the dispatcher is killed while it is tested');
  const last = project.push({ subject: 'Document it', tenths: 30, isGreen: true });
  await dispatcher.until(leased(last));
  await until(() => project.witness(last).begun === 1, 'the suite to begin');
  await dispatcher.kill('SIGKILL');
  running.delete(dispatcher);
  screen.text(`           (the dispatcher is gone; ${survivor.name} and the others wait for it)`);
  const again = launch('dispatcher', 'dispatcher.js', ['--port', String(port)]);
  expect(last, 'Document it', 'passed', 1);
  await again.until(finished(last));

  screen.act('What came out');
  const allWell = await summarise(screen, join(folder, '.trivet', 'trivet.db'), project, expected);
  return { allWell, port };
}

async function pushAndWait(
  subject: string,
  isGreen: boolean,
  dispatcher: Trio,
  project: Project,
): Promise<void> {
  const commit = project.push({ subject, tenths: 5, isGreen });
  expect(commit, subject, isGreen ? 'passed' : 'failed', 1);
  await dispatcher.until(finished(commit));
}

function expect(commit: string, subject: string, verdict: string, runs: number): void {
  expected.push({ commit, subject, verdict, runs });
}

function launch(name: string, launcher: string, args: readonly string[]): Trio {
  const trio = start(screen, name, launcher, args, folder);
  running.add(trio);
  return trio;
}

function joined(runner: string) {
  return (told: { event: string; [field: string]: unknown }) =>
    told.event === 'runner-joined' && told['runner'] === runner;
}

function leased(commit: string) {
  return (told: { event: string; [field: string]: unknown }) =>
    told.event === 'leased' && told['commit'] === commit;
}

function finished(commit: string) {
  return (told: { event: string; [field: string]: unknown }) =>
    told.event === 'finished' && told['commit'] === commit;
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadlineMs = Date.now() + 30_000;
  while (!holds()) {
    if (Date.now() > deadlineMs) throw new Error(`waited 30 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The same processes again, with buttons to break them; it ends by itself. */
async function openLab(): Promise<Lab> {
  const trivet = fileURLToPath(new URL('../trivet.js', import.meta.url));
  const port = await portToKeep();
  const { pid } = spawn(process.execPath, [trivet, 'lab', '--no-open', '--port', String(port)], {
    stdio: 'ignore',
    detached: true,
  });
  const address = `http://localhost:${port}/wire`;
  for (let isThere = false; !isThere; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    isThere = await fetch(address).then(
      ({ ok }) => ok,
      () => false,
    );
  }
  return { address, pid };
}

function leaveRunning(port: number, lab: Lab): void {
  const commit = expected.at(-1)?.commit ?? '';
  const pids = [...[...running].map(({ child }) => child.pid), lab.pid].join(' ');
  screen.text(`
All four processes go on. To look at: http://localhost:${port}/, and http://localhost:${port}/wire
The same in a lab, with buttons to kill, freeze and cut, for half an hour: ${lab.address}
Things to type:
  printf 'status\\n' | nc -N localhost ${port}
  printf 'why:${commit}\\n' | nc -N localhost ${port}
  printf 'log:${commit}\\n' | nc -N localhost ${port}
  cd ${join(folder, 'author')} && git commit --allow-empty -m 'Try it' && git push
To end it:
  p="${pids}"; kill $p; while kill -0 $p; do sleep 1; done 2>/dev/null; rm -rf ${folder}`);
}

async function cleanUp(): Promise<void> {
  await Promise.all([...running].map((trio) => trio.kill('SIGTERM')));
  rmSync(folder, { recursive: true, force: true });
}
