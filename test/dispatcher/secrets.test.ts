import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyFile } from '../../src/dispatcher/secrets/key-file.js';
import { type Scope, whyNot } from '../../src/dispatcher/secrets/scope.js';
import { seal, unseal } from '../../src/dispatcher/secrets/sealing.js';
import { Vault } from '../../src/dispatcher/secrets/vault.js';
import { Auth } from '../../src/dispatcher/shell/auth.js';
import type { SealedSecret, SealedSecrets } from '../../src/dispatcher/store/sealed.js';
import { encodeRequest } from '../../src/protocol/encoder.js';
import type { SecretRequest } from '../../src/protocol/secrets.js';
import { nobody } from '../../src/world/hosts.js';
import type { Told } from '../../src/world/story.js';
import { Token } from '../../src/world/token.js';
import { tell } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { type RunningDispatcher, startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { modernPeer } from '../support/modern-peers.js';
import { planned } from '../support/plans.js';

const value = 'correct horse\nbattery "staple"';

const deploys = `
steps:
  deploy:
    image: alpine
    commands: ./deploy
    environment:
      TOKEN: {from_secret: Deploy_Token}
  tell:
    image: plugins/chat
    settings:
      rooms: [{name: all, key: {from_secret: chat_key}}]
`;

const events = ['push', 'tag'];

function asks(port: number, body: SecretRequest, token = ''): Promise<string> {
  const words = encodeRequest({ verb: 'secret', body }).toString();
  return tell(port, token === '' ? words : `token:${token}\n${words}`);
}

function set(port: number, name: string, more: object = {}): Promise<string> {
  const scope = { repository: 'demo', branches: [], events, ...more };
  return asks(port, { action: 'set', name, value, ...scope });
}

/** What a runner is told of the first run of that commit, which its observer hands over. */
async function given(
  { port }: RunningDispatcher,
  number: number,
  { file = deploys, branch = 'main', event = 'push' as const, repository = 'demo' } = {},
) {
  const name = `eve-${number}`;
  const observer = await modernPeer(port, { role: 'observer', name, repository });
  const knows = ['jobs', 'work'];
  const runner = await modernPeer(port, {
    role: 'runner',
    name: `ada-${number}`,
    repository,
    knows,
  });
  const body = { ...planned({ '.trivet.yml': file }, { event }), branch };
  observer.say({ verb: 'dispatch', commit: commit(number), body });
  const told = await runner.hears('runtest');
  runner.finishes(told.run, 'done\n');
  await runner.hears('recorded');
  runner.socket.destroy();
  const { secrets, withheld } = told.body;
  return { secrets, withheld };
}

describe('a secret is given', () => {
  test('to runs whose work names it, in a variable or anywhere in settings', async () => {
    const dispatcher = await startDispatcher();
    expect(await set(dispatcher.port, 'DEPLOY_TOKEN')).toBe(
      'OK, for push or tag on all branches\nNo job of demo is known yet.\n',
    );
    await set(dispatcher.port, 'chat_key', { value: 'another' });
    await set(dispatcher.port, 'unasked');
    expect(await given(dispatcher, 1)).toEqual({
      secrets: { deploy_token: value, chat_key: 'another' },
      withheld: {},
    });
    const file = 'steps: {test: {image: alpine, commands: make}}';
    expect(await given(dispatcher, 2, { file })).toEqual({});
  });

  test('to no other repository, branch or event, and the run is told why not', async () => {
    const dispatcher = await startDispatcher();
    await set(dispatcher.port, 'deploy_token', { branches: ['main', 'release/*'] });
    await set(dispatcher.port, 'chat_key', { branches: ['release/*'] });
    const here = await given(dispatcher, 1);
    expect(here).toEqual({
      secrets: { deploy_token: value },
      withheld: { chat_key: 'it is for release/* only, and this is main' },
    });
    const onRelease = await given(dispatcher, 2, { branch: 'release/1' });
    expect(Object.keys(onRelease.secrets ?? {})).toEqual(['chat_key', 'deploy_token']);
    const elsewhere = await given(dispatcher, 3, { repository: 'other' });
    expect(elsewhere).toMatchObject({
      secrets: {},
      withheld: { deploy_token: 'other has none of that name' },
    });
    const manual = await given(dispatcher, 4, { event: 'manual' as 'push' });
    expect(manual).toMatchObject({
      secrets: {},
      withheld: { deploy_token: 'it is for push or tag only, and this is manual' },
    });
  });
});

test.each([
  [[], 'feature/one', true],
  [[], 'refs/tags/v1', true],
  [[], 'refs/pull/7/head', false],
  [['**'], 'feature/one', true],
  [['**'], 'refs/pull/7/head', false],
  [['**'], 'refs/tags/v1', false],
  [['*'], 'feature/one', false],
  [['refs/tags/v*'], 'refs/tags/v1', true],
  [['refs/pull/**'], 'refs/pull/7/head', true],
  [['main', 'release/*'], 'release/1', true],
  [['main', 'release/*'], 'mainly', false],
])('for the branches %j, %s: %s', (branches, branch, isGiven) => {
  const scope = { name: 'token', repository: 'demo', branches, events };
  const why = whyNot(scope, { repository: 'demo', branch, event: 'push' });
  expect(why === null).toBe(isGiven);
});

test('its value is in no answer, no story, nothing that is watched, and not on disk', async () => {
  const dispatcher = await startDispatcher();
  const { port, folder, told } = dispatcher;
  const vera = await modernPeer(port, { role: 'spectator', name: 'vera', taps: true });
  await set(port, 'deploy_token');
  await given(dispatcher, 1);
  expect(await asks(port, { action: 'list' })).toBe(
    'OK, 1 secret\n  demo  deploy_token  push or tag on all branches\n',
  );
  await eventually('she saw it being sent', () =>
    vera.heard.find((line) => JSON.stringify(line).includes('"verb":"runtest"')),
  );
  expect(JSON.stringify(vera.heard)).toContain('secret');
  const onDisk = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
  expect(onDisk.length).toBeGreaterThan(3);
  for (const text of [JSON.stringify(vera.heard), JSON.stringify(told), ...onDisk]) {
    expect(text).not.toMatch(/correct horse|battery|staple/);
  }
  expect(statSync(join(folder, 'data.key')).mode & 0o777).toBe(0o600);
});

test('it outlives the process, and is gone once it was removed', async () => {
  const first = await startDispatcher();
  await set(first.port, 'deploy_token');
  first.close();
  const again = await startDispatcher({ folder: first.folder });
  expect((await given(again, 1)).secrets).toEqual({ deploy_token: value });
  const which = { action: 'remove', name: 'deploy_token', repository: 'demo' } as const;
  expect(await asks(again.port, which)).toBe('OK\n');
  expect(await asks(again.port, which)).toBe('There is no secret deploy_token of demo\n');
  expect((await given(again, 2)).withheld).toMatchObject({
    deploy_token: 'demo has none of that name',
  });
});

test('without its key it stays closed, the rest goes on, and no other key takes its place', async () => {
  const folder = temporaryFolder();
  const first = await startDispatcher({ folder });
  await set(first.port, 'deploy_token');
  first.close();
  const key = join(folder, 'data.key');
  copyFileSync(key, join(folder, 'kept'));
  rmSync(key);

  const closed = await startDispatcher({ folder });
  expect((await given(closed, 1)).withheld).toMatchObject({
    deploy_token: 'the dispatcher cannot open it',
  });
  const said = await set(closed.port, 'chat_key');
  expect(said).toBe(
    `Not kept: deploy_token of demo cannot be opened: there is no key in ${key}. ` +
      'Put the key back and send SIGHUP, or remove them.\n',
  );
  expect(await asks(closed.port, { action: 'list' })).toContain('(cannot be opened)');
  closed.close();

  copyFileSync(join(folder, 'kept'), key);
  const opened = await startDispatcher({ folder });
  expect((await given(opened, 2)).secrets).toEqual({ deploy_token: value });
});

test('a file that holds no key is not replaced by one', async () => {
  const { port, folder } = await startDispatcher();
  writeFileSync(join(folder, 'data.key'), 'no key\n');
  expect(await set(port, 'deploy_token')).toMatch(/^Not kept: .*data\.key does not hold the key/);
  expect(readFileSync(join(folder, 'data.key'), 'utf8')).toBe('no key\n');
});

test('a key that cannot be reached any more is told of, and exposes nobody', async () => {
  const folder = join(temporaryFolder(), 'keys');
  mkdirSync(folder);
  const told: Told[] = [];
  const vault = await Vault.open(holding([]), new KeyFile(join(folder, 'key')));
  await vault.set(scope, value);
  const sealed = new KeyFile(join(folder, 'key')).read();
  expect(sealed).not.toBeNull();
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'a file in the place of a folder');
  await vault.reread((line) => told.push(line));
  expect(told).toMatchObject([{ event: 'secrets-closed' }]);
  expect(told[0]?.msg).toContain('cannot be read (ENOTDIR)');
});

