import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { causeOf, consequenceOf } from '../../src/record/causes.js';
import { Model } from '../../src/record/model.js';
import type { WireRecord } from '../../src/record/record.js';
import { aBusyDay, commitOf, threeDeaths } from '../support/recordings.js';

function modelOf({ header, records } = threeDeaths()): Model {
  const model = new Model(header);
  for (const record of records) model.append(record);
  return model;
}

describe('what a recording tells', () => {
  const model = modelOf();
  const word = (record: WireRecord | undefined) =>
    record?.kind === 'message'
      ? record.verb
      : record?.kind === 'change'
        ? record.what
        : record?.kind;
  const find = (isIt: (record: WireRecord) => boolean) => model.records.findIndex(isIt);
  const words = (from: number, step: typeof causeOf) => {
    const told: (string | undefined)[] = [];
    for (let at: number | null = from; at !== null && told.length < 9; at = step(model, at)) {
      told.push(word(model.records[at]));
    }
    return told;
  };

  test('names observers first, then the dispatcher, then runners as they came', () => {
    expect(model.lanes.map(({ name }) => name)).toEqual([
      ...['observer', 'dispatcher', 'ada', 'bob', 'cleo'],
    ]);
  });

  test('has for each process a strip of the states that it was in', () => {
    const states = model.lane('bob')?.strip.map(({ state }) => state);
    expect(states).toEqual(['idle', 'busy', 'dead']);
  });

  test('has a runner that is heard again go on with what it had in hand', () => {
    const { header } = threeDeaths();
    const commit = commitOf(1);
    const about = { kind: 'change', process: 'ada', says: '' } as const;
    const records: WireRecord[] = [
      { ...about, n: 1, atUs: 1, what: 'leased', state: 'busy', commit, run: '7f3a-1' },
      { ...about, n: 2, atUs: 2, what: 'silent', state: 'silent' },
      { ...about, n: 3, atUs: 3, what: 'heard', state: 'busy' },
      { ...about, n: 4, atUs: 4, what: 'lost', state: 'silent', commit, run: '7f3a-1' },
      { ...about, n: 5, atUs: 5, what: 'heard', state: 'busy' },
    ];
    const strip = modelOf({ header, records }).lane('ada')?.strip;
    expect(strip?.map((stretch) => stretch.commit)).toEqual([commit, '', commit, '', '']);
  });

  test('leaves the span of a lost run open, and gives its commit another', () => {
    const runs = model.runs.filter(({ commit }) => commit === commitOf(2));
    expect(
      runs.map(({ process, lostAt, until }) => [process, lostAt !== null, until !== null]),
    ).toEqual([
      ['bob', true, false],
      ['cleo', false, true],
    ]);
  });

  test('knows when a message came, and that it never did', () => {
    const dispatch = find((record) => record.kind === 'message' && record.verb === 'dispatch');
    expect(word(model.records[model.endOf(dispatch) ?? -1])).toBe('arrived');
    const dropped = find(({ kind }) => kind === 'dropped');
    const record = model.records[dropped];
    const message = record?.kind === 'dropped' ? (model.indexOf(record.message) ?? -1) : -1;
    expect(model.endOf(message)).toBe(dropped);
  });

  test('leads from a lease after a death back to the death', () => {
    const leased = find(
      (record) => record.kind === 'change' && record.what === 'leased' && record.run === '7f3a-3',
    );
    expect(words(leased, causeOf)).toEqual(['leased', 'requeued', 'lost', 'killed']);
  });

  test('leads from a commit on to its verdict', () => {
    const dispatch = find((record) => record.kind === 'message' && record.verb === 'dispatch');
    expect(words(dispatch, consequenceOf)).toContain('accepted');
  });

  test('finds a record by its number, also behind a gap', () => {
    const { header, records } = threeDeaths();
    const gappy = modelOf({ header, records: records.filter(({ n }) => n < 5 || n > 20) });
    expect([4, 5, 21].map((n) => gappy.indexOf(n))).toEqual([3, null, 4]);
  });

  test('knows the leases of any place as if all runs were looked through, also of a long one among short ones', () => {
    fc.assert(
      fc.property(fc.array(anyTurn, { maxLength: 120 }), (turns) => {
        const { header } = threeDeaths();
        const told = modelOf({ header, records: turnsToRecords(turns) });
        for (const index of told.records.keys()) {
          const expected = told.runs.filter(
            ({ from, until, lostAt }) =>
              from <= index && (until ?? Infinity) > index && (lostAt ?? Infinity) > index,
          );
          expect(new Set(told.leasesAt(index))).toEqual(new Set(expected));
        }
      }),
    );
  });

  test('leads back and on through fifty thousand records in no time to speak of', () => {
    const day = modelOf(aBusyDay());
    const before = process.cpuUsage();
    const lost: number[] = [];
    for (let index = 0; index < day.records.length; index += 997) {
      const next = consequenceOf(day, index);
      if (next !== null && causeOf(day, next) !== index) lost.push(index);
    }
    expect(lost).toEqual([]);
    expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
  });
});

interface Turn {
  readonly runner: string;
  readonly does: 'leases' | 'ends' | 'loses' | 'resumes';
  /** Which of the runs so far. */
  readonly which: number;
}

const anyTurn: fc.Arbitrary<Turn> = fc.record({
  runner: fc.constantFrom('ada', 'bob'),
  does: fc.constantFrom('leases', 'leases', 'ends', 'loses', 'resumes'),
  which: fc.nat(200),
});

/** Runs begin, end, are lost, and some are resumed after that, in any order. */
function turnsToRecords(turns: readonly Turn[]): WireRecord[] {
  const leased: { readonly run: string; readonly process: string }[] = [];
  return turns
    .flatMap(({ runner, does, which }): WireRecord[] => {
      if (does === 'leases') leased.push({ run: `7f3a-${leased.length + 1}`, process: runner });
      const one = does === 'leases' ? leased.at(-1) : leased[which % leased.length];
      if (one === undefined) return [];
      const what = {
        leases: 'leased',
        ends: 'verdict',
        loses: 'lost',
        resumes: 'resumed',
      } as const;
      return [{ n: 0, atUs: 0, kind: 'change', what: what[does], says: '', ...one }];
    })
    .map((record, index) => ({ ...record, n: index + 1 }));
}
