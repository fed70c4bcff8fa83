/**
 * Origins on this machine that do not answer, as a mount does whose server is away. Named pipes stand
 * for them: whoever opens one waits for somebody to write.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { checkoutOf, textOf, twoCommits } from '../support/checkouts.js';
import { temporaryFolder } from '../support/git.js';

const silenceMs = 1_000;
const silence = 'the remote has said nothing for 1 s';

function scene() {
  const { author, remote, clone, ...commits } = twoCommits();
  const third = author.commit('three', { 'a.txt': 'three' });
  author.push();
  const hang = (name: string) => {
    const file = join(remote.path, name);
    rmSync(file, { force: true });
    mkdirSync(dirname(file), { recursive: true });
    execFileSync('mkfifo', [file]);
    return file;
  };
  return { ...commits, third, clone, hang };
}

const tree = () => join(temporaryFolder(), 'tree');

test('what the clone has is tested while its origin hangs; for the rest another runner is asked', async () => {
  const { first, second, third, clone, hang } = scene();
  const pipe = hang('objects/info/alternates');
  const checkout = await checkoutOf(clone, tree(), silenceMs);
  for (const commit of [first, second]) {
    expect(await checkout.at(commit)).toBeNull();
    checkout.clean();
  }
  expect(textOf(checkout)).toBe('two');
  expect(await checkout.at(third)).toMatchObject({ reason: 'could-not-fetch', detail: silence });
  rmSync(pipe);
  expect(await checkout.at(third)).toBeNull();
  expect(textOf(checkout)).toBe('three');
});

test.each(['objects/info/alternates', 'objects/info/commit-graph'])(
  'a git that waits in the tree for what is there (%s) is ended, like one that fetches',
  async (name) => {
    const { first, second, clone, hang } = scene();
    const checkout = await checkoutOf(clone, tree(), silenceMs);
    expect(await checkout.at(first)).toBeNull();
    checkout.clean();
    await checkout.settled();
    const pipe = hang(name);
    expect(await checkout.at(second)).toMatchObject({ reason: 'could-not-fetch', detail: silence });
    rmSync(pipe);
    expect(await checkout.at(second)).toBeNull();
    expect(textOf(checkout)).toBe('two');
  },
);

test('nobody stands still for a pipe that has the name of a file which says where a history ends', async () => {
  const { first, clone, hang } = scene();
  for (const name of ['shallow', 'commondir']) hang(name);
  const checkout = await checkoutOf(clone, tree(), silenceMs);
  expect(await checkout.at(first)).toBeNull();
});
