import { describe, expect, test } from 'vitest';
import { Model } from '../../src/record/model.js';
import { partingOf } from '../../src/record/parting.js';
import type { WireRecord } from '../../src/record/record.js';
import { aBusyDay, type Recording, threeDeaths } from '../support/recordings.js';

function modelOf({ header, records }: Recording): Model {
  const model = new Model(header);
  for (const record of records) model.append(record);
  return model;
}

/** The same story on another day: other times, commits, runs and connections. */
function again({ header, records }: Recording): Recording {
  const renamed = records.map((record): WireRecord => {
    const text = JSON.stringify({ ...record, atUs: record.atUs * 2 + 7 });
    return JSON.parse(
      text
        .replaceAll('7f3a-', '9b9b-4')
        .replaceAll('-1"', '-77"')
        .replace(/"commit":"(..)/g, '"commit":"ff$1'),
    );
  });
  return { header, records: renamed };
}

const story = threeDeaths();

/** Without the records that match, numbered anew. */
function without(isLeftOut: (record: WireRecord) => boolean): Recording {
  const kept = story.records.filter((record) => !isLeftOut(record));
  const numbers = new Map(kept.map(({ n }, index) => [n, index + 1]));
  const records = kept.map((record, index) => {
    const numbered = { ...record, n: index + 1 };
    if (!('message' in numbered)) return numbered;
    return { ...numbered, message: numbers.get(numbered.message) ?? 0 };
  });
  return { header: story.header, records };
}

describe('two recordings', () => {
  test('of one story told on two days do not part', () => {
    const { pairs, partsAt } = partingOf(modelOf(story), modelOf(again(story)));
    expect(partsAt).toBeNull();
    expect(pairs.every(({ left, right }) => left !== null && left === right)).toBe(true);
  });

  test('part where one of them has something that the other has not, and meet again', () => {
    const isKilled = (record: WireRecord) => record.kind === 'change' && record.what === 'killed';
    const left = modelOf(story);
    const { pairs, partsAt } = partingOf(left, modelOf(without(isKilled)));
    expect(partsAt).not.toBeNull();
    expect(pairs.filter((pair) => pair.left === null || pair.right === null)).toEqual([
      { left: left.records.findIndex(isKilled), right: null },
    ]);
    expect(pairs[partsAt ?? -1]?.left).toBe(left.records.findIndex(isKilled));
  });

  test('do not part where one has more heartbeats: a clock says when those come', () => {
    const beats = new Set(
      story.records.flatMap((record) =>
        record.kind === 'message' && ['ping', 'pong'].includes(record.verb) ? [record.n] : [],
      ),
    );
    const isBeat = (record: WireRecord) =>
      beats.has(record.n) || ('message' in record && beats.has(record.message));
    expect(partingOf(modelOf(story), modelOf(without(isBeat))).partsAt).toBeNull();
  });

  test('part where a run ends another way, though all else is alike', () => {
    const records = story.records.map((record) =>
      record.kind === 'change' && record.what === 'verdict'
        ? { ...record, says: record.says.replace('passed', 'failed') }
        : record,
    );
    const { pairs, partsAt } = partingOf(modelOf(story), modelOf({ ...story, records }));
    const at = pairs[partsAt ?? -1]?.left ?? -1;
    expect(story.records[at]).toMatchObject({ what: 'verdict' });
  });

  test('part where two runs are mixed up, though each record alone would do', () => {
    const ids = ['7f3a-1', '7f3a-3'];
    const [last] = ids.map((id) =>
      story.records.findLastIndex((one) => 'run' in one && one.run === id),
    );
    const records = story.records.map((record, index) =>
      index === last && 'run' in record ? { ...record, run: '7f3a-3' } : record,
    );
    const { pairs, partsAt } = partingOf(modelOf(story), modelOf({ ...story, records }));
    expect(pairs[partsAt ?? -1]).toMatchObject({ left: last });
  });

  test('of fifty thousand records are compared while one waits', () => {
    const [left, right] = [aBusyDay(), aBusyDay()];
    const records = right.records.filter((_, index) => index % 5_000 !== 17);
    const before = process.cpuUsage();
    const { pairs } = partingOf(modelOf(left), modelOf({ ...right, records }));
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
    const apart = pairs.filter((pair) => pair.right === null);
    expect(apart.length).toBeLessThan(40);
  });
});
