/**
 * Owns the floors: what the machine itself costs, measured now, because it differs from hour to
 * hour. Each one is a figure that others can be compared with.
 */

import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Benchmark, Figure } from './figures.js';
import { Naive, rivalPush, run } from './naive.js';
import { Project } from './project.js';
import { inRoom, type Room } from './room.js';

const rounds = 30;

export const floors: Benchmark = {
  name: 'floors',
  says: 'what the machine itself costs, and a script without safety',
  run: () =>
    inRoom(async (room) => {
      const project = new Project(room.folder, 'floors', '#!/bin/sh\n');
      const [first = '', ...commits] = project.prepare(2 * rounds + 1);
      project.move(first);
      return {
        figures: [
          await timed('spawn /bin/true', () => run('/bin/true', [])),
          await timed('spawn sh -c :', () => run('sh', ['-c', ':'])),
          await timed('git reset --hard, an idle tree', reset(project)),
          await timed('git clean -ffdx and reset --hard', cleanAndReset(project, commits)),
          await fetchFloor(project, 'path', commits.slice(0, rounds)),
          await fetchFloor(project, 'file', commits.slice(rounds)),
          await insertFloor(room),
          await syncFloor(room),
          await roundTripFloor(),
          await pushFloor(room, 'path'),
          await pushFloor(room, 'file'),
        ],
        notes: [
          'The script is one process that watches the refs, or is told and fetches, then resets and runs the suite, whose first command is `date`.',
        ],
      };
    }),
};

/** How long each call takes. */
export async function timed(
  says: string,
  call: (round: number) => Promise<unknown> | unknown,
  count = rounds,
): Promise<Figure> {
  const samples: number[] = [];
  await call(-1);
  for (let round = 0; round < count; round += 1) {
    const startedAt = performance.now();
    await call(round);
    samples.push(performance.now() - startedAt);
  }
  return { says, unit: 'ms', samples };
}

function reset(project: Project) {
  const folder = project.clone('idle');
  return () => run('git', ['reset', '--hard', '-q', 'HEAD'], folder);
}

function cleanAndReset(project: Project, commits: readonly string[]) {
  const rival = new Naive(project, 'cleaned', 'path');
  return async (round: number) => {
    await rival.clean();
    await rival.reset(commits.at(round) ?? '');
  };
}

/** Each fetch has one new commit to bring. */
async function fetchFloor(
  project: Project,
  by: 'path' | 'file',
  commits: readonly string[],
): Promise<Figure> {
  const folder = project.clone(`fetched-${by}`, by);
  const samples: number[] = [];
  for (const commit of commits) {
    project.move(commit);
    const startedAt = performance.now();
    await run('git', ['fetch', '-q', 'origin'], folder);
    samples.push(performance.now() - startedAt);
  }
  return { says: `git fetch, ${by === 'file' ? 'file://' : 'by path'}`, unit: 'ms', samples };
}

/** One row, on disk when the call returns. */
export function insertFloor({ folder }: Room): Promise<Figure> {
  const database = new Database(join(folder, 'floor.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE entry (text TEXT)');
  const insert = database.prepare('INSERT INTO entry VALUES (?)');
  const text = 'x'.repeat(200);
  return timed('durable SQLite insert', () => insert.run(text)).finally(() => database.close());
}

function syncFloor({ folder }: Room): Promise<Figure> {
  const file = openSync(join(folder, 'floor.txt'), 'a');
  return timed('write and fsync a file', () => {
    writeSync(file, 'x'.repeat(200));
    fsyncSync(file);
  }).finally(() => closeSync(file));
}

async function roundTripFloor(): Promise<Figure> {
  const server = createServer((socket) => socket.pipe(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
  socket.setNoDelay(true);
  const figure = await timed('TCP round trip', async () => {
    const heard = new Promise((resolve) => socket.once('data', resolve));
    socket.write('ping\n');
    await heard;
  });
  socket.destroy();
  server.close();
  return figure;
}

/** A push to the rival's first line; over a path, and where a fetch is needed. */
async function pushFloor(room: Room, by: 'path' | 'file'): Promise<Figure> {
  const sample = rivalPush(room, by);
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) samples.push(await sample());
  return { says: `script: ${by === 'path' ? 'push' : 'fetch'} to first line`, unit: 'ms', samples };
}
