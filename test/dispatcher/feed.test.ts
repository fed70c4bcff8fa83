/**
 * The feed and those who follow it over the wire, on a clock that stands still.
 */

import { expect, test } from 'vitest';
import type { Job } from '../../src/dispatcher/core/job.js';
import { jobFrom } from '../../src/dispatcher/core/job.js';
import type { Entry } from '../../src/dispatcher/core/journal.js';
import { Feed } from '../../src/dispatcher/feed/feed.js';
import type { Publication, Recorded } from '../../src/dispatcher/feed/publication.js';
import { Spectators } from '../../src/dispatcher/feed/spectators.js';
import { wireForm } from '../../src/dispatcher/feed/wire-form.js';
import { sessionDecoder } from '../../src/protocol/decoder.js';
import { defaultJob } from '../../src/protocol/job-bodies.js';
import { commit } from '../support/commits.js';
import { eventually } from '../support/eventually.js';
import { type HandClock, handClock } from '../support/hand-clock.js';

/** Longer than things are gathered for. */
const momentMs = 1_000;

function accepted(seq: number): Publication & { kind: 'entry' } {
  const described = { branch: 'main', author: '', subject: '', by: 'ida', ...defaultJob };
  const of = { job: seq, atMs: 1, repository: 'demo', commit: commit(seq) };
  const entry: Entry = { kind: 'accepted', ...of, ...described };
  return { kind: 'entry', seq, entry, job: jobFrom([entry]) as Job };
}

const grown: Publication = {
  ...{ kind: 'log', atMs: 1, run: '0badcafe-1' as never, log: '0badcafe-1' as never, logBytes: 5 },
  job: accepted(1).job,
};

/** A feed with a store behind it, in which everything is that was published or was there before. */
function given({ before = 0 } = {}) {
  const clock = handClock();
  const feed = new Feed(clock, before);
  const stored: Recorded[] = Array.from({ length: before }, (_, index) => accepted(index + 1));
  let asked = 0;
  const journal = async ({ after, most }: { after: number; most: number }) => {
    asked += 1;
    return stored.filter(({ seq }) => seq > after).slice(0, most);
  };
  const spectators = new Spectators(feed, journal, clock);
  const happens = (...publications: Publication[]) => {
    stored.push(...publications.filter((publication) => publication.kind === 'entry'));
    feed.publish(publications);
  };
  return { clock, feed, spectators, happens, asked: () => asked };
}

type Given = ReturnType<typeof given>;

/** One that reads, or does not. */
function spectator(
  { spectators, feed: { lastSeq } }: Pick<Given, 'spectators' | 'feed'>,
  { after = null as number | null, atMs = 1, taps = false, roomBytes = Infinity } = {},
) {
  const decoder = sessionDecoder();
  const heard: string[] = [];
  const peer = { roomBytes, unreadBytes: 0, hungUp: '' };
  const { drained, gone } = spectators.admit({
    after: after === null ? { seq: lastSeq, atMs: null } : { seq: after, atMs },
    ...{ taps, form: wireForm },
    write: (bytes) => {
      for (const decoded of decoder.push(bytes)) {
        if (decoded.kind === 'message') heard.push(shown(decoded.message));
      }
      peer.unreadBytes += bytes.length;
      return peer.unreadBytes < peer.roomBytes;
    },
    hangUp: (says) => {
      peer.hungUp = says;
    },
  });
  const reads = (next = Infinity) => {
    peer.roomBytes = next;
    peer.unreadBytes = 0;
    drained();
  };
  return { heard, peer, reads, gone };
}

function shown(message: { verb: string; seq?: number; body?: unknown }): string {
  const { verb, seq } = message;
  return verb === 'event' ? (message.body as { kind: string }).kind : `${verb} ${seq}`;
}

function entries(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `entry ${from + index}`);
}

function passMoment(clock: HandClock): void {
  clock.pass(momentMs);
}

test('all who follow hear everything once, in order', () => {
  const g = given();
  const { clock, happens } = g;
  const all = [spectator(g), spectator(g)];
  happens(accepted(1), grown);
  happens(accepted(2));
  passMoment(clock);
  for (const { heard } of all) expect(heard).toEqual(['entry 1', 'log', 'entry 2']);
});

test('one that was away is sent what it missed, and then what comes', async () => {
  const g = given({ before: 500 });
  const { clock, happens } = g;
  const { heard } = spectator(g, { after: 3 });
  happens(accepted(501));
  await eventually('it has all', () => heard.length === 498);
  happens(accepted(502));
  passMoment(clock);
  await eventually('it has the last', () => heard.includes('entry 502'));
  expect(heard).toEqual(entries(4, 502));
});

test('what was published a moment ago comes out of memory, and nobody asks the store', () => {
  const g = given({ before: 500 });
  const { clock, happens, asked } = g;
  happens(...Array.from({ length: 50 }, (_, index) => accepted(501 + index)));
  const { heard } = spectator(g, { after: 520 });
  passMoment(clock);
  expect(heard).toEqual(entries(521, 550));
  expect(asked()).toBe(0);
});

test('what was gathered before it came is not sent to it', () => {
  const g = given();
  const { clock, happens } = g;
  const early = spectator(g);
  happens(accepted(1));
  const late = spectator(g);
  happens(accepted(2));
  passMoment(clock);
  expect([early.heard, late.heard]).toEqual([entries(1, 2), entries(2, 2)]);
});

