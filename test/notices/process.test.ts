/**
 * Notices of a dispatcher at work, a real process: what others hear of its verdicts, and that they do so
 * although they, or it, are away for a while.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Commit } from '../../src/protocol/ids.js';
import type { Report } from '../../src/protocol/job-bodies.js';
import { type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { type DispatcherProcess, spawnDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { modernPeer } from '../support/modern-peers.js';
import { standInHttp } from '../support/stand-in-http.js';
import { standInSmtp } from '../support/stand-in-smtp.js';

const token = 'a-token-that-nobody-is-to-see';
const key = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** A folder for a dispatcher, with its secrets and the file that names those who are told. */
function folderWith(targets: readonly object[]) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'token'), token, { mode: 0o600 });
  writeFileSync(join(folder, 'key'), key, { mode: 0o600 });
  const file = join(folder, 'notify.json');
  const tell = (all: readonly object[]) => writeFileSync(file, JSON.stringify(all));
  tell(targets);
  return { folder, tell, flags: ['--notify', file, '--web-url', 'http://ci:8888/'] };
}

/** An observer and a runner of it, for one commit after the other. */
async function trioOf({ port }: DispatcherProcess) {
  const repository = 'shop';
  const eve = await modernPeer(port, { role: 'observer', name: 'eve', repository });
  const ada = await modernPeer(port, { role: 'runner', name: 'ada', repository });
  return {
    tests: async (tested: Commit, end: Report['end']) => {
      const body = { branch: 'main', author: 'Ada', subject: 'Change it' };
      eve.say({ verb: 'dispatch', commit: tested, body });
      const { run } = await ada.hears('runtest');
      ada.finishes(run, 'done\n', end);
      await ada.hears('recorded');
    },
  };
}

test('on change a webhook and a mailbox are told once each, a forge of every job', async () => {
  const [github, receiver, smtp] = [await standInHttp(), await standInHttp(), await standInSmtp()];
  const people = { from: 'ci@example.org', recipients: ['ada@example.org'] };
  const { folder, flags } = folderWith([
    { to: 'github', url: github.url, project: 'ada/shop', tokenFile: 'token', repository: 'shop' },
    { to: 'github', url: github.url, project: 'ada/till', tokenFile: 'token', repository: 'till' },
    { to: 'webhook', url: receiver.url, secretFile: 'key' },
    { to: 'email', host: '127.0.0.1', port: smtp.port, ...people },
  ]);
  const dispatcher = await spawnDispatcher(folder, { flags });
  const { tests } = await trioOf(dispatcher);
  const ends = ['passed', 'failed', 'failed', 'passed'] as const;
  for (const [index, end] of ends.entries()) await tests(commit(index + 1), end);

  const last = `http://ci:8888/commits/${commit(4)}`;
  await eventually('the mailbox is told', () => smtp.letters.length === 2);
  await eventually('the webhook is told', () => receiver.told.length === 2);
  const end = () => github.told.findLast(({ body }) => body['state'] !== 'pending');
  await eventually('the forge is told', () => end()?.body['target_url'] === last);

  expect(receiver.told.map(({ body }) => body['type'])).toEqual(['commit.failed', 'commit.passed']);
  expect(new Set(receiver.told.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
  expect(smtp.letters.map(({ data }) => /^Subject: (.*)$/m.exec(data)?.[1])).toEqual([
    '[shop] main failed: 0000000 Change it',
    '[shop] main passed again: 0000000 Change it',
  ]);
  const states = github.told.flatMap(({ path, body: { state } }) =>
    state === 'pending' ? [] : [`${path.slice(-1)} ${state}`],
  );
  expect(states).toEqual(['1 success', '2 failure', '3 failure', '4 success']);
  expect(github.told.every(({ path }) => path.startsWith('/repos/ada/shop/'))).toBe(true);
});

test('a target that is away, and a dispatcher that is killed meanwhile, lose nothing', async () => {
  const receiver = await standInHttp();
  const webhook = { to: 'webhook', on: 'always', url: receiver.url, secretFile: 'key' };
  const { folder, flags } = folderWith([webhook]);
  const first = await spawnDispatcher(folder, { flags });
  const { tests } = await trioOf(first);
  await tests(commit(1), 'passed');
  await eventually('it is told of the first', () => receiver.told.length === 1);

  await receiver.stop();
  await tests(commit(2), 'passed');
  await eventually('it is missed', () => first.told.find(({ event }) => event === 'notices-wait'));
  await tests(commit(3), 'failed');
  first.kill('SIGKILL');
  await first.exit;

  const again = await standInHttp({ port: receiver.port });
  const second = await spawnDispatcher(folder, { flags });
  await eventually('it is told of the others', () => again.told.length === 2);
  const { tests: goOn } = await trioOf(second);
  await goOn(commit(4), 'passed');
  await eventually('and of what comes', () => again.told.length === 3);
  const told = [...receiver.told, ...again.told].map(({ body }) => body['data']);
  expect(told).toMatchObject([1, 2, 3, 4].map((number) => ({ commit: commit(number) })));
  expect(told.at(-1)).toMatchObject({ verdict: 'passed', before: 'failed' });
});

test('whom it tells can change while it runs, and no secret is in what it says', async () => {
  const [github, receiver] = [await standInHttp(), await standInHttp()];
  github.answers(({ headers }) => ({ status: 401, text: `not ${headers.authorization}` }));
  const forge = { to: 'github', url: github.url, project: 'ada/shop', tokenFile: 'token' };
  const { folder, flags, tell } = folderWith([forge]);
  const dispatcher = await spawnDispatcher(folder, { flags: [...flags, '--log-level', 'trace'] });
  const heard = (event: string) =>
    eventually(event, () => dispatcher.told.find((line) => line.event === event));
  const { tests } = await trioOf(dispatcher);
  await tests(commit(1), 'passed');
  expect(await heard('notices-refused')).toMatchObject({
    msg: expect.stringContaining('401: not'),
  });

  tell([{ to: 'webhook', on: 'always', url: receiver.url, secretFile: 'key' }]);
  dispatcher.kill('SIGHUP');
  expect(await heard('targets-read')).toMatchObject({ targets: 1 });
  await heard('notices-dropped');
  await tests(commit(2), 'passed');
  await eventually('the webhook is told', () => receiver.told.length === 1);
  expect(await type(dispatcher.port, `verdict:${commit(2)}`)).toBe('passed\n');

  const all =
    JSON.stringify(dispatcher.told) + readFileSync(join(folder, 'data/notices.db'), 'latin1');
  expect(all).not.toContain(token);
  expect(all).not.toContain(key.slice(6));
});

test('Ctrl-C twice ends it at once, although a target does not answer', async () => {
  const silent = await standInHttp();
  silent.answers(() => ({ status: 102 }));
  const { folder, flags } = folderWith([
    { to: 'webhook', on: 'always', url: silent.url, secretFile: 'key' },
  ]);
  const dispatcher = await spawnDispatcher(folder, { flags });
  const { tests } = await trioOf(dispatcher);
  await tests(commit(1), 'passed');
  await eventually('it is asked', () => silent.told.length === 1);
  dispatcher.kill('SIGINT');
  dispatcher.kill('SIGINT');
  await dispatcher.exit;
});
