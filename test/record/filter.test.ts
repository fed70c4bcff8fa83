import { describe, expect, test } from 'vitest';
import { everything, keeps, parseFilter } from '../../src/record/filter.js';
import { filterInWords } from '../../src/record/filter-words.js';
import type { WireMessage } from '../../src/record/record.js';
import { commitOf, threeDeaths } from '../support/recordings.js';

const { records } = threeDeaths();
const messages = new Map(
  records.flatMap((record) => (record.kind === 'message' ? [[record.n, record]] : [])),
);

function filterOf(typed: string) {
  const parsed = parseFilter(typed);
  if ('says' in parsed) throw new Error(parsed.says);
  return parsed.filter;
}

/** Each record that is kept, as a word. */
function kept(typed: string): string[] {
  const filter = filterOf(typed);
  const told = (record: (typeof records)[number]): WireMessage | undefined =>
    record.kind === 'arrived' || record.kind === 'dropped'
      ? messages.get(record.message)
      : undefined;
  return records
    .filter((record) => keeps(filter, record, told(record)))
    .map((record) =>
      record.kind === 'message'
        ? record.verb
        : record.kind === 'change'
          ? record.what
          : record.kind,
    );
}

describe('a filter', () => {
  test('without words keeps everything', () => {
    expect(kept('')).toHaveLength(records.length);
    expect(filterInWords(everything)).toBe('everything');
  });

  test('takes several of one field as alternatives, and several fields together', () => {
    expect(new Set(kept('verb:results verb:log kind:message'))).toEqual(
      new Set(['results', 'log']),
    );
    const ofBob = kept('verb:results verb:log kind:message runner:bob');
    expect(ofBob.length).toBeLessThan(kept('verb:log kind:message').length);
  });

  test('excludes by a minus', () => {
    expect(kept('-kind:heartbeat').filter((word) => word === 'ping' || word === 'pong')).toEqual(
      [],
    );
    expect(kept('kind:change -runner:bob')).not.toContain('killed');
    expect(kept('kind:change')).toContain('killed');
  });

  test('judges what came, or never did, by its message', () => {
    expect(new Set(kept('verb:ping kind:dropped'))).toEqual(new Set(['dropped']));
    expect(kept('verb:results kind:dropped')).toEqual([]);
  });

  test('knows a commit by its beginning, and a run by its number', () => {
    expect(kept(`commit:${commitOf(2).slice(0, 6)} kind:lost`)).toEqual(['lost']);
    expect(kept('run:2 kind:leased')).toEqual(['leased']);
  });

  test('looks for bare words in all that a record says, in quotes also with blanks and colons', () => {
    expect(kept('SIGKILL')).toEqual(['killed']);
    expect(kept('"was killed" bob')).toEqual(['killed']);
    expect(kept('"role\\":\\"runner"')).toEqual([]);
    expect(kept('"nobody:says"')).toEqual([]);
  });

  test.each([
    [
      'verb:results verb:log -runner:b -kind:heartbeat',
      'only results and log; without heartbeats; not runner b',
    ],
    ['-verb:ping -verb:pong', 'without heartbeats'],
    ['process:ada process:bob commit:1a2b', 'only process ada or bob; only commit 1a2b'],
    ['from:ada "the basket" -text', 'only from ada; with “the basket”; without “text”'],
  ])('%s is said as: %s', (typed, words) => {
    expect(filterInWords(filterOf(typed))).toBe(words);
  });

  test.each([
    ['verbs:ping', /^"verbs" is no field \(did you mean "verb:"\?\): fields are verb, kind, /],
    ['colour:red', /^"colour" is no field: fields are .*; text with a colon is put in quotes$/],
    ['kind:losst', /^"losst" is no kind of record: kinds are message, heartbeat, .*, lost, /],
    [
      'verb:resluts',
      /^"resluts" is no verb \(did you mean "verb:results"\?\): verbs are .*, garbage$/,
    ],
    ['-verb:xyz', /^"xyz" is no verb: verbs are welcome, /],
    ['-runner:', /^"runner:" wants the name of a runner behind it$/],
  ])('%s: what is wrong is said with what would be right', (typed, sentence) => {
    expect(parseFilter(typed)).toEqual({ says: expect.stringMatching(sentence) });
  });
});
