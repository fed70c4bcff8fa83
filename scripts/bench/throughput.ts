/**
 * Owns throughput: a push brings 200 commits at once, which the observer hands over one by one,
 * as users do it. From the moment of the push to the last verdict. The suite is `sh` with
 * builtins only; it says into the witness what it was given, and makes a mess for the next one.
 */

import type { Benchmark, Figure } from './figures.js';
import { Naive } from './naive.js';
import { Project } from './project.js';
import { inRoom, type Room } from './room.js';
import type { Told } from './trio.js';
import { ask } from './wire.js';
import { Witness } from './witness.js';

const commitsAtOnce = 200;
const rounds = 3;
const lanes = 4;

export const throughput: Benchmark = {
  name: 'throughput',
  says: `a push of ${commitsAtOnce} commits to the last verdict, handed over by the observer`,
  run: () =>
    inRoom(async (room) => {
      const violations: string[] = [];
      const processes = await trioRates(room, 'processes', violations);
      const jobs = await trioRates(room, 'jobs', violations);
      const rival = await rivalRates(room);
      const floor = rival.parallel;
      return {
        figures: [
          { says: '4 runners', unit: '/s', samples: processes, target: 150, floor },
          { says: '1 runner with --jobs 4', unit: '/s', samples: jobs, floor },
        ],
        floors: [rival.serial, rival.parallel],
        peers:
          'Laminar 56 /s, the ancestor 25 /s with losses, Buildbot 2 /s; one process without ' +
          'safety 258 /s',
        notes: [
          `Every commit ran once, in a clean tree of exactly itself: ${violations.length === 0 ? 'yes' : 'NO'}.`,
          'Floors: one process does clean, reset, sh for each; in one tree, and in 4 at once.',
        ],
        violations,
      };
    }),
};

async function trioRates(
  room: Room,
  kind: 'processes' | 'jobs',
  violations: string[],
): Promise<number[]> {
  const witness = new Witness(room.folder, `witness-${kind}`);
  const project = new Project(room.folder, `burst-${kind}`, messy(witness));
  const [first = ''] = project.prepare(1, files);
  project.move(first);
  const clone = project.clone(`clone-${kind}`);
  const data = ['--data', `${clone}-data`, '--results', `${clone}-results`];
  const { dispatcher, port } = await room.dispatcher('--port', '0', ...data);
  const runners =
    kind === 'jobs'
      ? [room.runner(port, clone, 'J', '--jobs', String(lanes))]
      : ['A', 'B', 'C', 'D'].map((name) => room.runner(port, clone, name));
  await dispatcher.untilCount(({ event }) => event === 'runner-joined', runners.length);
  const observer = room.observer(port, clone);
  await dispatcher.until(isEnd);

  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const commits = project.prepare(commitsAtOnce, files);
    const pushedAtMs = project.move(commits.at(-1) ?? '');
    const ends = await dispatcher.untilCount(isEnd, (round + 1) * commitsAtOnce + 1);
    const lastAtMs = Math.max(...ends.map(({ time }) => time));
    rates.push((commitsAtOnce * 1_000) / (lastAtMs - pushedAtMs));
    violations.push(...(await faults(commits, 2 + round * commitsAtOnce, witness, port)));
  }
  await Promise.all([...runners, observer, dispatcher].map((trio) => trio.end()));
  return rates;
}

/** What is wrong with that burst, whose first commit has that number: nothing, one hopes. */
async function faults(
  commits: readonly string[],
  firstNumber: number,
  witness: Witness,
  port: number,
): Promise<string[]> {
  const lines = witness.lines();
  const wrong: string[] = [];
  for (const [index, commit] of commits.entries()) {
    const number = firstNumber + index;
    const said = lines.filter((line) => line.startsWith(commit));
    const wanted = `${commit} ${commit} ${number} only-${number} `;
    if (said.length !== 1) wrong.push(`${commit} ran ${said.length} times`);
    else if (said[0] !== wanted) wrong.push(`a run said "${said[0]}" instead of "${wanted}"`);
    const verdict = await ask(port, `verdict:${commit}`);
    if (verdict !== 'passed') wrong.push(`${commit} is ${verdict}`);
  }
  return wrong;
}

async function rivalRates(room: Room): Promise<{ serial: Figure; parallel: Figure }> {
  const witness = new Witness(room.folder, 'witness-rival');
  const project = new Project(room.folder, 'burst-rival', messy(witness));
  const rates = { serial: [] as number[], parallel: [] as number[] };
  const [first = ''] = project.prepare(1, files);
  project.move(first);
  const trees = Array.from({ length: lanes }, (_, lane) => new Naive(project, `${lane}`, 'path'));
  for (let round = 0; round < rounds; round += 1) {
    const commits = project.prepare(commitsAtOnce, files);
    rates.serial.push(await race(trees.slice(0, 1), commits));
    rates.parallel.push(await race(trees, commits));
  }
  return {
    serial: { says: 'script, one by one', unit: '/s', samples: rates.serial },
    parallel: { says: 'script, 4 at once', unit: '/s', samples: rates.parallel },
  };
}

async function race(trees: readonly Naive[], commits: readonly string[]): Promise<number> {
  const left = [...commits];
  const startedAt = performance.now();
  await Promise.all(
    trees.map(async (tree) => {
      for (let commit = left.shift(); commit !== undefined; commit = left.shift()) {
        await tree.clean();
        await tree.test(commit);
      }
    }),
  );
  return (commits.length * 1_000) / (performance.now() - startedAt);
}

/** Each commit has a file that no other has. */
function files(number: number): Record<string, string> {
  return { number: `${number}\n`, [`only-${number}`]: 'x\n' };
}

/** Says: the commit that it should be, the one that HEAD is, what a file holds, what lies there. */
function messy(witness: Witness): string {
  return `#!/bin/sh
read -r head < .git/HEAD
read -r number < number
set -- only-*
dirty=
[ -e rubbish ] && dirty=dirty
echo "$CI_COMMIT_SHA $head $number $* $dirty" >> '${witness.path}'
echo changed > number
echo rubbish > rubbish
echo rubbish > only-rubbish
`;
}

function isEnd({ event }: Told): boolean {
  return event === 'finished';
}
