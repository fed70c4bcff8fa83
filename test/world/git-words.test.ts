import { describe, expect, test } from 'vitest';
import { sentenceOf } from '../../src/world/git-words.js';

const advice =
  '\nPlease make sure you have the correct access rights\nand the repository exists.\n';

describe('of what git says', () => {
  test('the first words are kept: who refused, and why', () => {
    const printed =
      'ssh: connect to host ci port 22: Connection refused\r\n' +
      `fatal: Could not read from remote repository.\n${advice}`;
    expect(sentenceOf(printed)).toBe(
      'ssh: connect to host ci port 22: Connection refused ' +
        'fatal: Could not read from remote repository.',
    );
  });

  test('and the remedy, where git knows one', () => {
    const printed =
      "fatal: detected dubious ownership in repository at '/srv/demo.git'\n" +
      'To add an exception for this directory, call:\n\n' +
      '\tgit config --global --add safe.directory /srv/demo.git\n' +
      `fatal: Could not read from remote repository.\n${advice}`;
    expect(sentenceOf(printed)).toMatch(
      /^fatal: detected dubious ownership.*--add safe\.directory \/srv\/demo\.git fatal: Could not/,
    );
  });

  test('counting is left out, and of many lines the middle', () => {
    const counting =
      'remote: Counting objects:  50% (1/2)\rremote: Counting objects: 100% (2/2), done.\n' +
      'remote: Enumerating objects: 5, done.\nReceiving objects: 100% (5/5), 400 bytes\n';
    const lines = Array.from({ length: 20 }, (_, index) => `error: ${index}`).join('\n');
    expect(sentenceOf(`${counting}${lines}\nfatal: the end`)).toBe(
      'error: 0 error: 1 error: 2 error: 3 … error: 17 error: 18 error: 19 fatal: the end',
    );
  });

  test('nothing is a sentence too, and a long one is cut', () => {
    expect(sentenceOf('\n \n')).toBe('git failed without a word');
    expect(sentenceOf(`fatal: ${'x'.repeat(9_000)}`)).toHaveLength(500);
  });
});
