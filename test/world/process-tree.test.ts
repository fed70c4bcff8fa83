/**
 * Finding processes while they are born, end, and become other programs.
 */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  isTagged,
  killAllThat,
  type Mark,
  processesThat,
  taggedWith,
  worksIn,
} from '../../src/world/process-tree.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { fixture } from '../support/runners-at-work.js';

const looks = 30;

test('a process that forks, leaves its group and ends all the while is found by every look', async () => {
  const { mark, folder } = start('hops.sh');
  await eventually('it runs', () => taggedWith(mark).length > 0);
  for (let look = 0; look < looks; look += 1) {
    expect(taggedWith(mark)).not.toEqual([]);
    expect(processesThat((pid) => worksIn(pid, folder))).not.toEqual([]);
  }
});

test('and it is ended by whoever kills all that carry its mark', async () => {
  const { mark } = start('hops.sh');
  await eventually('it runs', () => taggedWith(mark).length > 0);
  killAllThat((pid) => isTagged(pid, mark));
  for (let look = 0; look < looks; look += 1) expect(taggedWith(mark)).toEqual([]);
});

test('a process carries its mark also while it becomes another program', async () => {
  const { mark, pid } = start('becomes-itself.sh');
  await eventually('it runs', () => isTagged(pid, mark));
  for (let look = 0; look < 3_000; look += 1) expect(isTagged(pid, mark)).toBe(true);
});

test('no thread of the kernel, nobody without an environment and no zombie carries a mark', async () => {
  const folder = temporaryFolder();
  const bare = spawn('sleep', ['60'], { env: {}, cwd: folder, stdio: 'ignore' });
  onTestFinished(() => void bare.kill('SIGKILL'));
  expect(isTagged(bare.pid ?? 0, 'TRIVET_RUN=')).toBe(false);
  expect(processesThat((pid) => worksIn(pid, folder))).toEqual([bare.pid]);
  // A parent that never asks for its child's end.
  const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], {
    env: { ...process.env, TRIVET_RUN: 'zombie' },
  });
  onTestFinished(() => void parent.kill('SIGKILL'));
  let said = '';
  parent.stdout.on('data', (bytes) => {
    said += bytes;
  });
  await eventually('it has a child', () => said.includes('\n'));
  const zombie = Number(said);
  await eventually('which is a zombie', () => !isTagged(zombie, 'TRIVET_RUN=zombie'));
  expect(isTagged(parent.pid ?? 0, 'TRIVET_RUN=zombie')).toBe(true);
  // 2 is the mother of the kernel's threads, where they are to be seen.
  expect(isTagged(2, 'TRIVET_RUN=')).toBe(false);
});

/** A fixture that goes on until the test ends. */
function start(name: string) {
  const folder = temporaryFolder();
  const [lifeline, id] = [join(folder, 'lifeline'), randomUUID()];
  const mark: Mark = `TRIVET_TEST=${id}`;
  writeFileSync(lifeline, '');
  const options = { env: { ...process.env, TRIVET_TEST: id }, cwd: folder, detached: true };
  const { pid = 0 } = spawn(fixture(name), [lifeline], { ...options, stdio: 'ignore' });
  return { mark, folder, pid };
}
