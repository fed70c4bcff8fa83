import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Commit } from '../../src/protocol/ids.js';
import { importCommits, makeClone, makeRemote } from '../support/git.js';
import { observersOn } from '../support/observers.js';
import { portToKeep } from '../support/ports.js';
import { classicDispatcher, standInDispatcher } from '../support/stand-in-dispatcher.js';

const eventually = <Result>(check: () => Result | Promise<Result>) =>
  vi.waitFor(check, { timeout: 20_000, interval: 5 });

async function scene(way: 'direct' | 'fetch' = 'direct') {
  const { remote, author } = makeRemote();
  const first = author.commit('first');
  author.push();
  const clone = makeClone(way === 'direct' ? remote.path : `file://${remote.path}`);
  return { remote, author, first, clone, start: await observersOn(clone) };
}

test('a push is dispatched with what is known of it, by the hint alone', async () => {
  const { author, first, start } = await scene();
  const dispatcher = await standInDispatcher();
  const { said } = start(dispatcher);
  await eventually(() => expect(dispatcher.dispatched).toEqual([first]));
  await eventually(() =>
    expect(said()).toContain(`handed over ${first.slice(0, 7)} "first" on main`),
  );
  expect(dispatcher.hellos).toEqual([
    expect.objectContaining({ role: 'observer', repository: 'demo' }),
  ]);
  const second = author.commit('second');
  author.push();
  await eventually(() => expect(dispatcher.dispatched).toEqual([first, second]));
  expect(dispatcher.messages.at(-1)).toEqual({
    verb: 'dispatch',
    commit: second,
    body: { branch: 'main', author: 'Ada', subject: 'second', isTip: true },
  });
});

test('the word poll makes it look at once, where no file can be watched', async () => {
  const { author, first, start } = await scene('fetch');
  const dispatcher = await standInDispatcher();
  start(dispatcher);
  await eventually(() => expect(dispatcher.dispatched).toEqual([first]));
  const second = author.commit('second');
  author.push();
  dispatcher.say({ verb: 'poll' });
  await eventually(() => expect(dispatcher.dispatched).toEqual([first, second]));
});

test('by polling alone a push is found too', async () => {
  const { author, first, start } = await scene('fetch');
  const dispatcher = await standInDispatcher();
  start(dispatcher, { intervalMs: 20 });
  await eventually(() => expect(dispatcher.dispatched).toEqual([first]));
  const second = author.commit('second');
  author.push();
  await eventually(() => expect(dispatcher.dispatched).toEqual([first, second]));
});

test('a restarted observer goes on from where it was', async () => {
  const { author, first, start } = await scene();
  const dispatcher = await standInDispatcher();
  const before = start(dispatcher, { once: true });
  await eventually(() => expect(before.exit).toHaveBeenCalledWith(0));
  before.stop();
  const second = author.commit('second');
  const third = author.commit('third');
  author.push();
  const after = start(dispatcher, { once: true });
  await eventually(() => expect(after.exit).toHaveBeenCalledWith(0));
  expect(dispatcher.dispatched).toEqual([first, second, third]);
});

test('A21: with the dispatcher down the observer waits, and hands over when it is there', async () => {
  const { first, start } = await scene();
  const port = await portToKeep();
  const { said, exit } = start({ port });
  const away = `the dispatcher 127.0.0.1:${port} refused the connection: waiting for it, nothing is lost`;
  await eventually(() => expect(said()).toContain(away));
  const dispatcher = await standInDispatcher({ port });
  await eventually(() => expect(dispatcher.dispatched).toEqual([first]));
  expect(said().filter((sentence) => sentence === away)).toHaveLength(1);
  expect(exit).not.toHaveBeenCalled();
});

test('A21: commits that a dying dispatcher did not accept are sent to the next one', async () => {
  const { remote, author, first, start } = await scene();
  let taken = 0;
  const port = await portToKeep();
  const mortal = await standInDispatcher({ port, accepts: () => ++taken <= 30 });
  const { said } = start(mortal);
  await eventually(() => expect(mortal.dispatched).toEqual([first]));
  importCommits(remote, 'import', 100);
  await eventually(() => expect(mortal.dispatched).toHaveLength(101));
  await mortal.stop();
  const heir = await standInDispatcher({ port });
  await eventually(() => expect(heir.dispatched).toHaveLength(100 - 29));
  expect(heir.dispatched).toEqual(mortal.dispatched.slice(30));
  await eventually(() => expect(said().at(-1)).toMatch(/^handed over 100 commits on import/));
  author.push('HEAD:refs/heads/later');
  await eventually(() => expect(heir.dispatched.at(-1)).toBe(first));
});

