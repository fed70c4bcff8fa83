import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseRun } from '../../src/protocol/ids.js';
import { repositoriesMax } from '../../src/protocol/limits.js';
import { isRefusal } from '../../src/test-runner/executor.js';
import { MadeClones } from '../../src/test-runner/local/made-clones.js';
import { GivenSites } from '../../src/test-runner/local/sites.js';
import type { LocalSlot } from '../../src/test-runner/local/slots.js';
import { openClone } from '../../src/world/clone.js';
import { temporaryFolder } from '../support/git.js';
import { runOf } from '../support/runner-scenario.js';

const url = 'https://git.example.org/team/demo.git';

test('what is made is what git takes for a bare clone of that origin', async () => {
  const { clones, folder, claimed } = madeClones();
  clones.siteFor(run('demo', url));
  const [name = ''] = readdirSync(folder);
  const found = await openClone(join(folder, name));
  expect(found).toMatchObject({ remote: 'origin', origin: url, format: 'sha1', isPartial: false });
  clones.siteFor(run('demo', url));
  expect(readdirSync(folder)).toEqual([name]);
  expect(claimed).toEqual([]);
});

test('a repository that is elsewhere by now has another clone; who says nothing has the last', () => {
  const { clones, folder } = madeClones();
  const first = clones.siteFor(run('demo', url));
  const second = clones.siteFor(run('demo', 'git@git.example.org:moved/demo.git'));
  expect(second).not.toBe(first);
  expect(readdirSync(folder)).toHaveLength(2);
  expect(clones.siteFor(run('demo'))).toBe(second);
  expect(clones.siteFor(run('demo', url))).toBe(first);
  const refusal = clones.siteFor(run('lib'));
  expect(isRefusal(refusal) && refusal.handback.detail).toContain('where it can be cloned from');
});

test('a clone that somebody has removed is made anew, one that he has renamed is none of ours', () => {
  const { clones, folder } = madeClones();
  clones.siteFor(run('demo', url));
  const [name = ''] = readdirSync(folder);
  rmSync(join(folder, name), { recursive: true });
  clones.siteFor(run('demo', url));
  expect(readFileSync(join(folder, name, 'config'), 'utf8')).toContain(`url = "${url}"`);
  expect(new MadeClones(folder, () => []).siteFor(run('demo'))).not.toSatisfy(isRefusal);
});

test('as many as one process looks after, and no more', () => {
  const { clones, folder } = madeClones();
  for (let number = 0; number < repositoriesMax; number += 1) {
    expect(clones.siteFor(run(`demo-${number}`, url))).not.toSatisfy(isRefusal);
  }
  expect(clones.siteFor(run('one-more', url))).toSatisfy(isRefusal);
  expect(readdirSync(folder)).toHaveLength(repositoriesMax);
});

test('of several given ones each slot has its folder where it is needed first, and keeps it', () => {
  const counts: string[] = [];
  const claim = (name: string) => (count: number) => {
    counts.push(`${name} ${count}`);
    return Array.from({ length: count }, () => ({}) as LocalSlot);
  };
  const sites = new GivenSites(new Map(['demo', 'lib'].map((name) => [name, claim(name)])));
  sites.hold(2);
  expect(counts).toEqual(['demo 0', 'lib 0']);
  const lib = sites.siteFor(run('lib'));
  if (isRefusal(lib)) return expect.fail();
  const place = lib.at(1);
  expect(lib.at(1)).toBe(place);
  expect(lib.at(0)).not.toBe(place);
  expect(counts.slice(2)).toEqual(['lib 1', 'lib 1']);
  expect(sites.slots).toHaveLength(2);
});

/** In a new folder; with how often slots were claimed. */
function madeClones() {
  const folder = join(temporaryFolder(), 'clones');
  const claimed: string[] = [];
  const clones = new MadeClones(folder, (state) => {
    claimed.push(state);
    return [];
  });
  return { clones, folder, claimed };
}

function run(repository: string, cloneUrl?: string) {
  const id = parseRun('0badcafe-1') ?? expect.fail();
  const { assignment, ...rest } = runOf(id);
  return { ...rest, assignment: { ...assignment, repository, cloneUrl } };
}
