import { expect, test } from 'vitest';
import { withHint } from '../../src/world/did-you-mean.js';

test.each([
  ['prot', 'There is no flag --prot: did you mean --port?'],
  ['dispatcher-sever', 'There is no flag --dispatcher-sever: did you mean --dispatcher-server?'],
  ['colour', 'There is no flag --colour'],
])('a mistyped flag, %s, gets the one that is near', (typed, says) => {
  expect(
    withHint(`Unknown argument: ${typed}`, ['port', 'dispatcher-server', 'data'], [`--${typed}`]),
  ).toBe(says);
});

test('what is no flag is not taken for one', () => {
  expect(withHint('Unknown argument: ports', ['port'], ['ports'])).toBe('Unknown argument: ports');
});

test('whatever else is wrong is said as it is', () => {
  expect(withHint('Not enough arguments', ['port'], [])).toBe('Not enough arguments');
});
