/**
 * Owns the observer's many branches: thousands that are new at once, upon a main that moved too,
 * and hundreds that a bot rebases. From the moment that they stand there until the dispatcher has
 * accepted the last. All move in one instant, by one file, as a push over a network would take long.
 */

import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setClock, wallMs } from './clock.js';
import type { Benchmark } from './figures.js';
import { timed } from './floors.js';
import { run } from './naive.js';
import { git, Project } from './project.js';
import { inRoom } from './room.js';
import type { Told } from './trio.js';

const many = 5_000;
const some = 300;

export const branches: Benchmark = {
  name: 'branches',
  says: `${many} new branches, then ${some} that a bot moves`,
  run: () =>
    inRoom(async (room) => {
      const project = new Project(room.folder, 'crowded', '#!/bin/sh\n');
      const [first = ''] = project.prepare(1);
      project.move(first);
      git(project.remote, 'pack-refs', '--all');
      const { port } = await room.dispatcher();
      const observer = room.observer(port, project.clone('crowded'));
      await observer.until(isHandedOver);

      const refs = new Map([['refs/heads/main', first]]);
      const seconds = async (count: number) => {
        const before = observer.read().filter(isHandedOver).length;
        for (const [ref, commit] of grown(project, count)) refs.set(ref, commit);
        const atMs = show(project, refs);
        const told = await observer.untilCount(isHandedOver, before + count + 1);
        return ((told.at(-1)?.time ?? Number.NaN) - atMs) / 1_000;
      };
      const atFirst = await seconds(many);
      const moved = await seconds(some);

      const { remote } = project;
      const revList = () => run('git', ['-C', remote, 'rev-list', '--all', '--format=%an%s']);
      const inMs = await timed(`git rev-list of ${many} branches`, revList, 3);
      const floor = { ...inMs, unit: 's', samples: inMs.samples.map((ms) => ms / 1_000) } as const;
      return {
        figures: [
          { says: `${many} new, all accepted`, unit: 's', samples: [atFirst], target: 5, floor },
          { says: `${some} moved, all accepted`, unit: 's', samples: [moved], target: 1, floor },
          {
            says: "observer's memory",
            unit: 'MB',
            samples: [observer.peakMegabytes()],
            target: 300,
          },
        ],
        floors: [floor],
      };
    }),
};

const isHandedOver = ({ event }: Told) => event === 'handed-over';

let generation = 0;

/** A commit on main, and upon it so many branches of a commit each, that no branch shows yet. */
function grown({ remote }: Project, count: number): [string, string][] {
  generation += 1;
  const names = Array.from({ length: count }, (_, index) => `a/${index + 1}`);
  const main = git(remote, 'rev-parse', 'main').trim();
  const commitOn = (name: string, from: string) =>
    `commit refs/prepared/${name}\ncommitter Ada <ada@example.org> ${1_700_000_000 + generation} ` +
    `+0000\ndata <<.\n${name}, ${generation}\n.\nfrom ${from}\n\n`;
  const stream = names.map((name) => commitOn(name, 'refs/prepared/main'));
  const input = [commitOn('main', main), ...stream].join('');
  execFileSync('git', ['fast-import', '--quiet', '--force'], { cwd: remote, input });
  const format = '--format=refs/heads/%(refname:lstrip=2) %(objectname)';
  const made = new Set(['main', ...names].map((name) => `refs/heads/${name}`));
  return git(remote, 'for-each-ref', format, 'refs/prepared/')
    .trim()
    .split('\n')
    .map((line) => line.split(' ') as [string, string])
    .filter(([ref]) => made.has(ref));
}

/** Lets all branches stand there at once; answers when, by the wall. */
function show({ remote }: Project, refs: ReadonlyMap<string, string>): number {
  setClock();
  const lines = [...refs].map(([ref, commit]) => `${commit} ${ref}\n`);
  const path = join(remote, 'packed-refs');
  writeFileSync(`${path}.lock`, lines.join(''));
  const atMs = wallMs();
  renameSync(`${path}.lock`, path);
  return atMs;
}
