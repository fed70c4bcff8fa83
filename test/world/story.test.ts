/** How a process tells its story, where that is hard. */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/git.js';

/** Tells a line for each line that it reads, and says so. */
const narrator = `
  import { createInterface } from 'node:readline';
  import { storyteller } from './src/world/story.ts';
  const tell = storyteller({ level: 'info', format: 'story' });
  createInterface(process.stdin).on('line', (msg) => {
    tell({ event: 'line', msg });
    process.stderr.write('told ');
  });
`;

function narrate(path: string) {
  const output = openSync(path, 'w');
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', narrator],
    { stdio: ['pipe', output, 'pipe'] },
  );
  closeSync(output);
  onTestFinished(() => void child.kill('SIGKILL'));
  const { stdin, stderr } = child;
  if (stdin === null || stderr === null) throw new Error('no pipes');
  return {
    tell: async (line: string) => {
      stdin.write(`${line}\n`);
      expect(String(await once(stderr, 'data'))).toBe('told ');
    },
    ended: () => {
      stdin.end();
      return once(child, 'exit');
    },
  };
}

test('a story that cannot be written ends nobody', async () => {
  const { tell, ended } = narrate('/dev/full');
  for (let n = 0; n < 3; n += 1) await tell('x'.repeat(1_000));
  expect(await ended()).toEqual([0, null]);
});

/** Only root may mount a small disk. */
test.runIf(process.getuid?.() === 0)('what had no room is told when there is some', async () => {
  const folder = join(temporaryFolder(), 'disk');
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  const [story, ballast] = [join(folder, 'story'), join(folder, 'ballast')];
  const { tell, ended } = narrate(story);
  writeFileSync(ballast, Buffer.alloc(8_192));
  for (let n = 0; n < 10; n += 1) await tell(`${n} ${'x'.repeat(1_000)}`);
  rmSync(ballast);
  await tell('the end');
  expect(await ended()).toEqual([0, null]);
  const told = readFileSync(story, 'utf8').match(/(?<=:\d\d )\d|the end/g);
  expect(told).toEqual([...'0123456789', 'the end']);
});
