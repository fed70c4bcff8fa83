import { expect, test } from 'vitest';
import { axisOver, tickWords } from '../../../src/web/page/commit/axis.js';

const minute = 60_000;

test('what went on without a rest fills the axis evenly, with ticks that people count in', () => {
  const { place, ticks, cuts } = axisOver([
    { fromMs: 0, untilMs: 4 * minute },
    { fromMs: 3 * minute, untilMs: 10 * minute },
  ]);
  expect([0, 5 * minute, 10 * minute].map(place)).toEqual([0, 0.5, 1]);
  expect(ticks.map(({ says }) => says)).toEqual([
    '0',
    '2 min',
    '4 min',
    '6 min',
    '8 min',
    '10 min',
  ]);
  expect(cuts).toEqual([]);
});

test('the night before a re-run is cut out, and said', () => {
  const evening = { fromMs: 0, untilMs: 5 * minute };
  const morning = { fromMs: 605 * minute, untilMs: 610 * minute };
  const { place, ticks, cuts } = axisOver([morning, evening]);
  expect(place(evening.untilMs)).toBeCloseTo(0.48);
  expect(place(300 * minute)).toBeCloseTo(0.48);
  expect(place(morning.fromMs)).toBeCloseTo(0.52);
  expect(place(morning.untilMs)).toBe(1);
  expect(cuts.map(({ says }) => says)).toEqual(['10 h later']);
  expect(ticks.map(({ at }) => at)).toEqual([0, expect.closeTo(0.52)]);
});

test('what is at one moment only, or nothing at all, has an axis too', () => {
  expect(axisOver([]).place(5)).toBe(0);
  expect(axisOver([{ fromMs: 5, untilMs: 5 }]).place(5)).toBe(0);
});

test('ticks are named in at most two units', () => {
  const times = [0, 500, 90_000, 3_600_000, 93_784_000];
  expect(times.map(tickWords)).toEqual(['0', '500 ms', '1 min 30 s', '1 h', '1 d 2 h']);
});
