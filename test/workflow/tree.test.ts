import { expect, test } from 'vitest';
import { treesOf } from '../../src/workflow/tree.js';

function read(text: string): unknown {
  const { trees, remarks } = treesOf(text);
  const [wrong] = remarks;
  return wrong === undefined ? trees[0]?.value : `${wrong.line}:${wrong.column} ${wrong.says}`;
}

test.each([
  ['a: [1, 1.20, 0x1f, true, yes, ~, "2"]', { a: [1, '1.20', '0x1f', true, 'yes', null, '2'] }],
  ['a: &x {p: 1, q: 2}\nb: {<<: *x, p: 3}', { a: { p: 1, q: 2 }, b: { p: 3, q: 2 } }],
  ['a: &x {p: 1}\nb: &y {p: 2}\nc:\n  << : [*x, *y]', { a: { p: 1 }, b: { p: 2 }, c: { p: 1 } }],
  ['a: &l [1, 2]\nb:\n - <<: *l\n - 3', { a: [1, 2], b: [1, 2, 3] }],
  ['a: &l [1]\nb: &m [2]\nc:\n - <<: [*l, *m]', { a: [1], b: [2], c: [1, 2] }],
  ['a: &x 1\nb: *x\nc: &x 2\nd: *x', { a: 1, b: 1, c: 2, d: 2 }],
  ['{"a": {"b": [1]}}', { a: { b: [1] } }],
])('%j is %j', (text, value) => {
  expect(JSON.parse(JSON.stringify(read(text)))).toEqual(value);
});

test.each([
  ['a: 1\na: 2', '2:1 "a" stands here twice: write it once.'],
  ['a: *x', '1:4 There is no anchor &x before this.'],
  ['a: &x\n  b: *x', '2:6 *x holds itself.'],
  ['a: &x 1\nb:\n  <<: *x', '3:3 "<<" puts in a map, or a list of maps, and this is neither.'],
  [
    'a: {',
    '1:5 This is no YAML: Flow map in block collection must be sufficiently indented and end with a }.',
  ],
  ['[a]: 1', '1:1 A key is text, not a list or a map.'],
])('%j is wrong: %s', (text, says) => {
  expect(read(text)).toBe(says);
});

const laughs = Array.from({ length: 20 }, (_, level) => {
  const below =
    level === 0
      ? 'ha'
      : Array(9)
          .fill(`*a${level - 1}`)
          .join(', ');
  return `a${level}: &a${level} [${below}]`;
}).join('\n');

test.each([
  ['a billion laughs', laughs, 'With its aliases followed, the file has more than 20000 values.'],
  ['deep flow', '['.repeat(10_000), 'deep: no workflow does.'],
  ['deep blocks', '- '.repeat(10_000), 'deep: no workflow does.'],
  ['many documents', '---\n'.repeat(10_000), 'The file holds more than 64 documents.'],
])('%s end at a bound', (_, text, says) => {
  expect(read(text)).toContain(says);
});
