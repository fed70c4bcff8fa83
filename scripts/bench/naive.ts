/**
 * Owns the rival: one process without any safety that does the same work. It watches refs or is
 * told, resets, cleans, spawns. No queue on disk, no lease, no log, no timeout, no network.
 */

import { spawn } from 'node:child_process';
import { readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Project } from './project.js';
import type { Room } from './room.js';
import { Witness } from './witness.js';

/** More than any benchmark asks for. */
const commitsMost = 200;

export class Naive {
  readonly folder: string;

  /** Over a path the objects are read where they are; over `file://` they must be fetched. */
  constructor(project: Project, name: string, by: 'path' | 'file') {
    this.folder = project.clone(name, by);
    if (by === 'file') return;
    const alternates = join(this.folder, '.git', 'objects', 'info', 'alternates');
    writeFileSync(alternates, `${join(project.remote, 'objects')}\n`);
  }

  async fetch(): Promise<void> {
    await run('git', ['fetch', '-q', 'origin', 'main'], this.folder);
  }

  async clean(): Promise<void> {
    await run('git', ['clean', '-ffdxq'], this.folder);
  }

  async reset(commit: string): Promise<void> {
    await run('git', ['reset', '--hard', '-q', commit], this.folder);
  }

  async test(commit: string): Promise<void> {
    await this.reset(commit);
    await run('./.ci/run', [], this.folder, { ...process.env, CI_COMMIT_SHA: commit });
  }
}

/** Answers a function that measures one push to the rival's first line, in milliseconds. */
export function rivalPush(room: Room, by: 'path' | 'file'): () => Promise<number> {
  const folder = join(room.folder, `rival-${by}`);
  const witness = new Witness(room.folder, `rival-${by}-witness`);
  const project = new Project(folder, 'rival', `#!/bin/sh\n${witness.stamp('begun')}\n`);
  const [first = '', ...commits] = project.prepare(commitsMost);
  project.move(first);
  const naive = new Naive(project, 'clone', by);
  const heads = join(project.remote, 'refs', 'heads');
  return async () => {
    const commit = commits.shift() ?? '';
    const watcher = watch(heads, (_, name) => {
      if (name !== 'main' || by === 'file') return;
      watcher.close();
      void naive.test(readFileSync(join(heads, 'main'), 'utf8').trim());
    });
    const movedAtMs = project.move(commit);
    if (by === 'file') {
      watcher.close();
      await naive.fetch();
      await naive.test(commit);
    }
    return (await witness.first(commit, 'begun')).atMs - movedAtMs;
  };
}

/** Spawns and waits until it has ended. */
export function run(
  file: string,
  args: readonly string[],
  cwd = '/',
  env: NodeJS.ProcessEnv = process.env,
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', resolve);
  });
}
