import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { introduce, modernPeer } from '../support/modern-peers.js';

const eve = { role: 'observer', name: 'eve', repository: 'demo' } as const;
const body = { branch: 'main', author: 'Ada', subject: 'Add it' };

/** What a dispatcher says in its welcome to one that handed over commits with those numbers. */
async function welcome(port: number, numbers: readonly number[], repository = 'demo') {
  const handedOver = numbers.map((number) => commit(number));
  const observer = introduce(port, { ...eve, repository, handedOver });
  const { body } = await observer.hears('welcome');
  return { lacks: body.lacks, isNew: body.isNew };
}

/** A dispatcher that was handed over commits 1 and 2 of demo. */
async function knowing() {
  const dispatcher = await startDispatcher();
  const observer = await modernPeer(dispatcher.port, eve);
  for (const number of [1, 2]) {
    observer.say({ verb: 'dispatch', commit: commit(number), body });
    await observer.hears('accepted');
  }
  return dispatcher;
}

describe('an observer is told with its welcome', () => {
  test('which of the commits that it handed over are not in this memory', async () => {
    const { port, told } = await knowing();
    expect(await welcome(port, [1, 2])).toEqual({ lacks: [], isNew: false });
    expect(told.map(({ event }) => event)).not.toContain('lacking');
    expect(await welcome(port, [1, 2, 3])).toEqual({ lacks: [commit(3)], isNew: false });
    const lacking = await eventually('it is told', () =>
      told.find(({ event }) => event === 'lacking'),
    );
    expect(lacking).toMatchObject({ observer: 'eve' });
  });

  test('that nothing of its repository is', async () => {
    const { port } = await knowing();
    expect(await welcome(port, [], 'other')).toEqual({ lacks: [], isNew: true });
    expect(await welcome(port, [1], 'other')).toEqual({ lacks: [commit(1)], isNew: true });
  });

  test('but not so where all is there under no repository’s name', async () => {
    const { port } = await startDispatcher();
    await tell(port, `dispatch:${commit(1)}`);
    expect(await welcome(port, [1])).toEqual({ lacks: [], isNew: false });
  });

  test('and a runner is told nothing of the kind', async () => {
    const { port } = await startDispatcher();
    const runner = introduce(port, { ...eve, role: 'runner', handedOver: [commit(1)] });
    expect(Object.keys((await runner.hears('welcome')).body).sort()).toEqual([
      'heartbeatEveryMs',
      'knows',
      'session',
    ]);
  });
});

test('a log on disk of a job that the store has forgotten is not the new job’s', async () => {
  const first = await startDispatcher();
  const runner = await modernPeer(first.port, { role: 'runner', name: 'ada' });
  await tell(first.port, `dispatch:${commit(1)}`);
  runner.finishes((await runner.hears('runtest')).run, 'what was printed in a past that is gone');
  await runner.hears('recorded');
  first.close();
  const data = join(first.folder, 'data');
  const logs = join(first.folder, 'logs');
  renameSync(join(data, 'logs'), logs);
  rmSync(data, { recursive: true });
  mkdirSync(data);
  renameSync(logs, join(data, 'logs'));

  const next = await startDispatcher(first);
  const again = await modernPeer(next.port, { role: 'runner', name: 'ada' });
  await tell(next.port, `dispatch:${commit(1)}`);
  again.finishes((await again.hears('runtest')).run, 'new');
  await again.hears('recorded');
  expect(next.result(commit(1)).toString()).toBe('new');
  expect(await type(next.port, `log:${commit(1)}`)).toBe('new');
  expect(readdirSync(join(data, 'logs', '00'))).toHaveLength(1);
});

test('a run of a past that is gone is revoked, and its commit is tested anew', async () => {
  const first = await startDispatcher();
  const runner = await modernPeer(first.port, { role: 'runner', name: 'ada' });
  await tell(first.port, `dispatch:${commit(1)}`);
  const { run } = await runner.hears('runtest');
  first.close();
  rmSync(join(first.folder, 'data'), { recursive: true });

  const next = await startDispatcher(first);
  const runs = [{ run, commit: commit(1) }];
  const again = await modernPeer(next.port, { role: 'runner', name: 'ada', runs });
  expect(await again.hears('revoked')).toMatchObject({ run });
  await tell(next.port, `dispatch:${commit(1)}`);
  expect(await again.hears('runtest')).not.toMatchObject({ run });
});
