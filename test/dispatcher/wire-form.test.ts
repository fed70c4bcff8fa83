/**
 * How long what a spectator is told can get: whatever came over the wire, its decoder takes what we make
 * of it, and the decoder of an earlier release what we send to that one.
 */

import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/dispatcher/core/journal.js';
import type { Recorded } from '../../src/dispatcher/feed/publication.js';
import { shortWireForm, wireForm } from '../../src/dispatcher/feed/wire-form.js';
import { sessionDecoder } from '../../src/protocol/decoder.js';
import { encodeSession } from '../../src/protocol/encoder.js';
import type { RunId } from '../../src/protocol/ids.js';
import type { PlannedJob, Report } from '../../src/protocol/job-bodies.js';
import {
  fallbacksMax,
  jobsOfCommitMax,
  jsonBytesMax,
  labelsMax,
  stepLogsMax,
} from '../../src/protocol/limits.js';
import { failuresMax, summaryOf, testsBytesMax } from '../../src/protocol/tests.js';
import { commit } from '../support/commits.js';

const c = commit(1);
const run = '0badcafe-999999999999999' as RunId;

/** The most that a character can take: half of a pair, which JSON has to spell. */
const half = '\ud800';
/** The most that one takes that is text. */
const whole = '測';
/** The most that one takes in a name. */
const letter = '𠀀';

/** A time that is long to write. */
const fraction = 1 / (3 * 10 ** 99);

/** The most steps, with as much as may be said of each. */
function stepsOf(character: string, reasonCharacters = 500) {
  return Array.from({ length: stepLogsMax }, (_, index) => ({
    ...{ number: index + 1, name: character.repeat(100), isService: false, isIgnored: false },
    ...{ state: 'timed-out' as const, exitCode: -Number.MAX_SAFE_INTEGER },
    ...{ reason: character.repeat(reasonCharacters), startedAfterMs: fraction },
    ...{ durationMs: fraction, logBytes: Number.MAX_SAFE_INTEGER },
  }));
}

function report(character: string, failures: number): Report {
  const failure = {
    ...{ name: character.repeat(200), message: character.repeat(400) },
    ...{ file: character.repeat(200), line: 10_000_000 },
  };
  const count = 1_000_000_000;
  return {
    ...{ end: 'failed', exitCode: -Number.MAX_SAFE_INTEGER, signal: character.repeat(20) },
    ...{ reason: character.repeat(500), logBytes: Number.MAX_SAFE_INTEGER },
    ...{ durationMs: fraction, steps: stepsOf(character) },
    tests: {
      ...{ passed: count, failed: count, skipped: count, durationMs: Number.MAX_SAFE_INTEGER },
      ...{ failures: Array(failures).fill(failure), slowest: [], outcomes: [] },
    },
  };
}

function decoded(bytes: Uint8Array) {
  const [first, ...more] = sessionDecoder().push(Buffer.from(bytes));
  expect(more).toEqual([]);
  if (first?.kind !== 'message') throw new Error(first?.fault.says ?? 'nothing came');
  return first.message;
}

/** As a runner sends it and the core concludes from it. */
function finished(sent: Report, kind: 'finished' | 'retried'): Recorded {
  const heard = decoded(encodeSession({ verb: 'results', run, body: sent }));
  if (heard.verb !== 'results') throw new Error('another message');
  const { end: verdict, tests, ...rest } = heard.body;
  const summary = tests === undefined ? {} : { tests: summaryOf(tests) };
  const of = { kind, run, runner: letter.repeat(100), job: 1, atMs: Number.MAX_SAFE_INTEGER };
  return recorded({ ...of, ...rest, verdict, ...summary } as Entry);
}

function recorded(entry: Entry): Recorded {
  const job = { id: 1, repository: letter.repeat(100), commit: c, name: letter.repeat(100) };
  return { seq: Number.MAX_SAFE_INTEGER, entry, job };
}

/** What the decoder of the release before took. */
function bodyBytes(bytes: Uint8Array): number {
  const [, , length] = Buffer.from(bytes.subarray(0, 100)).toString().split(':');
  return Number(length);
}

describe('an entry', () => {
  test('made of a report as it comes from many steps is understood, with all of them', () => {
    const steps = stepsOf('x', 400).slice(0, 128);
    const entry = finished({ ...report('x', 1), steps }, 'finished');
    const bytes = wireForm.entry(entry);
    expect(bodyBytes(bytes)).toBeGreaterThan(jsonBytesMax);
    expect(decoded(bytes)).toMatchObject({ verb: 'entry', body: { verdict: 'failed', steps } });
  });

  test.each(['finished', 'retried'] as const)(
    'of a run that has %s is understood whatever its report was',
    (kind) => {
      const longest = finished(report(half, 10), kind);
      expect(decoded(wireForm.entry(longest))).toMatchObject({ verb: 'entry', body: { kind } });
    },
  );

  test('of the job that wants most is understood', () => {
    const message = decoded(wireForm.entry(accepted()));
    expect(message).toMatchObject({ body: { needs: expect.any(Array) } });
  });
});

describe('an entry to a spectator of an earlier release', () => {
  test('is what all others hear, where it is short enough', () => {
    const entry = finished({ ...report('x', 1), steps: stepsOf('x').slice(0, 2) }, 'finished');
    expect(shortWireForm.entry(entry)).toEqual(wireForm.entry(entry));
  });

  test.each(['finished', 'retried'] as const)(
    'of a run that has %s comes without its steps, where it were too long for that one',
    (kind) => {
      const bytes = shortWireForm.entry(finished(report(half, 10), kind));
      expect(bodyBytes(bytes)).toBeLessThanOrEqual(jsonBytesMax);
      const { body } = decoded(bytes) as { body: object };
      expect(body).toMatchObject({ kind, verdict: 'failed', tests: { failed: 1_000_000_000 } });
      expect(body).not.toHaveProperty('steps');
    },
  );

  test('of the job that wants most comes without that', () => {
    const bytes = shortWireForm.entry(accepted());
    expect(bodyBytes(bytes)).toBeLessThanOrEqual(jsonBytesMax);
    expect(decoded(bytes)).toMatchObject({ body: { kind: 'accepted', by: expect.any(String) } });
  });
});

test('a report with the most steps that a runner tells of fits beside the most of tests', () => {
  const { tests: _, ...most } = report(whole, failuresMax);
  const room = Buffer.byteLength(JSON.stringify({ ...most, tests: '' })) + testsBytesMax;
  expect(room).toBeLessThanOrEqual(1_024 * 1_024);
});

function accepted(): Recorded {
  const names = (count: number) =>
    Array.from({ length: count }, (_, index) => letter.repeat(97) + String(index).padStart(3, '0'));
  const labels = names(labelsMax);
  const wanted: Partial<PlannedJob> = {
    ...{ labels, needs: names(jobsOfCommitMax), runsOn: ['success', 'failure'] },
    fallbacks: Array.from({ length: fallbacksMax }, () => ({ labels, afterMs: 1.5e-300 })),
  };
  const described = {
    ...{ branch: half.repeat(255), author: half.repeat(255), subject: half.repeat(500) },
    ...{ by: letter.repeat(100), cloneUrl: `/${whole.repeat(1_999)}`, group: letter.repeat(100) },
  };
  const of = { job: 1, atMs: 1, repository: letter.repeat(100), commit: c, name: 'default' };
  return recorded({ kind: 'accepted', ...of, ...described, ...wanted } as Entry);
}
