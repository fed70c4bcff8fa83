/**
 * How long a runner's `hello` can get: whatever it tests, carries and has in hand, it is understood.
 */

import { expect, test } from 'vitest';
import { requestDecoder } from '../../src/protocol/decoder.js';
import { encodeRequest } from '../../src/protocol/encoder.js';
import type { RunId } from '../../src/protocol/ids.js';
import { capacityMax, heldRunsMax, labelsMax, repositoriesMax } from '../../src/protocol/limits.js';
import { introduce } from '../../src/test-runner/introduction.js';
import { commit } from '../support/commits.js';

/** The most bytes that one character of a name takes. */
const letter = '𠀀';

const runner = {
  ...{ name: letter.repeat(100), localStart: '0badcafe', version: '9'.repeat(40) },
  dispatcher: { host: 'localhost', port: 8888 },
};

function names(count: number, characters = letter): string[] {
  return Array.from(
    { length: count },
    (_, index) => characters.repeat(97) + String(index).padStart(3, '0'),
  );
}

/** With more ended runs in hand than any `hello` names. */
function hello(repositories: readonly string[] | 'any', labels: readonly string[]) {
  const ids = Array.from(
    { length: 2 * heldRunsMax },
    (_, n) => `0badcafe-${10 ** 14 + n}` as RunId,
  );
  const commits = ids.map((run, n) => ({ run, commit: commit(n, 64) }));
  const offer = { labels: [...labels], capacity: capacityMax };
  return introduce({ ...runner, repositories }, offer, commits);
}

test.each([
  ['one repository', ['demo'], []],
  ['any repository, with the most labels', 'any', names(labelsMax)],
  ['the most repositories and labels', names(repositoriesMax), names(labelsMax)],
] as const)('a hello of %s holds what fits, with a token', (_what, repositories, labels) => {
  const body = { ...hello(repositories, labels), token: 'x'.repeat(256) };
  const decoded = requestDecoder().first(encodeRequest({ verb: 'hello', body }));
  expect(decoded).toMatchObject({ kind: 'message', message: { body: { labels } } });
  expect(body.runs.length).toBeGreaterThan(heldRunsMax / 3);
});

test('a hello with names as people choose them holds as many runs as may be named', () => {
  const words = names(3, 'x').map((name) => name.slice(-10));
  expect(hello(words, words).runs).toHaveLength(heldRunsMax);
});
