import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeClone, makeRemote, temporaryFolder } from '../support/git.js';
import { open } from '../support/observed.js';

test('a mirror that is shallow itself is followed when it goes on', async () => {
  const { remote, author } = makeRemote();
  for (const subject of ['first', 'second']) author.commit(subject);
  author.push();
  const mirrorPath = join(temporaryFolder(), 'mirror.git');
  remote.git('clone', '-q', '--bare', '--depth', '1', `file://${remote.path}`, mirrorPath);
  const clone = makeClone(`file://${mirrorPath}`);
  const repository = await open(clone);
  await repository.poll();
  for (const subject of ['third', 'fourth']) author.commit(subject);
  author.push();
  const refspec = '+refs/heads/*:refs/heads/*';
  remote.git('-C', mirrorPath, 'fetch', '-q', '--depth', '1', `file://${remote.path}`, refspec);
  expect((await repository.poll()).tips).toMatchObject([{ branch: 'main', subject: 'fourth' }]);
});
