import { expect, test } from 'vitest';
import { sentences } from '../../src/lab/law-sentences.js';
import { laws } from '../simulation/laws.js';

test('a law of the lab is one of the simulated worlds, in the same words', () => {
  expect(laws).toMatchObject(sentences);
});
