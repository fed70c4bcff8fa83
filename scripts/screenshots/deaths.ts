/**
 * Owns what the pictures of the wire show: real processes, of which one runner is killed while it tests,
 * and one is frozen, with somebody who watches from the beginning.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WireRecord } from '../../src/record/record.js';
import { portToKeep } from '../../test/support/ports.js';
import { start, type Told, type Trio } from '../demo/processes.js';
import { Project } from '../demo/project.js';
import type { Screen } from '../demo/screen.js';

export interface Deaths {
  readonly address: string;
  /** Number of the record in which the commit of the frozen runner comes to another. */
  readonly newHome: number;
  end(): Promise<void>;
}

const silent: Screen = { line: () => {}, act: () => {}, text: () => {} };

export async function playDeaths(): Promise<Deaths> {
  const folder = mkdtempSync(join(tmpdir(), 'trivet-screenshots-'));
  const project = new Project(folder);
  const port = await portToKeep();
  const running = new Map<string, Trio>();
  const launch = (name: string, program: string, ...args: string[]) => {
    const trio = start(silent, name, `${program}.js`, args, folder);
    running.set(name, trio);
    return trio;
  };
  const server = ['--dispatcher-server', `localhost:${port}`];
  const runner = (name: string) =>
    launch(name, 'test-runner', ...server, '--name', name, project.clone);

  const dispatcher = launch('dispatcher', 'dispatcher', '--port', String(port));
  await dispatcher.until(({ event }) => event === 'listening');
  const watching = get(`http://localhost:${port}/api/wire/live`).on('error', () => {});
  for (const name of ['ada', 'bob', 'eve']) {
    runner(name);
    await dispatcher.until((told) => told.event === 'runner-joined' && told['runner'] === name);
  }
  launch('observer', 'observer', ...server, '--name', 'pond', project.clone);
  await dispatcher.until(of(project.first, 'finished'));

  const lost = project.push({ subject: 'Mend the fence', tenths: 5, isGreen: true });
  const killed = await tester(dispatcher, project, lost);
  await running.get(killed)?.kill('SIGKILL');
  await dispatcher.until(of(lost, 'finished'));

  const late = project.push({ subject: 'Count the frogs', tenths: 8, isGreen: true });
  const frozen = running.get(await tester(dispatcher, project, late))?.child;
  frozen?.kill('SIGSTOP');
  await dispatcher.until(of(late, 'finished'));
  frozen?.kill('SIGCONT');
  await dispatcher.until(({ event }) => event === 'runner-joined');
  const address = `http://localhost:${port}`;
  return {
    address,
    newHome: await secondRun(late, address),
    end: async () => {
      watching.destroy();
      await Promise.all([...running.values()].map((trio) => trio.kill('SIGTERM')));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function of(commit: string, event: string) {
  return (told: Told) => told.event === event && told['commit'] === commit;
}

/** Who has the commit, once its suite has begun. */
async function tester(dispatcher: Trio, project: Project, commit: string): Promise<string> {
  const { runner } = (await dispatcher.until(of(commit, 'leased'))) as { runner?: string } & Told;
  while (project.witness(commit).begun === 0) await new Promise((soon) => setTimeout(soon, 20));
  return runner ?? '';
}

async function secondRun(commit: string, address: string): Promise<number> {
  const [, ...lines] = (await (await fetch(`${address}/api/wire`)).text()).trimEnd().split('\n');
  const records = lines.map((line) => JSON.parse(line) as WireRecord);
  const [, second] = records.filter((record) => {
    return record.kind === 'message' && record.verb === 'runtest' && record.commit === commit;
  });
  if (second === undefined) throw new Error(`nobody wrote down a second run of ${commit}`);
  return second.n;
}
