import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { realDisk } from '../../src/world/disk.js';
import { makeFolder, readIfThere, writeAtomically } from '../../src/world/files.js';
import { temporaryFolder } from '../support/git.js';
import { inSmallFiles } from '../support/small-files.js';

test('a folder is made with all that is missing above it, and twice is as good as once', () => {
  const above = temporaryFolder();
  const wanted = join(above, 'a', 'b', 'c');
  makeFolder(wanted);
  makeFolder(wanted);
  expect(existsSync(wanted)).toBe(true);
});

test('a folder may be named from where we are, and with a way back in its name', () => {
  const above = temporaryFolder();
  makeFolder(`${relative(process.cwd(), above)}/x/../../${above.split('/').at(-1)}/y`);
  expect(readdirSync(above)).toEqual(['y']);
});

test('a file that is written twice holds the second text, and nothing is left beside it', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'position.json');
  writeAtomically(path, 'old');
  writeAtomically(path, 'new');
  expect(readIfThere(path)).toBe('new');
  expect(readdirSync(folder)).toEqual(['position.json']);
});

test('a text that found room for its beginning alone is an error, and the old file stays whole', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'position.json');
  writeAtomically(path, 'old');
  const printed = inSmallFiles(
    'world/files.ts',
    `try {
      ours.writeAtomically(${JSON.stringify(path)}, 'x'.repeat(100_000));
      process.stdout.write('written');
    } catch ({ code }) {
      process.stdout.write(code);
    }`,
  );
  expect(printed).toBe('EFBIG');
  expect(readIfThere(path)).toBe('old');
  expect(readdirSync(folder)).toEqual(['position.json']);
});

test('the names in a folder can be synced while others go on, and not where there is none', async () => {
  const folder = temporaryFolder();
  writeAtomically(join(folder, 'a'), 'a');
  await expect(realDisk.syncNames(folder)).resolves.toBeUndefined();
  await expect(realDisk.syncNames(join(folder, 'missing'))).rejects.toThrow(/ENOENT/);
});
