import { expect, test } from 'vitest';
import { brokenInto } from '../../../src/web/page/wire/line-breaks.js';

/** A character is ten pixels wide. */
const wide = (text: string) => 10 * [...text].length;

test('words that fit stay on one line', () => {
  expect(brokenInto('bob was ended', 130, { linesMost: 2, wide })).toEqual(['bob was ended']);
});

test('words that do not fit break between two of them, into lines of about one length', () => {
  const words = 'the commit went to the front of the queue';
  expect(brokenInto(words, 350, { linesMost: 2, wide })).toEqual([
    'the commit went to the',
    'front of the queue',
  ]);
});

test('what finds no room in the last line ends in an ellipsis, and so does a word that is too long', () => {
  const words = 'nothing else knew of it, and nobody ever will';
  expect(brokenInto(words, 150, { linesMost: 2, wide })).toEqual([
    'nothing else',
    'knew of it, an…',
  ]);
  expect(brokenInto('b51e2c4b51e2c4', 80, { linesMost: 2, wide })).toEqual(['b51e2c4…']);
});
