/**
 * A store that cannot be read, now or in one of its rows: whoever asks is told, sessions wait for it, and
 * the dispatcher goes on.
 */

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { whyUnread } from '../../src/dispatcher/shell/unread.js';
import type { Store } from '../../src/dispatcher/store/store.js';
import { type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { spawnDispatcher, startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { introduce, modernPeer } from '../support/modern-peers.js';

const c = commit(0xc0ffee);
const d = commit(0xdecade);

const runner = { role: 'runner', name: 'ada', repository: 'demo' } as const;
const observer = { role: 'observer', name: 'eve', repository: 'demo' } as const;
const body = { branch: '', author: '', subject: '' };

/** A dispatcher upon a disk that may refuse to be read. */
async function given() {
  let isRefused = false;
  const look = <Value>(ask: () => Promise<Value>): Promise<Value> => {
    if (!isRefused) return ask();
    const error = new Error('disk I/O error');
    return Promise.reject(Object.assign(error, { code: 'SQLITE_IOERR_READ' }));
  };
  const slowed = (store: Store): Store => ({
    ...store,
    history: (job) => look(() => store.history(job)),
    jobsOf: (of) => look(() => store.jobsOf(of)),
    commitsLike: (...all) => look(() => store.commitsLike(...all)),
    lacking: (...all) => look(() => store.lacking(...all)),
    newestOn: (repository, branch) => look(() => store.newestOn(repository, branch)),
    hasJobs: (repository) => look(() => store.hasJobs(repository)),
    isRecorded: (run) => look(() => store.isRecorded(run)),
  });
  const dispatcher = await startDispatcher({ slowed });
  const refuse = (refuses: boolean) => {
    isRefused = refuses;
  };
  const saysThat = (event: string) =>
    eventually(`it says ${event}`, () => dispatcher.told.find((line) => line.event === event));
  return { ...dispatcher, refuse, saysThat };
}

describe('a store that the disk does not give', () => {
  test.each([
    `why:${c}`,
    `log:${c}`,
    `verdict:${c}`,
    `rerun:${c}`,
    `cancel:${c}`,
    `dispatch:${c}`,
    `why:${c.slice(0, 8)}`,
  ])('is told to whoever asks, and costs nothing: %s', async (line) => {
    const { port, refuse, told } = await given();
    refuse(true);
    expect(await type(port, line)).toBe(
      'BUSY: the dispatcher cannot read its store (disk I/O error): nothing is lost, ask again\n',
    );
    expect(told).toMatchObject([{ event: 'store-unreadable', level: 'error' }]);
    refuse(false);
    expect(await type(port, `verdict:${c}`)).toBe('unknown\n');
  });

  test('is told on the page as well', async () => {
    const { dispatcher, refuse } = await given();
    refuse(true);
    const wish = { verb: 'rerun', commit: c, job: null } as const;
    expect(await dispatcher.view.want(wish, '')).toEqual({
      isDone: false,
      says: expect.stringMatching(/^BUSY: the dispatcher cannot read its store/),
    });
  });

  test('is waited for by who hands over, and by who has a result', async () => {
    const { port, refuse, saysThat } = await given();
    const eve = await modernPeer(port, observer);
    const ada = await modernPeer(port, runner);
    eve.say({ verb: 'dispatch', commit: c, body });
    const { run } = await ada.hears('runtest');
    await eve.hears('accepted');
    ada.finishes(run, 'fine\n');
    await ada.hears('recorded');

    refuse(true);
    eve.say({ verb: 'dispatch', commit: d, body });
    // It is over and forgotten, so the store is asked what has become of it.
    ada.finishes(run, 'fine\n');
    await saysThat('store-unreadable');
    refuse(false);
    expect(await eve.hears('accepted')).toMatchObject({ commit: d });
    expect(await ada.hears('recorded')).toMatchObject({ run });
    await saysThat('store-readable');
    expect([eve.isClosed(), ada.isClosed()]).toEqual([false, false]);
  });

  test('is waited for by who comes, and what it says meanwhile is heard then', async () => {
    const { port, refuse, saysThat } = await given();
    refuse(true);
    const eve = introduce(port, { ...observer, handedOver: [c] });
    eve.say({ verb: 'dispatch', commit: d, body });
    await saysThat('store-unreadable');
    refuse(false);
    expect((await eve.hears('welcome')).body.lacks).toEqual([c]);
    expect(await eve.hears('accepted')).toMatchObject({ commit: d });
  });
});

describe('a row of the store that is damaged', () => {
  test('is told to whoever speaks of its commit, and costs nobody else anything', async () => {
    const folder = temporaryFolder();
    const before = await spawnDispatcher(folder);
    const ada = await modernPeer(before.port, runner);
    expect(await type(before.port, `dispatch:${c}`)).toBe('OK');
    ada.finishes((await ada.hears('runtest')).run, 'fine\n');
    await ada.hears('recorded');
    before.kill('SIGKILL');
    await before.exit;
    const database = new Database(join(folder, 'data', 'trivet.db'));
    database.exec(`UPDATE journal SET entry = '{"kind": "leased"' WHERE seq = 2`);
    database.close();

    const { port, told } = await spawnDispatcher(folder);
    for (const line of [`why:${c}`, `log:${c}`, `rerun:${c}`, `dispatch:${c}`]) {
      expect(await type(port, line)).toMatch(/^BUSY: .*The store is damaged: entry 2 is none/);
    }
    const eve = await modernPeer(port, observer);
    eve.say({ verb: 'dispatch', commit: c, body });
    expect((await eve.hears('refused')).body.says).toContain('entry 2 is none');
    expect(told.some(({ event }) => event === 'store-unreadable')).toBe(true);
    expect(await type(port, `dispatch:${d}`)).toBe('OK');
    expect(await type(port, `verdict:${c}`)).toBe('passed\n');
  });
});

test('a mistake of our own is no fault of the store', () => {
  expect(() => whyUnread(new TypeError('x is not a function'), () => {})).toThrow(TypeError);
  const ours = Object.assign(new Error('no such column'), { code: 'SQLITE_ERROR' });
  expect(() => whyUnread(ours, () => {})).toThrow(ours);
});
