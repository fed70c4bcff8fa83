import { expect, onTestFinished, test } from 'vitest';
import { PendingConnection } from '../../src/dispatcher/shell/pending-connection.js';
import { firstMessageWithinMs, quietAfterMs } from '../../src/protocol/limits.js';
import { realClock } from '../../src/world/clock.js';
import { type Connection, realNetwork } from '../../src/world/network.js';
import { type } from '../support/classic-peers.js';
import { commit, fullIds } from '../support/commits.js';
import { handClock } from '../support/hand-clock.js';

/** A pending connection upon one that only writes down what is done to it. */
function given() {
  const clock = handClock();
  const done: string[] = [];
  const heard: string[] = [];
  let heldBytes = 0;
  const connection: Connection = {
    remoteHost: '127.0.0.1',
    unsentBytes: 0,
    write: (text) => done.push(`writes ${String(text).trim()}`) > 0,
    end: () => done.push('ends'),
    destroySoon: () => done.push('destroys soon'),
    destroy: () => done.push('destroys'),
    pause: () => {},
    resume: () => {},
  };
  const pending = new PendingConnection('1', connection, {
    clock,
    replied: () => {},
    heard: (_, request) => heard.push(request.verb),
    held: (byBytes) => {
      heldBytes += byBytes;
    },
    closed: () => done.push('closed'),
  });
  const says = (text: string) => pending.handle({ kind: 'bytes', bytes: Buffer.from(text) });
  return { pending, clock, done, heard, says, heldBytes: () => heldBytes };
}

test('a request ended by Enter is heard at once, an unterminated one after 50 ms of silence', () => {
  const { says, heard, clock } = given();
  says('status');
  clock.pass(quietAfterMs - 1);
  expect(heard).toEqual([]);
  clock.pass(1);
  expect(heard).toEqual(['status']);

  const typed = given();
  typed.says('help\n');
  expect(typed.heard).toEqual(['help']);
});

test('A11: half a request is told what is missing when its time is up, and closed', () => {
  const { says, done, clock } = given();
  says('dispatch');
  clock.pass(firstMessageWithinMs);
  expect(done).toEqual([
    `writes Invalid command: it is written dispatch:<commit>${fullIds}`,
    'ends',
  ]);
});

test('A12, A40: one that says nothing is closed without a word', () => {
  const { pending, done, clock } = given();
  clock.pass(firstMessageWithinMs);
  expect(done).toEqual(['destroys']);
  pending.handle({ kind: 'closed', reason: '' });
  expect(clock.pending).toBe(0);
});

test('one that asks and ends is sent the whole of its reply, however long', async () => {
  const reply = 'x'.repeat(20_000_000);
  const accept = (connection: Connection) =>
    new PendingConnection('1', connection, {
      clock: realClock,
      replied: () => {},
      heard: (pending) => pending.reply(reply),
      held: () => {},
      closed: () => {},
    }).handle;
  const listener = await realNetwork.listen({ host: '127.0.0.1', port: 0 }, accept);
  onTestFinished(() => listener.close());
  expect((await type(listener.address.port, 'help')).length).toBe(reply.length);
});

test('A40: one that never reads its reply is closed all the same, and no timer is left', () => {
  const { pending, says, done, clock } = given();
  says('help\n');
  pending.reply('text');
  clock.pass(60_000);
  expect(done).toEqual(['writes text', 'ends', 'destroys']);
  pending.handle({ kind: 'closed', reason: '' });
  expect([done.at(-1), clock.pending]).toEqual(['closed', 0]);
});

test('A13: what is held is accounted for, and is given back in every way that it can end', () => {
  const results = `results:${commit(1)}:1000:`;
  const closed = given();
  closed.says(`${results}12345`);
  expect(closed.heldBytes()).toBe(5);
  closed.pending.handle({ kind: 'closed', reason: '' });
  expect(closed.heldBytes()).toBe(0);

  const ended = given();
  ended.says(`${results}12345`);
  ended.pending.handle({ kind: 'ended' });
  expect(ended.heldBytes()).toBe(0);

  const session = given();
  session.says(`hello:30:{"role":"runner","name":"ada"}\n${'ping\n'.repeat(100)}`);
  expect(session.heard).toEqual(['hello']);
  expect(session.pending.handOver(() => {}).length).toBe(500);
  expect(session.heldBytes()).toBe(0);
});
