import { chmodSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Checkout } from '../../src/test-runner/checkout/checkout.js';
import { openClone } from '../../src/world/clone.js';
import type { Told } from '../../src/world/story.js';
import { makeRepository, temporaryFolder } from '../support/git.js';

test('a tree with a file that nobody can remove is moved aside, told once, and made anew', async () => {
  const { checkout, first, second, told } = await slot();
  expect(await checkout.at(first)).toBeNull();
  leaveUnremovable(checkout.folder);
  const beside = dirname(checkout.folder);
  withoutPermission('rm');
  checkout.clean();
  expect(await checkout.at(second)).toBeNull();
  expect(readdirSync(checkout.folder).sort()).toEqual(['.git', 'a.txt']);
  expect(readdirSync(beside).sort()).toEqual(['tree', 'tree.unremovable-1']);
  checkout.clean();
  expect(await checkout.at(first)).toBeNull();
  expect(told.map(({ event, level }) => [event, level])).toEqual([['unremovable', 'warn']]);
  expect(told[0]?.msg).toContain('rm: not permitted');
  expect(told[0]?.msg).toContain('tree.unremovable-1');
});

test('a second one gets a name of its own, and both are gone when they can be removed', async () => {
  const { checkout, first, claim } = await slot();
  const permit = withoutPermission('rm');
  for (const number of [1, 2]) {
    expect(await checkout.at(first)).toBeNull();
    leaveUnremovable(checkout.folder);
    checkout.clean();
    await checkout.settled();
    expect(existsSync(`${checkout.folder}.unremovable-${number}`)).toBe(true);
  }
  permit();
  const next = await claim();
  expect(readdirSync(dirname(next.folder))).toEqual(['tree']);
  expect(await next.at(first)).toBeNull();
});

async function slot() {
  const repository = makeRepository();
  const first = repository.commit('one', { 'a.txt': 'one' });
  const second = repository.commit('two', { 'a.txt': 'two' });
  const told: Told[] = [];
  const folder = join(temporaryFolder(), 'tree');
  const claim = async () => {
    const options = { guard: 'none-stands-here', tell: (line: Told) => told.push(line) };
    const checkout = new Checkout(folder, await openClone(repository.path), options);
    await checkout.settled();
    return checkout;
  };
  return { checkout: await claim(), first, second, told, claim };
}

/** A tree that is no repository any more is removed as a whole. */
function leaveUnremovable(folder: string): void {
  rmSync(join(folder, '.git'), { recursive: true });
  writeFileSync(join(folder, '.git'), '');
}

/** This test's user may not use the program, until the test ends or it is permitted again. */
function withoutPermission(program: string): () => void {
  const before = process.env['PATH'] ?? '';
  const folder = temporaryFolder();
  writeFileSync(join(folder, program), `#!/bin/sh\necho "${program}: not permitted" >&2\nexit 1\n`);
  chmodSync(join(folder, program), 0o755);
  process.env['PATH'] = `${folder}:${before}`;
  const permit = () => {
    process.env['PATH'] = before;
  };
  onTestFinished(permit);
  return permit;
}
