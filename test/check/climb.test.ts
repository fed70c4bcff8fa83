/**
 * Owns the promise that a stage leaves nothing behind, however it ends.
 */

import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { check } from '../../src/command/check/check.js';
import { Complaint } from '../../src/command/check/complaint.js';
import { Program } from '../../src/command/check/program.js';
import { climb, type Setting, type Stage } from '../../src/command/check/stage.js';
import { typed } from '../support/typed.js';

const noGuard = { mark: {}, watch: () => {}, dismiss: () => {} };

/** Climbs that one stage, with a program that runs for ever. */
function climbed(play: Stage['play']) {
  const stage: Stage = {
    ...{ name: 'one', dialect: 'classic', does: '', teaches: ['', ''], minutes: 1, play },
  };
  return climb([{ stage, number: 1 }], {
    ...{ withinMs: 20_000, keepGoing: false, marked: () => {}, ifEnded: () => {} },
    start: (told) => new Program(['sleep', '60'], told, noGuard),
  });
}

async function opened({ folder, program, atEnd }: Setting) {
  const started = program({});
  await started.start();
  const closed: string[] = [];
  atEnd(() => closed.push('first'));
  atEnd(() => closed.push('second'));
  return { folder, started, closed };
}

test('a fault of the check itself ends its program and folder, newest first, and is told', async () => {
  let left: Awaited<ReturnType<typeof opened>> | undefined;
  const fault = climbed(async (setting) => {
    left = await opened(setting);
    throw new Error('a fault of ours');
  });
  await expect(fault).rejects.toThrow('a fault of ours');
  if (left === undefined) throw new Error('nothing was opened');
  const { folder, started, closed } = left;
  expect(closed).toEqual(['second', 'first']);
  expect(existsSync(folder)).toBe(false);
  await started.kill();
  expect(started.pid).toBeNull();
});

test('what cannot be closed does not keep the rest open, and is told after it', async () => {
  let left: Awaited<ReturnType<typeof opened>> | undefined;
  const fault = climbed(async (setting) => {
    left = await opened(setting);
    setting.atEnd(() => {
      throw new Error('a port that does not close');
    });
    throw new Complaint('the program is wrong');
  });
  await expect(fault).rejects.toThrow('a port that does not close');
  expect(left?.closed).toEqual(['second', 'first']);
  expect(existsSync(left?.folder ?? '')).toBe(false);
});

test('what is opened once a stage is over is closed at once', async () => {
  let late = false;
  const settings: Setting[] = [];
  const [mark] = await climbed(async (setting) => void settings.push(setting));
  expect(mark?.state).toBe('passed');
  settings[0]?.atEnd(() => {
    late = true;
  });
  expect(late).toBe(true);
});

test('a program that cannot be started leaves no handler of signals behind', async () => {
  const handlers = () => process.listenerCount('SIGINT');
  const before = handlers();
  const { status } = await typed('.', check, 'runner', '--', './no-such-program');
  expect([status, handlers()]).toEqual([2, before]);
});