test('ten thousand commits are handed over in order, and told as a number', async () => {
  const { remote, start } = await scene();
  const dispatcher = await standInDispatcher();
  const { story, said } = start(dispatcher);
  await eventually(() => expect(dispatcher.dispatched).toHaveLength(1));
  importCommits(remote, 'import', 10_000);
  await eventually(() => expect(said().at(-1)).toMatch(/^handed over 10,000 commits on import/));
  const order = remote.git('rev-list', '--reverse', 'import').split('\n');
  expect(dispatcher.dispatched.slice(1)).toEqual(order);
  expect(story.filter(({ level = 'info' }) => level === 'info').length).toBeLessThan(10);
});

test.each(['OK', 'ok'] as const)(
  'A51: a classic dispatcher (%s) is recognised and gets one commit at a time',
  async (ok) => {
    const { author, first, start } = await scene();
    const dispatcher = await classicDispatcher(ok);
    const { said } = start(dispatcher);
    await eventually(() => expect(dispatcher.dispatched).toEqual([first]));
    const second = author.commit('second');
    const third = author.commit('third');
    author.push();
    await eventually(() => expect(dispatcher.dispatched).toEqual([first, second, third]));
    expect(said().join()).toContain(', a classic one');
  },
);

test("A20: the classic 'No runners are registered' loses nothing", async () => {
  const { first, start } = await scene();
  let runners = false;
  const dispatcher = await classicDispatcher('OK', { runners: () => runners });
  const { said, exit } = start(dispatcher);
  await eventually(() => expect(said().join()).toContain('No runners are registered'));
  runners = true;
  await eventually(() => expect(dispatcher.dispatched).toEqual([first]));
  expect(exit).not.toHaveBeenCalled();
});

test('A43: a remote that goes away and comes back is told once each, and loses nothing', async () => {
  const { remote, author, first, start } = await scene();
  const dispatcher = await standInDispatcher();
  const { story } = start(dispatcher, { intervalMs: 10 });
  await eventually(() => expect(dispatcher.dispatched).toEqual([first]));
  const second = author.commit('second');
  author.push();
  await eventually(() => expect(dispatcher.dispatched).toHaveLength(2));
  renameSync(remote.path, `${remote.path}-away`);
  await eventually(() => expect(story.map(({ event }) => event)).toContain('poll-failed'));
  const moved = makeClone(`${remote.path}-away`);
  const third = moved.commit('third');
  moved.push();
  renameSync(`${remote.path}-away`, remote.path);
  await eventually(() => expect(dispatcher.dispatched).toEqual([first, second, third]));
  const told = story.filter(({ event }) => event === 'poll-failed' || event === 'polls-again');
  expect(told.map(({ event }) => event)).toEqual(['poll-failed', 'polls-again']);
});

test('A42: a force-push is handed over, the position moves to the new side', async () => {
  const { author, first, start } = await scene();
  const dispatcher = await standInDispatcher();
  start(dispatcher);
  await eventually(() => expect(dispatcher.dispatched).toEqual([first]));
  author.git('commit', '-q', '--amend', '--allow-empty', '-m', 'rewritten');
  const rewritten = author.git('rev-parse', 'HEAD') as Commit;
  author.git('push', '-q', '--force', 'origin', 'main');
  await eventually(() => expect(dispatcher.dispatched).toEqual([first, rewritten]));
  const next = author.commit('next');
  author.push();
  await eventually(() => expect(dispatcher.dispatched).toEqual([first, rewritten, next]));
});

test('a position that cannot be saved is told, and work goes on', async () => {
  const { first, clone, start } = await scene();
  const dispatcher = await standInDispatcher();
  const { story } = start(dispatcher);
  renameSync(join(clone.path, '.git/trivet'), join(clone.path, '.git/trivet-away'));
  await eventually(() => expect(story.map(({ event }) => event)).toContain('save-failed'));
  await eventually(() => expect(dispatcher.dispatched).toEqual([first]));
});

test('Ctrl-C waits for the answer to what was sent, then exits', async () => {
  const { first, start } = await scene();
  const dispatcher = await standInDispatcher({ accepts: () => false });
  const { observer, said, exit } = start(dispatcher);
  await eventually(() => expect(dispatcher.dispatched).toEqual([first]));
  observer.drain();
  expect(said().at(-1)).toBe('stopping: waiting for 1 answer');
  expect(exit).not.toHaveBeenCalled();
  dispatcher.say({ verb: 'accepted', commit: first });
  await eventually(() => expect(exit).toHaveBeenCalledWith(0));
});
