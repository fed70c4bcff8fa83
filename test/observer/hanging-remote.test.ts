import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openRepository } from '../../src/observer/repository.js';
import { findSource } from '../../src/observer/source.js';
import { eventually } from '../support/eventually.js';
import type { TestRepository } from '../support/git.js';
import { trio } from '../support/observed.js';
import { startObserver } from '../support/observer-process.js';
import { standInDispatcher } from '../support/stand-in-dispatcher.js';

/** Stands for a mount that does not answer: whoever reads it waits. */
function hang({ path }: TestRepository): string {
  const file = join(path, 'packed-refs');
  rmSync(file, { force: true });
  execFileSync('mkfifo', [file]);
  return file;
}

/** The gits that are at work in that folder. */
function gitsIn({ path }: TestRepository): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const isThere = readlinkSync(`/proc/${pid}/cwd`) === path;
      return isThere && readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('git');
    } catch {
      return false;
    }
  });
}

test('a remote on this machine that hangs is given up like a far one, and its git is ended', async () => {
  const { remote, clone, first } = trio('direct');
  const watched = { branches: [], refs: [] };
  const repository = openRepository(await findSource(clone.path), watched, () => {}, 1_000);
  const file = hang(remote);
  await expect(repository.poll()).rejects.toThrow('the remote has said nothing for 1 s');
  await eventually('no git is left', () => gitsIn(remote).length === 0);
  rmSync(file);
  expect((await repository.poll()).tips[0]?.commit).toBe(first);
});

test('an observer that is stopped leaves no git behind that hangs', async () => {
  const { remote, clone } = trio('direct');
  const dispatcher = await standInDispatcher();
  hang(remote);
  const observer = startObserver('--dispatcher-server', dispatcher.address, clone.path);
  const isConnected = () => observer.output().includes('connected to the dispatcher');
  await eventually('git hangs', () => isConnected() && gitsIn(remote).length > 0, 40_000);
  observer.child.kill('SIGTERM');
  expect(await observer.ended).toBe(0);
  await eventually('no git is left', () => gitsIn(remote).length === 0);
});

test('a remote that git refuses to read where it is costs no shell a poll', async () => {
  const { remote, clone } = trio('direct');
  writeFileSync(join(remote.path, 'HEAD'), 'nonsense');
  const repository = openRepository(await findSource(clone.path), { branches: [], refs: [] });
  onTestFinished(() => repository.close());
  for (let polls = 0; polls < 8; polls += 1) await expect(repository.poll()).rejects.toThrow();
  expect(shellsFor(remote)).toHaveLength(1);
});

/** The shells that start gits in that folder. */
function shellsFor({ path }: TestRepository): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`FOLDER=${path}\0`);
    } catch {
      return false;
    }
  });
}
