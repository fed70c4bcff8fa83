/**
 * Where checkouts lie, and what becomes of those that nobody needs any more.
 */

import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Place, userPlace } from '../../src/test-runner/checkout/place.js';
import { eventually } from '../support/eventually.js';
import { makeRepository, temporaryFolder } from '../support/git.js';
import { launcher } from '../support/launchers.js';
import { runnerDispatcher } from '../support/runner-dispatchers.js';
import { runnerAtWork } from '../support/runners-at-work.js';

const main = launcher('test-runner');

test('a checkout lies below no .git and no dot folder, and its path is short', async () => {
  const dispatcher = await runnerDispatcher();
  const { path, commit } = makeRepository(
    join(temporaryFolder(), '.hidden', 'a long: name'.repeat(9)),
  );
  const first = commit('one');
  const to = ['--dispatcher-server', `127.0.0.1:${dispatcher.port}`, '--port', '0'];
  const runner = spawn(process.execPath, [main, ...to, '--command', 'pwd -P', path], {
    stdio: 'ignore',
  });
  onTestFinished(() => void runner.kill('SIGKILL'));
  await eventually('it is there', () => dispatcher.connected);
  const tree = (await dispatcher.verdict(first)).log.trimEnd();
  onTestFinished(() => rmSync(dirname(tree), { recursive: true }));
  expect(tree).toMatch(/^(\/[a-z0-9][A-Za-z0-9_-]*)+\/1$/);
  expect(tree.startsWith(`${userPlace()}/`)).toBe(true);
  // The name of a socket has 108 bytes: what is left is for the suite.
  expect(tree.length).toBeLessThan(70);
});

test('what an earlier release left in the clone is delivered and cleared away', async () => {
  const [state, checkouts] = [temporaryFolder(), temporaryFolder()];
  const before = await runnerAtWork({ state, command: 'echo kept' });
  before.dispatcher.records = false;
  const { run } = await before.dispatcher.verdict(before.commit);
  before.started.runner.abort();
  for (const { lock } of before.started.slots) lock.release();
  expect(readdirSync(join(state, 'slots/1'))).toContain('tree');

  const after = await runnerAtWork({ state, checkouts });
  expect(after.dispatcher.hellos[0]?.runs).toEqual([{ run, commit: before.commit }]);
  await eventually('it is gone', () => !existsSync(join(state, 'slots/1/tree')));
});

test('a clone that is gone has no checkouts any more, one that is there keeps them', async () => {
  const [checkouts, state, folder] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const [gone, there] = [join(folder, 'gone'), join(folder, 'there')];
  for (const old of [gone, there]) {
    mkdirSync(old);
    const place = new Place(checkouts, old, old);
    expect(place.stand()).toBe(true);
    mkdirSync(place.tree(1));
  }
  rmSync(gone, { recursive: true });
  await runnerAtWork({ state, checkouts });
  const names = () => readdirSync(checkouts).map((name) => name.replace(/-[0-9a-f]{8}$/, ''));
  await eventually('they are gone', () => !names().includes('gone'));
  expect(names().sort()).toEqual(['demo', 'there']);
});

test('clones of one name have each a place of its own, and one clone always the same', () => {
  const checkouts = temporaryFolder();
  const place = (state: string) => new Place(checkouts, state, temporaryFolder()).tree(1);
  expect(place('/a/demo/.git/trivet')).not.toBe(place('/b/demo/.git/trivet'));
  const clone = temporaryFolder();
  const again = () => new Place(checkouts, '/a/demo/.git/trivet', clone).tree(2);
  expect(again()).toBe(again());
});

test('others may come to a checkout where they may come to its clone', () => {
  const checkouts = join(temporaryFolder(), 'all');
  const modeFor = (clone: string) => {
    const place = new Place(checkouts, clone, clone);
    expect(place.stand()).toBe(true);
    return (statSync(dirname(place.tree(1))).mode & 0o777).toString(8);
  };
  expect(modeFor(temporaryFolder())).toBe('700');
  expect(modeFor('/')).toBe('711');
});

test('a place below what is no folder any more does not stand, and nobody stumbles', () => {
  const [checkouts, clone] = [join(temporaryFolder(), 'all'), temporaryFolder()];
  const place = new Place(checkouts, clone, clone);
  expect(place.stand()).toBe(true);
  expect(place.stands()).toBe(true);
  rmSync(checkouts, { recursive: true });
  writeFileSync(checkouts, 'a file in the place of a folder');
  expect(place.stands()).toBe(false);
  expect(place.stand()).toBe(false);
});

test('a place that is not ours is not used, and the runner says where its checkouts lie instead', async () => {
  const folder = temporaryFolder();
  symlinkSync(temporaryFolder(), join(folder, 'trivet'));
  const state = join(folder, '.git', 'trivet');
  const { started, dispatcher, commit } = await runnerAtWork({
    state,
    checkouts: join(folder, 'trivet'),
    command: 'pwd -P',
  });
  expect((await dispatcher.verdict(commit)).log).toBe(`${state}/slots/1/tree\n`);
  expect(started.sentences()).toContainEqual(
    expect.stringMatching(/checkouts lie in .*\.git\/trivet, as .* cannot be used: .*--state/),
  );
});

test('a --state below a dot folder is used, with a word of what may go wrong there', async () => {
  const state = join(temporaryFolder(), '.cache', 'ci');
  const { started, dispatcher, commit } = await runnerAtWork({ state });
  expect((await dispatcher.verdict(commit)).report.end).toBe('passed');
  expect(started.sentences()).toContainEqual(
    expect.stringMatching(/some tools skip or refuse what is below \.cache/),
  );
});

test('a place that is deleted is made anew, and a run that was going on in it handed back', async () => {
  const [checkouts, proof] = [join(temporaryFolder(), 'all'), join(temporaryFolder(), 'proof')];
  const command = `[ -e ${proof} ] || { touch ${proof}; sleep 60; }; cat a.txt`;
  const { dispatcher, commit } = await runnerAtWork({ checkouts, command });
  const run = dispatcher.runtest(commit);
  await eventually('it runs', () => existsSync(proof));
  rmSync(checkouts, { recursive: true });
  dispatcher.send({ verb: 'cancel', run });
  const back = await eventually('a handback', () => dispatcher.said('handback')[0]);
  expect(back.body.detail).toContain('deleted');
  expect((await dispatcher.verdict(commit)).log).toBe('one');
  rmSync(checkouts, { recursive: true });
  expect((await dispatcher.verdict(commit)).log).toBe('one');
});
