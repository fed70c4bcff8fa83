import { expect, test } from 'vitest';
import { layoutOf, type Needing } from '../../../src/web/page/commit/graph-layout.js';

function drawn(all: readonly Needing[]) {
  const { spots, edges, columns, rows } = layoutOf(all);
  const at = Object.fromEntries([...spots].map(([id, { column, row }]) => [id, [column, row]]));
  return { at, edges, columns, rows };
}

test('each is right of all that it needs, a shorter column centred', () => {
  const { at, columns, rows } = drawn([
    { id: 1, needs: [] },
    { id: 2, needs: [1] },
    { id: 3, needs: [1] },
    { id: 4, needs: [2, 3] },
  ]);
  expect(at).toEqual({ 1: [0, 0.5], 2: [1, 0], 3: [1, 1], 4: [2, 0.5] });
  expect([columns, rows]).toEqual([3, 2]);
});

test('a line over a column has a row of its own there', () => {
  const { at, edges } = drawn([
    { id: 1, needs: [] },
    { id: 2, needs: [1] },
    { id: 3, needs: [1, 2] },
  ]);
  const long = edges.find(({ from, to }) => from === 1 && to === 3);
  expect(long?.by).toEqual([{ column: 1, row: 1 }]);
  expect(at[2]).toEqual([1, 0]);
});

test('each lies beside what it comes from, whatever the order they are named in', () => {
  const { at } = drawn([
    { id: 1, needs: [] },
    { id: 2, needs: [] },
    { id: 3, needs: [2] },
    { id: 4, needs: [1] },
  ]);
  expect(at).toEqual({ 1: [0, 0], 2: [0, 1], 3: [1, 1], 4: [1, 0] });
});

test('nothing, one that needs what is not there, and a circle are laid as well', () => {
  expect(drawn([]).rows).toBe(0);
  expect(drawn([{ id: 1, needs: [99] }]).at).toEqual({ 1: [0, 0] });
  const circle = drawn([
    { id: 1, needs: [2] },
    { id: 2, needs: [1] },
  ]);
  expect(Object.keys(circle.at)).toEqual(['1', '2']);
});
