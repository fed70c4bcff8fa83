import { expect, test } from 'vitest';
import type { Report } from '../../src/protocol/bodies.js';
import type { RunId } from '../../src/protocol/ids.js';
import type { Job } from '../../src/test-runner/events.js';
import type { Slot } from '../../src/test-runner/slots.js';
import { Workshop } from '../../src/test-runner/workshop.js';
import type { OpenFile } from '../../src/world/disk.js';
import { commit } from '../support/commits.js';
import { handClock } from '../support/hand-clock.js';

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
  const given = workshop();
  given.failsWith('EMFILE');
  given.workshop.ship(run, 0, report);
  given.workshop.tick();
  expect(given.done).toEqual([]);
  given.failsWith(null);
  given.workshop.tick();
  expect(given.done).toEqual(['log hello', 'shipped']);
  given.workshop.tick();
  expect(given.done).toHaveLength(2);
});

test('one that a closed session wanted is not shipped to the next, which says what it wants', () => {
  const given = workshop();
  given.failsWith('EMFILE');
  given.workshop.ship(run, 0, report);
  given.workshop.stopShipping();
  given.failsWith(null);
  given.workshop.tick();
  expect(given.done).toEqual([]);
});

test('a log that the system refuses for another reason is our own bug', () => {
  const given = workshop();
  given.failsWith('EINVAL');
  expect(() => given.workshop.ship(run, 0, report)).toThrow('EINVAL');
});

/** A workshop that holds one ended run, whose log says hello where it can be opened. */
function workshop() {
  const done: string[] = [];
  let code: string | null = null;
  const log: OpenFile = {
    size: 5,
    read: (into, offset) => Buffer.from('hello').subarray(offset).copy(into),
    write: () => 0,
    sync: async () => {},
    close: () => {},
  };
  const openLog = () => {
    if (code !== null) throw Object.assign(new Error(code), { code });
    return log;
  };
  const job: Job = {
    run,
    commit: commit(1),
    classic: false,
    assignment: { branch: '', author: '', subject: '', repository: null, number: 1 },
  };
  const slot = { files: { openLog }, kept: [{ job, report }] } as unknown as Slot;
  const names = { runner: 'ada', repository: 'demo', guard: 'none' };
  const suite = { command: null, timeoutMs: 1, graceMs: 1, logBytesMax: 1, names, environment: {} };
  const workshop = new Workshop(handClock(), [slot], suite, {
    send: (message) => done.push(`log ${message.verb === 'log' ? message.body : ''}`) > 0,
    shipped: () => done.push('shipped'),
    starting: () => {},
    ended: () => {},
    logLost: () => done.push('lost'),
  });
  const failsWith = (wanted: string | null) => {
    code = wanted;
  };
  return { workshop, done, failsWith };
}
