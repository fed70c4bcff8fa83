import { chmodSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockSlot } from '../../src/test-runner/local/slot-lock.js';
import { temporaryFolder } from '../support/git.js';

/** The lock of a slot, and the folders that a suite below them may have forbidden us. */
function aSlot() {
  const path = join(temporaryFolder(), 'state/slots/1/lock');
  const slot = dirname(path);
  const runs = join(slot, 'runs');
  mkdirSync(runs, { recursive: true });
  const lock = lockSlot(path);
  if (lock === null) throw new Error('nobody else has it');
  onTestFinished(() => lock.release());
  return { lock, slot, folders: [dirname(dirname(slot)), dirname(slot), slot, runs] };
}

const ownersPart = (folder: string) => (statSync(folder).mode & 0o700).toString(8);

test('a suite that forbids its runner the folders of its slot costs nobody the slot', () => {
  const { lock, folders } = aSlot();
  for (const folder of folders.toReversed()) chmodSync(folder, 0);
  expect(lock.isWhole()).toBe(true);
  expect(folders.map(ownersPart)).toEqual(folders.map(() => '700'));
});

test('one that deletes its slot costs the run, and the slot is claimed again', () => {
  const { lock, slot } = aSlot();
  rmSync(slot, { recursive: true });
  expect([lock.isWhole(), lock.renew(), lock.isWhole()]).toEqual([false, true, true]);
});
