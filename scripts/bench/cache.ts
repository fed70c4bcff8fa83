/**
 * Owns what a guessed suite gains from caches: a project of npm's with packages of the registry, from
 * the push to the first line of its tests, as it is tested first, and with an unchanged lock file.
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './clock.js';
import type { Benchmark, Figure } from './figures.js';
import { run } from './naive.js';
import { Project } from './project.js';
import { inRoom, type Room } from './room.js';
import { finished } from './trio.js';
import { Witness } from './witness.js';

const rounds = 3;

/** An install on a slow machine, over a slow line. */
const installWithinMs = 180_000;

/** What a small web project needs: some thousand files. */
const dependencies = {
  express: '4.21.2',
  lodash: '4.17.21',
  typescript: '5.9.3',
  vite: '6.4.1',
  zod: '3.25.76',
};

export const cache: Benchmark = {
  name: 'cache',
  says: 'push to the first test of an npm project whose lock file is unchanged',
  run: () => inRoom(measure),
};

async function measure(room: Room) {
  const witness = new Witness(room.folder);
  const manifest = JSON.stringify({
    name: 'cached',
    version: '1.0.0',
    scripts: { test: witness.stamp('begun') },
    dependencies,
  });
  const byHand = join(room.folder, 'by-hand');
  mkdirSync(byHand);
  writeFileSync(join(byHand, 'package.json'), manifest);
  const npm = (command: string) => run('npm', [command, '--no-audit', '--no-fund'], byHand);
  if ((await npm('install')) !== 0) {
    return { figures: [], notes: ['Not measured: npm cannot reach its registry.'] };
  }
  const startedAt = performance.now();
  await npm('ci');
  const samples = [performance.now() - startedAt];
  const install: Figure = { says: 'npm ci, by hand', unit: 'ms', samples };
  const lock = readFileSync(join(byHand, 'package-lock.json'), 'utf8');
  const files = { 'package.json': manifest, 'package-lock.json': lock };
  const took = await pushes(room, witness, files);
  const target = Math.round((took.first[0] ?? 0) / 10);
  const figure = (says: string, samples: readonly number[]): Figure => {
    return { says, unit: 'ms', samples, floor: install };
  };
  return {
    figures: [
      figure('the first run, which installs', took.first),
      figure('the second, at once after it', took.second),
      { ...figure('a later one', took.later), target },
    ],
    floors: [install],
    notes: [
      `${filesIn(byHand)} files. npm has all packages in its own cache in each of them. For a later ` +
        'run a copy was made ahead, while nobody waited. The target is a tenth of the first.',
    ],
  };
}

async function pushes(room: Room, witness: Witness, files: Readonly<Record<string, string>>) {
  const project = new Project(room.folder, 'cached', null);
  const commits = project.prepare(rounds + 3, (number) => ({
    number: `${number}\n`,
    ...(number === 1 ? {} : files),
  }));
  project.move(commits[0] ?? '');
  const clone = project.clone('clone');
  const { dispatcher, port } = await room.dispatcher();
  const state = join(room.folder, 'state');
  room.runner(port, clone, 'A', '--state', state);
  room.observer(port, clone);
  await dispatcher.until(finished(commits.shift() ?? ''));
  const push = async () => {
    const commit = commits.shift() ?? '';
    const pushedAtMs = project.move(commit);
    const { atMs } = await witness.first(commit, 'begun', { withinMs: installWithinMs });
    await dispatcher.until(finished(commit), installWithinMs);
    return atMs - pushedAtMs;
  };
  const first = [await push()];
  const second = [await push()];
  const later: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await until('a copy made ahead', () => hasCopyAhead(join(state, 'cache/entries')), {
      withinMs: installWithinMs,
    });
    later.push(await push());
  }
  return { first, second, later };
}

function hasCopyAhead(entries: string): true | undefined {
  const all = readdirSync(entries).flatMap((id) => readdirSync(join(entries, id)));
  return all.some((name) => name.startsWith('ahead-')) ? true : undefined;
}

function filesIn(folder: string): number {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile()).length;
}
