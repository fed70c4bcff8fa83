import { expect, test } from 'vitest';
import type { RunId } from '../../src/protocol/ids.js';
import type { Report } from '../../src/protocol/job-bodies.js';
import type { Run } from '../../src/test-runner/core/events.js';
import type { Executor } from '../../src/test-runner/executor.js';
import { Runs } from '../../src/test-runner/runs.js';
import type { OpenFile } from '../../src/world/disk.js';
import { commit } from '../support/commits.js';
import { handClock } from '../support/hand-clock.js';
import { untold } from '../support/runner-scenario.js';

const run = '0badcafe-1' as RunId;
const report: Report = {
  end: 'passed',
  exitCode: 0,
  signal: null,
  reason: '',
  logBytes: 5,
  durationMs: 1,
};

test('a log that cannot be opened for want of descriptors is shipped when there are some', () => {
  const given = heldRun();
  given.failsWith('EMFILE');
  given.runs.ship(run, 0, report);
  given.runs.tick();
  expect(given.done).toEqual([]);
  given.failsWith(null);
  given.runs.tick();
  expect(given.done).toEqual(['log hello', 'shipped']);
  given.runs.tick();
  expect(given.done).toHaveLength(2);
});

test('one that a closed session wanted is not shipped to the next, which says what it wants', () => {
  const given = heldRun();
  given.failsWith('EMFILE');
  given.runs.ship(run, 0, report);
  given.runs.stopShipping();
  given.failsWith(null);
  given.runs.tick();
  expect(given.done).toEqual([]);
});

test('a log that the disk refuses is lost once its run is over: another runner can make it anew', () => {
  const given = heldRun();
  given.failsWith('EACCES');
  given.runs.ship(run, 0, report);
  expect(given.done).toEqual(['lost']);
  given.failsWith('EIO', 'read');
  given.runs.ship(run, 0, report);
  expect(given.done).toEqual(['lost', 'lost']);
});

test('files that the disk does not let go are removed once it does', () => {
  const given = heldRun();
  given.failsWith('EROFS', 'forget');
  given.runs.forget(given.ended);
  given.runs.tick();
  expect(given.done).toEqual([]);
  given.failsWith(null);
  given.runs.tick();
  given.runs.tick();
  expect(given.done).toEqual(['forgotten']);
});

test('a log that the system refuses for another reason is our own bug', () => {
  const given = heldRun();
  given.failsWith('EINVAL');
  expect(() => given.runs.ship(run, 0, report)).toThrow('EINVAL');
});

/** Runs of which one is in hand, ended, and its log says hello where it can be opened. */
function heldRun() {
  const done: string[] = [];
  let code: string | null = null;
  let failing = 'open';
  const fail = (what: string) => {
    if (code !== null && failing === what) throw Object.assign(new Error(code), { code });
  };
  const log: OpenFile = {
    size: 5,
    read: (into, offset) => {
      fail('read');
      return Buffer.from('hello').subarray(offset).copy(into);
    },
    write: () => 0,
    sync: async () => {},
    close: () => {},
  };
  const openLog = () => {
    fail('open');
    return log;
  };
  const forget = () => {
    fail('forget');
    done.push('forgotten');
  };
  const ended: Run = {
    id: run,
    commit: commit(1),
    classic: false,
    assignment: untold,
  };
  const slot = { files: { openLog, forget }, kept: [{ run: ended, report }] };
  const executor = { slots: [slot] } as unknown as Executor;
  const runs = new Runs(handClock(), executor, 1, {
    send: (message) => done.push(`log ${message.verb === 'log' ? message.body : ''}`) > 0,
    shipped: () => done.push('shipped'),
    starting: () => {},
    stepped: () => {},
    ended: () => {},
    logLost: () => done.push('lost'),
  });
  runs.adopt();
  const failsWith = (wanted: string | null, what = 'open') => {
    code = wanted;
    failing = what;
  };
  return { runs, done, ended, failsWith };
}
