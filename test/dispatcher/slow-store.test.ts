/**
 * A store that takes its time: what is decided waits for it, and nothing else does.
 */

import { expect, test } from 'vitest';
import type { Store } from '../../src/dispatcher/store/store.js';
import { heartbeatEveryMs, missedPingsMax } from '../../src/protocol/limits.js';
import { realClock } from '../../src/world/clock.js';
import { classicRunner, tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { modernPeer } from '../support/modern-peers.js';

const c = commit(0xc0ffee);
const d = commit(0xdecade);

/** A dispatcher whose appends wait until they are let go. */
async function given() {
  let letGo = () => {};
  let held: Promise<void> | null = null;
  let asked = 0;
  const slowed = (store: Store): Store => ({
    ...store,
    append: async (...all) => {
      asked += 1;
      await held;
      return store.append(...all);
    },
  });
  const dispatcher = await startDispatcher({ slowed });
  const hold = () => {
    held = new Promise((resolve) => {
      letGo = resolve;
    });
  };
  return { ...dispatcher, hold, letGo: () => letGo(), asked: () => asked };
}

test('promise 1: OK waits for the store, however long it takes', async () => {
  const { port, hold, letGo, asked } = await given();
  hold();
  let said = '';
  const reply = tell(port, `dispatch:${c}`).then((text) => {
    said = text;
  });
  await eventually('the store is asked', () => asked() > 0);
  expect(said).toBe('');
  letGo();
  await reply;
  expect(said).toBe('OK');
});

test('who asks waits for the store too: nobody is told what is not on disk', async () => {
  const { port, hold, letGo, asked } = await given();
  hold();
  void tell(port, `dispatch:${c}`);
  await eventually('the store is asked', () => asked() > 0);
  const verdict = type(port, `verdict:${c}`);
  letGo();
  expect(await verdict).toBe('waiting\n');
});

test('peers stay, on both sides, while the store takes longer than three missed pings', async () => {
  const { port, hold, letGo, asked } = await given();
  const ada = await modernPeer(port, { role: 'runner', name: 'ada' });
  let heardAt = 0;
  let silentMsMost = 0;
  ada.socket.on('data', () => {
    const now = performance.now();
    if (heardAt > 0) silentMsMost = Math.max(silentMsMost, now - heardAt);
    heardAt = now;
  });
  hold();
  const reply = tell(port, `dispatch:${c}`);
  await eventually('the store is asked', () => asked() > 0);
  await new Promise<void>((resolve) => {
    realClock.after((missedPingsMax + 2) * heartbeatEveryMs, resolve);
  });
  expect(ada.isClosed()).toBe(false);
  expect(silentMsMost).toBeLessThan(missedPingsMax * heartbeatEveryMs);
  letGo();
  expect(await reply).toBe('OK');
  const { run } = await ada.hears('runtest');
  ada.finishes(run, 'good\n');
  await ada.hears('recorded');
});

test('a classic result that comes before the lease of its run is written is kept whole', async () => {
  const { port, dispatcher, hold, letGo } = await given();
  for (const name of ['one', 'other']) {
    const runner = await classicRunner(port, 'py2');
    expect([name, await runner.register()]).toEqual([name, 'OK']);
  }
  const leases = () => dispatcher.unperformed.filter(({ kind }) => kind === 'leased').length;
  hold();
  const said = [tell(port, `dispatch:${c}`)];
  await eventually('the first is leased', () => leases() === 1);
  // The second waits behind what the store is at.
  said.push(tell(port, `dispatch:${d}`));
  await eventually('the second is leased', () => leases() === 2);
  said.push(tell(port, `results:${d}:5:hello`));
  expect(await type(port, 'nonsense')).toContain('Invalid command');
  letGo();
  expect(await Promise.all(said)).toEqual(['OK', 'OK', 'OK']);
  expect(await type(port, `log:${d}`)).toBe('hello');
});
