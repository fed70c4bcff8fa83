/**
 * Those who watch over the wire: what they hear of a commit, what they may say, and what they see of
 * the messages that cross the wire.
 */

import { expect, test } from 'vitest';
import { Auth } from '../../src/dispatcher/shell/auth.js';
import type { HelloToSend } from '../../src/protocol/bodies.js';
import { nobody } from '../../src/world/hosts.js';
import { Token } from '../../src/world/token.js';
import { tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { introduce, type ModernPeer, modernPeer } from '../support/modern-peers.js';

const c = commit(0xc0ffee);

/** What it was told, a line each. */
function told({ heard }: ModernPeer): string[] {
  return heard.flatMap((message) => {
    if (message.verb === 'resync') return `resync ${message.seq}`;
    if (message.verb === 'entry') return `${message.seq} ${message.body.kind}`;
    if (message.verb === 'event' && message.body.kind !== 'message') return message.body.kind;
    return [];
  });
}

/** The messages that it saw, as they crossed the wire. */
function seen({ heard }: ModernPeer) {
  return heard.flatMap((message) =>
    message.verb === 'event' && message.body.kind === 'message'
      ? (message.body as unknown as { verb: string; head: string; peer: string; bytes: number })
      : [],
  );
}

function watch(port: number, more: Partial<HelloToSend> = {}): Promise<ModernPeer> {
  return modernPeer(port, { role: 'spectator', name: 'vera', ...more });
}

test('one that watches hears the whole way of a commit, once and in order', async () => {
  const { port } = await startDispatcher();
  const vera = await watch(port);
  const ada = await modernPeer(port, { role: 'runner', name: 'ada' });
  await tell(port, `dispatch:${c}`);
  const { run } = await ada.hears('runtest');
  ada.finishes(run, 'all good\n');
  await eventually('she hears the end', () => told(vera).includes('3 finished'));
  const own = told(vera).filter((line, index) => !(line === 'joined' && index === 0));
  expect(own).toEqual(['joined', '1 accepted', '2 leased', 'log', '3 finished']);
  const accepted = vera.heard.find(({ verb }) => verb === 'entry');
  expect(accepted).toMatchObject({ body: { commit: c, repository: null, name: 'default' } });
  expect(await type(port, 'status')).toContain('  spectator vera\n');
});

test('one that was away has what it missed from the store, over a restart', async () => {
  const first = await startDispatcher();
  await tell(first.port, `dispatch:${c}`);
  const vera = await watch(first.port, { after: { seq: 0, atMs: 0 } });
  const { body } = await vera.hears('entry');
  first.close();
  const { port } = await startDispatcher({ folder: first.folder });
  await tell(port, `dispatch:${commit(2)}`);
  await tell(port, `dispatch:${commit(3)}`);
  const again = await watch(port, { after: { seq: 1, atMs: body.atMs } });
  await eventually('she has both', () => told(again).includes('3 accepted'));
  expect(told(again).filter((line) => line !== 'joined')).toEqual(['2 accepted', '3 accepted']);
});

test('welcome says what the last entry is', async () => {
  const { port } = await startDispatcher();
  await tell(port, `dispatch:${c}`);
  const vera = introduce(port, { role: 'spectator', name: 'vera' });
  expect((await vera.hears('welcome')).body.lastSeq).toBe(1);
});

test('one that says more than ping and pong is sent away', async () => {
  const { port } = await startDispatcher();
  const vera = await watch(port);
  vera.say({ verb: 'dispatch', commit: c, body: { branch: '', author: '', subject: '' } });
  expect((await vera.hears('refused')).body.says).toBe('a spectator only listens');
  expect(await type(port, `verdict:${c}`)).toBe('unknown\n');
});

test('one that falls silent is found out, as everybody is', async () => {
  const { port } = await startDispatcher();
  const vera = await watch(port);
  vera.freeze();
  await eventually('she is gone', vera.isClosed, 15_000);
  expect(await type(port, 'status')).not.toContain('vera');
});

test('one that taps sees each message, and never a token', async () => {
  const secret = 'correct-horse-battery';
  const { port } = await startDispatcher({ auth: new Auth(new Token(secret), nobody) });
  const vera = await watch(port, { token: secret, taps: true });
  await modernPeer(port, { role: 'runner', name: 'ada', token: secret });
  // As people mistype it.
  for (const line of [secret, `token ${secret}`, `token=${secret}`]) await type(port, line);
  await type(port, `token:${secret}\ndispatch:${c}`);
  await eventually('she sees the lease', () => seen(vera).some(({ verb }) => verb === 'runtest'));
  const verbs = seen(vera).map(({ verb, peer }) => `${verb} ${peer}`);
  for (const expected of ['hello ada', 'welcome ada', 'dispatch 127.0.0.1', 'runtest ada']) {
    expect(verbs).toContain(expected);
  }
  const dispatch = seen(vera).find(({ verb }) => verb === 'dispatch');
  expect(dispatch).toMatchObject({ head: `dispatch:${c}`, bytes: 49, fields: { commit: c } });
  expect(JSON.stringify(vera.heard)).not.toContain(secret);
});
