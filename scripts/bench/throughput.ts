/**
 * Owns throughput: a push brings 200 commits at once, which the observer hands over one by one,
 * as users do it. From the moment of the push to the last verdict. The suite is `sh` with
 * builtins only; it says into the witness what it was given, and makes a mess for the next one.
 */

import { Crowd } from './crowd.js';
import type { Benchmark, Figure } from './figures.js';
import { Naive } from './naive.js';
import { Project } from './project.js';
import { inRoom, type Room } from './room.js';
import { cpuSeconds, type Told } from './trio.js';
import { ask } from './wire.js';
import { Witness } from './witness.js';

const commitsAtOnce = 200;
const rounds = 3;
const lanes = 4;
const spectators = 300;

/** No machine is that slow: something was lost. */
const stuckAfterMs = 30_000;

export const throughput: Benchmark = {
  name: 'throughput',
  says: `a push of ${commitsAtOnce} commits to the last verdict, handed over by the observer`,
  run: () =>
    inRoom(async (room) => {
      const violations: string[] = [];
      const processes = await trioRates(room, 'processes', violations);
      const jobs = await trioRates(room, 'jobs', violations);
      const watched = await trioRates(room, 'watched', violations);
      const rival = await rivalRates(room);
      const floor: Figure = { says: '', unit: '/s', samples: rival.parallel.rates };
      const cpuFloor: Figure = { says: '', unit: 'ms', samples: rival.parallel.cpuMs };
      return {
        figures: [
          { says: '4 runners', unit: '/s', samples: processes.rates, target: 150, floor },
          { says: '1 runner with --jobs 4', unit: '/s', samples: jobs.rates, floor },
          {
            says: `4 runners, ${spectators} who watch`,
            unit: '/s',
            samples: watched.rates,
            floor: { says: '', unit: '/s', samples: processes.rates },
          },
          { says: 'CPU per job', unit: 'ms', samples: processes.cpuMs, floor: cpuFloor },
          { says: 'CPU per job, --jobs 4', unit: 'ms', samples: jobs.cpuMs, floor: cpuFloor },
        ],
        floors: [
          { ...floor, says: 'script, 4 at once' },
          { says: 'script, one by one', unit: '/s', samples: rival.serial.rates },
          { ...cpuFloor, says: 'script, CPU per job' },
        ],
        peers:
          'Laminar 56 /s, the ancestor 25 /s with losses, Buildbot 2 /s; one process without ' +
          'safety 258 /s',
        notes: [
          `Every commit ran once, in a clean tree of exactly itself: ${violations.length === 0 ? 'yes' : 'NO'}.`,
          'Floors: one process does clean, reset, sh for each; in one tree, and in 4 at once.',
          'Floor of those who watch: the same without them.',
        ],
        violations,
      };
    }),
};

async function trioRates(
  room: Room,
  kind: 'processes' | 'jobs' | 'watched',
  violations: string[],
): Promise<Measured> {
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
  const watchers = kind === 'watched' ? await Crowd.watch(port, spectators) : null;

  const all = [dispatcher, observer, ...runners];
  const spent = () => all.reduce((sum, { pid }) => sum + cpuSeconds(pid, { children: true }), 0);
  const measured: Measured = { rates: [], cpuMs: [] };
  for (let round = 0; round < rounds; round += 1) {
    const commits = project.prepare(commitsAtOnce, files);
    const before = spent();
    const pushedAtMs = project.move(commits.at(-1) ?? '');
    const wanted = (round + 1) * commitsAtOnce + 1;
    const ends = await dispatcher.untilCount(isEnd, wanted, stuckAfterMs).catch(() => []);
    if (ends.length === 0) {
      violations.push(
        `stuck, with status: ${(await ask(port, 'status')).slice(0, 300).replaceAll('\n', ' ')}`,
      );
      break;
    }
    const lastAtMs = Math.max(...ends.map(({ time }) => time));
    measured.rates.push((commitsAtOnce * 1_000) / (lastAtMs - pushedAtMs));
    measured.cpuMs.push(((spent() - before) * 1_000) / commitsAtOnce);
    violations.push(...(await faults(commits, 2 + round * commitsAtOnce, witness, port)));
  }
  watchers?.end();
  const lost = dispatcher.story.filter(({ event }) => event === 'lost');
  if (lost.length > 0) violations.push(`${lost.length} leases were lost: "${lost[0]?.msg}"`);
  await Promise.all(all.map((trio) => trio.end()));
  return measured;
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

async function rivalRates(room: Room): Promise<{ serial: Measured; parallel: Measured }> {
  const witness = new Witness(room.folder, 'witness-rival');
  const project = new Project(room.folder, 'burst-rival', messy(witness));
  const [first = ''] = project.prepare(1, files);
  project.move(first);
  const trees = Array.from({ length: lanes }, (_, lane) => new Naive(project, `${lane}`, 'path'));
  const serial: Measured = { rates: [], cpuMs: [] };
  const parallel: Measured = { rates: [], cpuMs: [] };
  for (let round = 0; round < rounds; round += 1) {
    const commits = project.prepare(commitsAtOnce, files);
    await race(trees.slice(0, 1), commits, serial);
    await race(trees, commits, parallel);
  }
  return { serial, parallel };
}

async function race(
  trees: readonly Naive[],
  commits: readonly string[],
  measured: Measured,
): Promise<void> {
  const left = [...commits];
  const spent = () => cpuSeconds(process.pid, { children: true });
  const [before, startedAt] = [spent(), performance.now()];
  await Promise.all(
    trees.map(async (tree) => {
      for (let commit = left.shift(); commit !== undefined; commit = left.shift()) {
        await tree.clean();
        await tree.test(commit);
      }
    }),
  );
  measured.rates.push((commits.length * 1_000) / (performance.now() - startedAt));
  measured.cpuMs.push(((spent() - before) * 1_000) / commits.length);
}

interface Measured {
  /** Jobs per second, a round each. */
  readonly rates: number[];
  /** What all processes together spent on a job, which a busy machine disturbs less. */
  readonly cpuMs: number[];
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
