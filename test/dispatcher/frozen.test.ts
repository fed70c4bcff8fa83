import { expect, test } from 'vitest';
import { heartbeatEveryMs, missedPingsMax } from '../../src/protocol/limits.js';
import { realClock } from '../../src/world/clock.js';
import { tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { spawnDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { introduce, modernPeer } from '../support/modern-peers.js';

const c = commit(0xf20);
const ada = { role: 'runner', name: 'ada', repository: 'demo' } as const;

/** A dispatcher with one runner; stopped for longer than the runner can wait for it. */
async function frozenDispatcher() {
  const dispatcher = await spawnDispatcher(temporaryFolder());
  const { port } = dispatcher;
  const before = await modernPeer(port, ada);
  return {
    port,
    dispatcher,
    before,
    stop: () => dispatcher.kill('SIGSTOP'),
    goOn: async () => {
      await new Promise<void>((resolve) => {
        realClock.after(missedPingsMax * heartbeatEveryMs, resolve);
      });
      dispatcher.kill('SIGCONT');
    },
  };
}

test('a dispatcher that was frozen gives a commit to a runner that is there, not to its stale connections', async () => {
  const { port, dispatcher, before, stop, goOn } = await frozenDispatcher();
  stop();
  // As the runner gives up and comes again: each of these waits in the kernel, hello included.
  before.socket.end();
  for (let reconnect = 0; reconnect < 4; reconnect += 1) introduce(port, ada).socket.end();
  const asked = tell(port, `dispatch:${c}\n`);
  const alive = introduce(port, ada);
  await goOn();
  expect(await asked).toBe('OK');
  const { run } = await alive.hears('runtest');
  alive.finishes(run, 'done');
  await alive.hears('recorded');
  expect(await type(port, `verdict:${c}`)).toBe('passed\n');
  expect(await type(port, `why:${c}`)).not.toContain('Run 2');
  // Of all that came, the one that was there before and the one that is there now: no others.
  await eventually('it is told', () => dispatcher.told.find(({ event }) => event === 'finished'));
  const joined = dispatcher.told.filter(({ event }) => event === 'runner-joined');
  expect(joined.length).toBeLessThanOrEqual(2);
});

test('a run goes on while its dispatcher is frozen, and its result counts', async () => {
  const { port, dispatcher, before, stop, goOn } = await frozenDispatcher();
  expect(await tell(port, `dispatch:${c}\n`)).toBe('OK');
  const { run } = await before.hears('runtest');
  const idle = await modernPeer(port, { ...ada, name: 'bob' });
  // Its answer to the ping behind the run has been heard.
  await type(port, 'status');
  stop();
  before.socket.end();
  const runs = [{ run, commit: c }];
  for (let reconnect = 0; reconnect < 3; reconnect += 1) {
    introduce(port, { ...ada, runs }).socket.end();
  }
  const back = introduce(port, { ...ada, runs });
  await goOn();
  await back.hears('want');
  back.finishes(run, 'done');
  await back.hears('recorded');
  expect(await type(port, `why:${c}`)).not.toMatch(/lost|Run 2/);
  expect(idle.heard.filter(({ verb }) => verb === 'runtest')).toEqual([]);
  await eventually('it is told', () => dispatcher.told.find(({ event }) => event === 'stalled'));
});
