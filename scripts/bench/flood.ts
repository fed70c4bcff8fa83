/**
 * Owns the flood: a suite that prints 100 MB of every byte there is. Stored as it was printed,
 * soon, and without the dispatcher or the runner holding it in memory.
 */

import { spawn } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  createWriteStream,
  fsyncSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Benchmark, Figure } from './figures.js';
import { Project } from './project.js';
import { inRoom, type Room } from './room.js';
import { bareMegabytes, finished } from './trio.js';
import { ask } from './wire.js';
import { Witness } from './witness.js';

const bytes = 100_000_000;
const rounds = 4;

export const flood: Benchmark = {
  name: 'flood',
  says: 'a suite prints 100 MB of binary output',
  run: () =>
    inRoom(async (room) => {
      const source = join(room.folder, 'flood.bin');
      makeFlood(source);
      const wanted = await sha256(source);
      const witness = new Witness(room.folder);
      const suite = `#!/bin/sh\n${witness.stamp('begun')}\nexec cat '${source}'\n`;
      const project = new Project(room.folder, 'flooded', suite);
      const commits = project.prepare(rounds);
      project.move(commits[0] ?? '');
      const { dispatcher, port } = await room.dispatcher();
      const runner = room.runner(port, project.clone('clone'), 'A');

      const violations: string[] = [];
      const took: number[] = [];
      const piped: number[] = [];
      for (const commit of commits) {
        await ask(port, `dispatch:${commit}`);
        const begun = await witness.first(commit, 'begun');
        const { time, verdict } = await dispatcher.until(finished(commit));
        took.push((time - begun.atMs) / 1_000);
        const got = await sha256(join(room.folder, 'test_results', commit));
        if (got !== wanted) violations.push(`the output of ${commit} was not kept as it was`);
        if (verdict !== 'passed') violations.push(`${commit} is ${String(verdict)}`);
        piped.push(await pipeFloor(room, source));
      }
      const floor: Figure = { says: 'script: pipe to a file, fsync', unit: 's', samples: piped };
      const memory = { unit: 'MB', target: 120 } as const;
      return {
        figures: [
          { says: 'first line to verdict', unit: 's', samples: took, target: 2, floor },
          { says: 'dispatcher, peak memory', samples: [dispatcher.peakMegabytes()], ...memory },
          { says: 'runner, peak memory', samples: [runner.peakMegabytes()], ...memory },
        ],
        floors: [floor, { says: 'node alone', unit: 'MB', samples: [await bareMegabytes()] }],
        peers: 'Laminar 3.2 s; Buildbot 15 s, and the binary bytes altered',
        notes: [`Equal byte for byte: ${violations.length === 0 ? 'yes' : 'NO'}.`],
        violations,
      };
    }),
};

function makeFlood(path: string): void {
  const file = openSync(path, 'w');
  const chunk = Buffer.allocUnsafe(1_000_000);
  for (let written = 0; written < bytes; written += chunk.length) {
    writeSync(file, randomFillSync(chunk));
  }
  closeSync(file);
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Seconds that one process needs to pipe a suite's output into a file and sync it. */
async function pipeFloor({ folder }: Room, source: string): Promise<number> {
  const path = join(folder, 'piped');
  const startedAt = performance.now();
  const child = spawn('cat', [source], { stdio: ['ignore', 'pipe', 'inherit'] });
  await pipeline(child.stdout, createWriteStream(path));
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
  const seconds = (performance.now() - startedAt) / 1_000;
  rmSync(path);
  return seconds;
}
