/**
 * How the journal is followed by those who act on it: from where they were, to its end, and on.
 */

import { expect, onTestFinished, test } from 'vitest';
import type { Entry } from '../../src/dispatcher/core/journal.js';
import { Feed } from '../../src/dispatcher/feed/feed.js';
import { JournalReader } from '../../src/notices/journal-reader.js';
import type { Place } from '../../src/notices/outbox.js';
import type { Told } from '../../src/world/story.js';
import { commit } from '../support/commits.js';
import { eventually } from '../support/eventually.js';
import { handClock } from '../support/hand-clock.js';
import { life } from '../support/lives.js';

/** A journal of so many entries, made from that time on. */
function journalOf(count: number, fromMs = 1_000): Entry[] {
  const [accepted] = life(1);
  return Array.from({ length: count }, (_, index) => ({
    ...(accepted as Entry),
    atMs: fromMs + index + 1,
  }));
}

/** A reader of that journal, with a hand on the clock and on what fails. */
function reading(journal: Entry[], begin: Place | null) {
  const clock = handClock();
  const feed = new Feed(clock, journal.length);
  const taken: number[] = [];
  const told: Told[] = [];
  const reached: Place[] = [];
  const faults: (number | 'question')[] = [];
  const reader = new JournalReader({
    ...{ clock, feed, begin, tell: (one: Told) => told.push(one) },
    journal: async ({ after, most }) => {
      if (faults[0] === 'question') throw new Error(`no ${faults.shift()}`);
      const about = { id: 1, repository: 'demo', commit: commit(1), name: 'default' };
      const rows = journal.map((entry, index) => ({ seq: index + 1, entry, job: about }));
      return rows.slice(after, after + most);
    },
    take: async ({ seq }) => {
      if (faults[0] === seq) throw new Error(`no room for ${faults.shift()}`);
      taken.push(seq);
    },
    reach: (place) => reached.push(place),
  });
  onTestFinished(() => reader.close());
  const grow = () => {
    const [entry] = journalOf(1, 1_000 + journal.length);
    journal.push(entry as Entry);
    const job = { id: 1 } as never;
    feed.publish([{ kind: 'entry', seq: journal.length, entry: entry as Entry, job }]);
  };
  /** Time passes until that many were taken. */
  const takes = (count: number) =>
    eventually(`${count} are taken`, () => {
      clock.pass(1_000);
      return taken.length === count;
    });
  return { taken, told, reached, faults, grow, takes };
}

test('at the first start of all only what comes is news', async () => {
  const { taken, reached, grow, takes } = reading(journalOf(3), null);
  await takes(0);
  await eventually('it has begun', () => reached.length > 0);
  grow();
  await takes(1);
  expect(taken).toEqual([4]);
});

test('after a restart all is read that came since, page by page', async () => {
  const { taken, reached, takes } = reading(journalOf(450), { seq: 2, atMs: 1_002 });
  await takes(448);
  expect(taken[0]).toBe(3);
  await eventually('it is remembered', () => reached.at(-1)?.seq === 450);
});

test('where the journal is another than before, what comes is news, and that is told', async () => {
  for (const begin of [
    { seq: 2, atMs: 7 },
    { seq: 9, atMs: 1_009 },
  ]) {
    const { taken, told, grow, takes } = reading(journalOf(3), begin);
    await takes(0);
    await eventually('it is told', () => told.length === 1);
    grow();
    await takes(1);
    expect(taken).toEqual([4]);
    expect(told[0]?.msg).toContain('the store is another than before');
  }
});

test('what fails is tried again from there, and told once', async () => {
  const { taken, told, faults, takes } = reading(journalOf(5), { seq: 2, atMs: 1_002 });
  faults.push('question', 4, 4);
  await takes(3);
  expect(taken).toEqual([3, 4, 5]);
  expect(told.map(({ msg }) => msg)).toEqual([
    'others cannot be told now (no question): nothing is lost, it is tried again',
  ]);
});
