import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { GitObjects } from '../../src/world/git-objects.js';
import { makeRepository } from '../support/git.js';

test('a long object that comes in many pieces is put together once, and its neighbours are whole', async () => {
  const repository = makeRepository();
  const long = randomBytes(8 * 1_024 * 1_024);
  writeFileSync(join(repository.path, 'long'), long);
  const head = repository.commit('long', { short: 'short\n' });
  repository.git('add', 'long');
  const id = repository.git('hash-object', '-w', 'long');
  const short = repository.git('rev-parse', `${head}:short`);
  const objects = new GitObjects(repository.path, {});
  onTestFinished(() => objects.close());
  const concat = vi.spyOn(Buffer, 'concat');
  onTestFinished(() => concat.mockRestore());
  const asked = [short, id, '0'.repeat(40), short, id].map((one) => objects.read(one));
  const [first, whole, none, after, again] = await Promise.all(asked);
  expect([first, after].map(String)).toEqual(['short\n', 'short\n']);
  expect(none).toBeNull();
  expect([whole, again].map((bytes) => bytes?.equals(long))).toEqual([true, true]);
  const copied = concat.mock.results.reduce((sum, { value }) => sum + value.length, 0);
  expect(copied).toBeLessThan(3 * long.length);
});
