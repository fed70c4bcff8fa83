/**
 * A recording that goes on, and those who watch it.
 */

import { expect, test } from 'vitest';
import { type WireHeader, wireFormat, wireVersion } from '../../src/record/record.js';
import { type Happened, lines, Recording } from '../../src/record/recording.js';
import { RingBuffer } from '../../src/record/ring-buffer.js';

const header: WireHeader = {
  ...{ format: wireFormat, version: wireVersion, source: 'dispatcher' },
  ...{ title: 'dispatcher', startedAtMs: 1 },
};

const ping: Happened = {
  ...{ kind: 'message', from: 'dispatcher', to: 'ada', connection: 's1', verb: 'ping' },
  ...{ bytes: 5, head: 'ping' },
};

function given({ linesMax = 100 } = {}) {
  let nowUs = 1_000;
  const later: (() => void)[] = [];
  const world = { nowUs: () => nowUs, later: (call: () => void) => void later.push(call) };
  const recording = new Recording(header, world, { linesMax, charactersMax: 1_000_000 });
  return {
    recording,
    happens: (times: number) => {
      for (let time = 0; time < times; time += 1) recording.push(ping);
    },
    passUs: (us: number) => {
      nowUs += us;
    },
    aMomentPasses: () => {
      for (const call of later.splice(0)) call();
    },
  };
}

/** One that reads all, or has room for one write. */
function viewer(recording: Recording, after: number | null, { of = header.startedAtMs } = {}) {
  const peer = { heard: [] as string[], hasRoom: true };
  const form = {
    ...lines,
    header: ({ startedAtMs }: WireHeader) => `header ${startedAtMs}\n`,
    record: (n: number) => `${n}\n`,
    missed: ({ from, to }: { from: number; to: number }) => `missed ${from}-${to}\n`,
    reset: () => 'reset\n',
    told: (event: string) => `${event}\n`,
  };
  const write = (text: string) => {
    peer.heard.push(...text.trimEnd().split('\n'));
    return peer.hasRoom;
  };
  return { peer, ...recording.watch({ form, write }, after, of) };
}

test('a ring keeps the newest, as many as it may and no more characters', () => {
  const ring = new RingBuffer({ linesMax: 3, charactersMax: 10 });
  for (const line of ['a', 'b', 'c', 'd']) ring.push(line);
  expect([ring.first, ring.last, ring.after(0, 10)]).toEqual([2, 4, ['b', 'c', 'd']]);
  ring.push('123456789');
  expect([ring.first, ring.after(0, 10)]).toEqual([4, ['d', '123456789']]);
  ring.push('longer than all that it may hold');
  expect(ring.after(0, 10)).toEqual(['longer than all that it may hold']);
});

test('records count from 1 without gaps, and their time never falls', () => {
  const { recording, happens, passUs } = given();
  happens(1);
  passUs(250);
  happens(1);
  passUs(-400);
  happens(1);
  const [first, ...records] = [...recording.since(0)].join('').trimEnd().split('\n');
  expect(JSON.parse(first ?? '')).toEqual(header);
  const placed = records.map((line) => JSON.parse(line));
  expect(placed.map(({ n, atUs }) => [n, atUs])).toEqual([
    [1, 0],
    [2, 250],
    [3, 250],
  ]);
  expect(placed[0]).toEqual({ n: 1, atUs: 0, ...ping });
});

test('who watches is sent what is there, then what comes, together within a moment', () => {
  const { recording, happens, aMomentPasses } = given();
  happens(2);
  const { peer } = viewer(recording, 1);
  const fromNowOn = viewer(recording, null).peer;
  happens(2);
  expect(peer.heard).toEqual(['header 1', '2']);
  aMomentPasses();
  expect(peer.heard).toEqual(['header 1', '2', '3', '4']);
  expect(fromNowOn.heard).toEqual(['header 1', '3', '4']);
});

test('who reads too slowly is told which records it missed, and goes on', () => {
  const { recording, happens, aMomentPasses } = given({ linesMax: 5 });
  const { peer, drained } = viewer(recording, 0);
  peer.hasRoom = false;
  happens(1);
  aMomentPasses();
  happens(9);
  aMomentPasses();
  expect(peer.heard).toEqual(['header 1', '1']);
  peer.hasRoom = true;
  drained();
  expect(peer.heard).toEqual(['header 1', '1', 'missed 2-5', '6', '7', '8', '9', '10']);
});

test('who comes with a place in another recording forgets that one', () => {
  const { recording, happens } = given();
  happens(2);
  expect(viewer(recording, 1, { of: 7 }).peer.heard).toEqual(['reset', 'header 1', '1', '2']);
  expect(viewer(recording, 900).peer.heard).toEqual(['reset', 'header 1', '1', '2']);
});

test('when all is begun anew, who watches is told so', () => {
  const { recording, happens, aMomentPasses } = given();
  happens(1);
  const { peer, gone } = viewer(recording, 0);
  recording.restart({ ...header, startedAtMs: 2 });
  happens(1);
  aMomentPasses();
  recording.tell('lab', {});
  gone();
  happens(1);
  aMomentPasses();
  expect(peer.heard).toEqual(['header 1', '1', 'reset', 'header 2', '1', 'lab']);
});