test('where the disk does not give them, rereading leaves the secrets as they were', async () => {
  const told: Told[] = [];
  const store = holding([]);
  const vault = await Vault.open(store, new KeyFile(join(temporaryFolder(), 'key')));
  await vault.set(scope, value);
  store.all = async () => {
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_READ' });
  };
  await vault.reread((line) => told.push(line));
  expect(told).toMatchObject([{ event: 'secrets-unreadable', level: 'warn' }]);
  expect(vault.get(scope)?.value).toBe(value);
});

const scope: Scope = { name: 'token', repository: 'demo', branches: [], events: ['push'] };

/** A store of secrets in memory. */
function holding(all: SealedSecret[]): {
  -readonly [Does in keyof SealedSecrets]: SealedSecrets[Does];
} {
  return {
    all: async () => all,
    put: async (secret) => void all.push(secret),
    remove: async () => {},
  };
}

test('a row that was exchanged for another opens no more', async () => {
  const first = await startDispatcher();
  const { folder } = first;
  await set(first.port, 'deploy_token', { branches: ['main'] });
  await set(first.port, 'chat_key', { value: 'another' });
  first.close();
  const database = new Database(join(folder, 'data', 'trivet.db'));
  database.exec(`UPDATE secret SET branches = '[]' WHERE name = 'deploy_token'`);
  database.close();
  const again = await startDispatcher({ folder });
  expect(await given(again, 1, { branch: 'dev' })).toEqual({
    secrets: { chat_key: 'another' },
    withheld: { deploy_token: 'the dispatcher cannot open it' },
  });
});

