import { expect, test } from 'vitest';
import { criticalPath } from '../../../src/web/page/commit/critical-path.js';

const fetch = { id: 1, needs: [], endMs: 10 };
const compile = { id: 2, needs: [1], endMs: 60 };
const assets = { id: 3, needs: [1], endMs: 30 };
const bundle = { id: 4, needs: [2, 3], endMs: 80 };

test('the path goes back from the last that ended, each time over that which kept it waiting', () => {
  expect(criticalPath([fetch, compile, assets, bundle])).toEqual([1, 2, 4]);
});

test('what never ended kept nothing waiting', () => {
  expect(criticalPath([fetch, { ...compile, endMs: null }, assets, bundle])).toEqual([1, 3, 4]);
  expect(criticalPath([{ ...fetch, endMs: null }])).toEqual([]);
});

test('a circle, which no plan has, ends it', () => {
  expect(criticalPath([{ ...fetch, needs: [2] }, compile])).toEqual([1, 2]);
});
