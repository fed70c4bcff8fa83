import { describe, expect, test } from 'vitest';
import { Axis, axisModes, type Room } from '../../src/record/axis.js';
import { threeDeaths } from '../support/recordings.js';

/** An axis of these moments, each with a row of its own. */
function axisOf(mode: (typeof axisModes)[number], atUs: readonly number[], room: Room = 'row') {
  const axis = new Axis(mode);
  for (const at of atUs) axis.append(at, room);
  return axis;
}

describe('the axis of a picture', () => {
  test('by steps gives each record the same room, however long it took', () => {
    const axis = axisOf('steps', [0, 10, 5_000_000]);
    expect(axis.y(2) - axis.y(1)).toBe(axis.y(1) - axis.y(0));
  });

  test('by time gives a second the same room wherever it lies', () => {
    const axis = axisOf('time', [0, 1_000_000, 3_000_000]);
    expect(axis.y(2) - axis.y(1)).toBe(2 * (axis.y(1) - axis.y(0)));
  });

  test('between them shows a second wider than a millisecond, but not a thousand times', () => {
    const axis = axisOf('between', [0, 1_000, 1_001_000]);
    const [short, long] = [axis.y(1) - axis.y(0), axis.y(2) - axis.y(1)];
    expect(long / short).toBeGreaterThan(2);
    expect(long / short).toBeLessThan(10);
  });

  test('moves heartbeats together the more there are', () => {
    const axis = axisOf(
      'steps',
      [0, 1, 2, 3].map((second) => second * 900_000),
      'tick',
    );
    const apart = [1, 2, 3].map((index) => axis.y(index) - axis.y(index - 1));
    expect(apart).toEqual(apart.toSorted((one, other) => other - one));
  });

  test.each(axisModes)('%s: no later record lies higher, and a moment is found again', (mode) => {
    const { records } = threeDeaths();
    const axis = new Axis(mode);
    for (const { atUs, kind } of records) axis.append(atUs, kind === 'arrived' ? 'step' : 'row');
    const falls = records.filter((_, index) => axis.y(index) < axis.y(index - 1));
    expect(falls).toEqual([]);
    const [, , third] = records;
    expect(axis.timeAtY(axis.yAtTime(third?.atUs ?? 0))).toBeCloseTo(third?.atUs ?? 0);
  });

  test('tells where time stands still', () => {
    const axis = axisOf('steps', [0, 60, 40_000]);
    expect([1, 2].map((index) => axis.isStill(index))).toEqual([true, false]);
  });
});