test('one that does not read is sent nothing further, and its neighbour everything', () => {
  const g = given();
  const { clock, happens } = g;
  const slow = spectator(g, { roomBytes: 1 });
  const quick = spectator(g);
  for (let seq = 1; seq <= 1_000; seq += 1) {
    happens(accepted(seq));
    passMoment(clock);
  }
  expect(slow.heard).toEqual(['entry 1']);
  expect(quick.heard).toEqual(entries(1, 1_000));
});

test('once it has read, it is told resync, and has every entry; what was live is lost', async () => {
  const g = given();
  const { clock, happens } = g;
  const slow = spectator(g, { roomBytes: 1 });
  for (let seq = 1; seq <= 3_000; seq += 1) {
    happens(accepted(seq), grown);
    passMoment(clock);
  }
  slow.reads();
  await eventually('it has caught up', () => slow.heard.includes('entry 3000'));
  expect(slow.heard).toEqual(['entry 1', 'log', 'resync 1', ...entries(2, 3_000)]);
  happens(accepted(3_001), grown);
  passMoment(clock);
  expect(slow.heard.slice(-2)).toEqual(['entry 3001', 'log']);
});

test('one that missed nothing while it read is told nothing of it', () => {
  const g = given();
  const { clock, happens } = g;
  const slow = spectator(g, { roomBytes: 1 });
  happens(accepted(1));
  passMoment(clock);
  slow.reads();
  happens(accepted(2));
  passMoment(clock);
  expect(slow.heard).toEqual(entries(1, 2));
});

test('page by page, at the pace at which it reads', async () => {
  const g = given({ before: 1_000 });
  const { happens, clock } = g;
  const slow = spectator(g, { after: 0, roomBytes: 1 });
  for (let pages = 1; slow.heard.length < 1_000; pages += 1) {
    await eventually('a page', () => slow.heard.length >= Math.min(200 * pages, 1_000));
    expect(slow.heard.length).toBe(200 * pages);
    slow.reads(1);
  }
  slow.reads();
  happens(accepted(1_001));
  passMoment(clock);
  // It may still be asking whether there is a further page: then it reads the last one there.
  await eventually('the last one', () => slow.heard.length > 1_000);
  expect(slow.heard).toEqual(entries(1, 1_001));
});

test.each([
  ['more than there is', { after: 500 }],
  ['what is another entry here', { after: 5, atMs: 2 }],
])('one that has heard %s, of a store put back, is told that nothing stands', async (_, heard) => {
  const g = given({ before: 10 });
  const { clock, happens } = g;
  const spoken = spectator(g, heard);
  await eventually('it has heard all', () => spoken.heard.includes('entry 10'));
  happens(accepted(11));
  passMoment(clock);
  expect(spoken.heard).toEqual(['resync 0', ...entries(1, 11)]);
});

test('where the store cannot be asked, it is told so, and may come again', async () => {
  const clock = handClock();
  const feed = new Feed(clock, 9);
  const failing = () => Promise.reject(new Error('too many questions wait'));
  const { peer } = spectator(
    { spectators: new Spectators(feed, failing, clock), feed },
    { after: 0 },
  );
  await eventually('it is told', () => peer.hungUp !== '');
  expect(peer.hungUp).toBe('BUSY: too many questions wait');
});

test('what was published between its welcome and its coming is not missing', () => {
  const g = given();
  const { clock, happens } = g;
  const welcomed = { lastSeq: g.feed.lastSeq };
  happens(accepted(1));
  const { heard } = spectator({ ...g, feed: welcomed as Feed });
  happens(accepted(2));
  passMoment(clock);
  expect(heard).toEqual(entries(1, 2));
});

test('of one event with more entries than are sent at once none is left out', async () => {
  const g = given();
  const { clock, happens } = g;
  const slow = spectator(g, { roomBytes: 1 });
  happens(...Array.from({ length: 5_000 }, (_, index) => accepted(index + 1)));
  passMoment(clock);
  expect(slow.heard.length).toBeLessThan(5_000);
  slow.reads();
  await eventually('it has caught up', () => slow.heard.includes('entry 5000'));
  expect(slow.heard.filter((line) => line.startsWith('entry'))).toEqual(entries(1, 5_000));
});

test('messages are shown to those who tap, and made for nobody else', () => {
  const g = given();
  const { clock, feed, happens } = g;
  const watching = spectator(g);
  expect(feed.isTapped).toBe(false);
  const tapping = spectator(g, { taps: true });
  expect(feed.isTapped).toBe(true);
  const line = { connection: 's1', direction: 'in', peer: 'ada' } as const;
  happens({ kind: 'message', atMs: 1, ...line, verb: 'pong', fields: {}, head: 'pong', bytes: 5 });
  passMoment(clock);
  expect([watching.heard, tapping.heard]).toEqual([[], ['message']]);
  tapping.gone();
  expect(feed.isTapped).toBe(false);
});

test('when the last has gone, nothing is gathered', () => {
  const g = given();
  const { clock, happens } = g;
  const { gone } = spectator(g);
  gone();
  happens(accepted(1));
  expect(clock.pending).toBe(0);
});
