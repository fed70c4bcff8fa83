/**
 * One target's line: in order, each until it was taken, with growing pauses, and within bounds.
 */

import { expect, onTestFinished, test } from 'vitest';
import { type Attempt, Delivery } from '../../src/notices/delivery.js';
import type { Status } from '../../src/notices/message.js';
import { Outbox, waitingMax } from '../../src/notices/outbox.js';
import { Secret } from '../../src/notices/secret.js';
import type { Target } from '../../src/notices/target.js';
import type { Told } from '../../src/world/story.js';
import { commit } from '../support/commits.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { handClock } from '../support/hand-clock.js';

const target: Target = {
  ...{ to: 'github', key: 'forge', name: 'github ada/shop', repositories: '*' },
  ...{ url: 'https://api.github.com', project: 'ada/shop', token: new Secret('top-secret') },
};

const taken: Attempt = { kind: 'taken' };
const away: Attempt = { kind: 'away', why: 'ECONNREFUSED' };
const refused: Attempt = { kind: 'refused', why: '401: top-secret is no token of ours' };

const status = (number: number, state: Status['state'] = 'passed'): Status => ({
  ...{ kind: 'status', commit: commit(number), job: 'default', state, says: '' },
});

/** A line with a hand on the clock, and on what the target answers. */
function line(folder = temporaryFolder()) {
  const clock = handClock();
  const outbox = new Outbox(folder);
  const told: Told[] = [];
  const sent: string[] = [];
  const answers: Attempt[] = [];
  const send = async (_: Target, message: unknown): Promise<Attempt> => {
    const { commit: of, state } = message as Status;
    sent.push(`${Number.parseInt(of, 16)} ${state}`);
    return answers.shift() ?? taken;
  };
  const delivery = new Delivery(target, { clock, outbox, send, tell: (one) => told.push(one) });
  onTestFinished(() => {
    delivery.close();
    outbox.close();
  });
  let seq = 0;
  return {
    ...{ clock, outbox, delivery, told, sent, folder },
    answers: (...all: readonly Attempt[]) => answers.push(...all),
    add: (...all: readonly Status[]) => {
      seq += 1;
      const messages = all.map((message) => ({ target: target.key, message }));
      return outbox.take({ seq, atMs: 1 }, clock.wallMs(), { messages, standings: [] });
    },
    /** The pause that it takes now ends, and no earlier than it should. */
    passes: async (pauseMs: number) => {
      await eventually('it pauses', () => clock.pending === 1);
      const before = sent.length;
      clock.pass(pauseMs - 1);
      expect(sent).toHaveLength(before);
      clock.pass(1);
      await eventually('it tries', () => sent.length > before);
    },
    waiting: () => outbox.count(target.key),
  };
}

test('messages go out one after the other, in the order in which they came', async () => {
  const { add, delivery, sent, waiting } = line();
  add(status(1), status(2), status(3));
  delivery.wake();
  delivery.wake();
  await eventually('all went out', () => waiting() === 0);
  expect(sent).toEqual(['1 passed', '2 passed', '3 passed']);
});

test('a target that is away is tried after growing pauses, told of once, and misses nothing', async () => {
  const { add, answers, delivery, passes, sent, told, waiting } = line();
  answers(away, away, away, { ...away, afterMs: 60_000 });
  add(status(1), status(2));
  delivery.wake();
  await passes(1_000);
  await passes(2_000);
  await passes(4_000);
  // So long it asked us to wait.
  await passes(60_000);
  await eventually('all went out', () => waiting() === 0);
  expect(sent).toEqual([...Array(4).fill('1 passed'), '1 passed', '2 passed']);
  expect(told.map(({ msg }) => msg)).toEqual([
    'github ada/shop cannot be told (ECONNREFUSED): what it is to hear waits, for 7 days at most',
    'github ada/shop takes what it is told again; nothing was lost',
  ]);
});

test('pauses grow to five minutes and no further', async () => {
  const { add, answers, delivery, passes } = line();
  answers(...Array(11).fill(away));
  add(status(1));
  delivery.wake();
  for (let pauseMs = 1_000; pauseMs < 300_000; pauseMs *= 2) await passes(pauseMs);
  await passes(300_000);
  await passes(300_000);
});

test('what a target refuses is dropped after three tries, and the token is not told', async () => {
  const { add, answers, delivery, passes, sent, told, waiting } = line();
  answers(refused, refused, refused, taken);
  add(status(1), status(2));
  delivery.wake();
  await passes(1_000);
  await passes(2_000);
  await eventually('the rest went out', () => waiting() === 0);
  expect(sent).toEqual(['1 passed', '1 passed', '1 passed', '2 passed']);
  expect(told.map(({ msg }) => msg)).toEqual([
    'github ada/shop refuses what it is told (401: *** is no token of ours): each message is dropped after 3 tries',
    'github ada/shop takes what it is told again; messages that were dropped: 1',
  ]);
});

test('what waits outlives the process; a status that is out of date by then is not told', async () => {
  const first = line();
  first.answers(away);
  first.add(status(1, 'running'), status(2));
  first.delivery.wake();
  await eventually('it is away', () => first.told.length === 1);
  first.add(status(1, 'failed'));
  first.delivery.close();

  const second = line(first.folder);
  second.delivery.wake();
  await eventually('all went out', () => second.waiting() === 0);
  expect(second.sent).toEqual(['2 passed', '1 failed']);
});

test('what waits is bounded in number and in age', async () => {
  const { add, answers, clock, delivery, told, sent, waiting } = line();
  answers(away);
  const lost = add(...Array.from({ length: waitingMax + 2 }, (_, index) => status(index + 1)));
  expect(lost.get(target.key)).toBe(2);
  expect(waiting()).toBe(waitingMax);
  delivery.wake();
  await eventually('it is away', () => told.length === 1);
  clock.pass(7 * 24 * 3_600_000 + 1);
  await eventually('it is given up', () => waiting() === 0);
  expect(sent).toEqual(['3 passed', '3 passed']);
});