test('whoever shows no token where one is wanted sets none', async () => {
  const token = 'a-token-of-sixteen';
  const { port } = await startDispatcher({ auth: new Auth(new Token(token), nobody) });
  const scope = { name: 'a', repository: 'demo', branches: [], events };
  const body: SecretRequest = { action: 'set', ...scope, value };
  expect(await asks(port, body)).toMatch(/^Refused: this dispatcher wants a token/);
  expect(await asks(port, body, token)).toMatch(/^OK/);
});

test('what cannot be a secret is refused without being repeated', async () => {
  const { port } = await startDispatcher();
  const wrong = (more: object) =>
    set(port, 'name', { value: 'c0rrect', ...more }).then((words) => {
      expect(words).not.toContain('c0rrect');
      return words;
    });
  expect(await wrong({ value: 'c0rrect\0' })).toBe(
    'Invalid command: secret: value: no variable can hold a byte 0\n',
  );
  expect(await wrong({ value: 'c0rrect'.repeat(9_000) })).toMatch(/at most 49152 bytes/);
  expect(await wrong({ name: 'a b' })).toMatch(/^Invalid command: secret: name/);
  expect(await wrong({ value: 'c0r' })).toMatch(/^OK.*\nIt is shorter than 4 characters/);
});

test('what is sealed opens with its key and for its scope, and with any bit changed not at all', () => {
  const scope = { name: 'token', repository: 'demo', branches: ['main'], events: ['push'] };
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), bytes, fc.nat(), (text, key, place) => {
      const sealed = seal(key, scope, text);
      expect(unseal(key, scope, sealed)).toBe(Buffer.from(text).toString());
      expect(unseal(key, { ...scope, branches: [] }, sealed)).toBeNull();
      const other = key.map((byte, at) => (at === 0 ? byte ^ 1 : byte));
      expect(unseal(other, scope, sealed)).toBeNull();
      const at = place % (8 * sealed.length);
      sealed[at >> 3] = (sealed[at >> 3] ?? 0) ^ (1 << (at & 7));
      expect(unseal(key, scope, sealed)).toBeNull();
      expect(unseal(key, scope, sealed.subarray(0, place % 28))).toBeNull();
    }),
  );
});
