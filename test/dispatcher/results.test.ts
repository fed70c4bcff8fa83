import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Reading } from '../../src/dispatcher/shell/readings.js';
import { Results } from '../../src/dispatcher/shell/results.js';
import type { LogName } from '../../src/dispatcher/store/log-names.js';
import { LogFiles } from '../../src/dispatcher/store/logs.js';
import { short } from '../../src/protocol/ids.js';
import type { StepReport } from '../../src/protocol/work.js';
import type { Told } from '../../src/world/story.js';
import { commit } from '../support/commits.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { handClock } from '../support/hand-clock.js';

/** A results folder, the logs of those jobs, and something else that can stand in the folder's place. */
function resultsOf(...readings: Reading[]) {
  const folder = temporaryFolder();
  const path = join(folder, 'results');
  const files = new LogFiles(join(folder, 'logs'), path);
  onTestFinished(() => files.close());
  const clock = handClock();
  const told: Told[] = [];
  const of = (commit: string) => readings.filter((reading) => reading.log?.commit === commit);
  const results = new Results(
    files,
    async (commit) => of(commit),
    clock,
    (one) => told.push(one),
  );
  return {
    ...{ path, results, files, clock, told },
    read: (name: string) => readFileSync(join(path, name), 'utf8'),
    refuse: () => {
      renameSync(path, `${path}.away`);
      writeFileSync(path, 'a file in its place');
    },
    allow: () => {
      rmSync(path);
      renameSync(`${path}.away`, path);
    },
  };
}

function reading(log: LogName, name = 'default', steps: readonly StepReport[] = []): Reading {
  return { job: log.job, repository: 'demo', name, log, steps, isOver: true };
}

const events = (told: readonly Told[]) => told.map(({ event }) => event);

test('what a results folder refuses is put there once that can be done, told of once and at the end', async () => {
  const logs = [1, 2, 3].map((job) => ({ commit: commit(job), job, number: 1 }));
  const world = resultsOf(...logs.map((log) => reading(log)));
  const { results, files, clock, told } = world;
  for (const log of logs) files.append(log, 0, Buffer.from(`output ${log.job}\n`));
  world.refuse();
  for (const log of logs) await results.publish([{ log, steps: [] }]);
  clock.pass(1_000);
  await eventually('it tries again later', () => clock.pending === 1);
  expect(events(told)).toEqual(['results-not-published']);
  expect(told[0]?.msg).toMatch(
    new RegExp(`^the output of ${short(commit(1))} could not .* its log is kept, and put there`),
  );
  world.allow();
  clock.pass(1_000);
  await eventually('all is told to be there', () => told.length === 2);
  expect(events(told)).toEqual(['results-not-published', 'results-published']);
  for (const { commit, job } of logs) expect(world.read(commit)).toBe(`output ${job}\n`);
  expect(clock.pending).toBe(0);
});

test('one name that stays refused holds up no other', async () => {
  const logs = [1, 2].map((job) => ({ commit: commit(job), job, number: 1 }));
  const world = resultsOf(...logs.map((log) => reading(log)));
  const { results, files, clock } = world;
  for (const log of logs) files.append(log, 0, Buffer.from(`output ${log.job}\n`));
  world.refuse();
  for (const log of logs) await results.publish([{ log, steps: [] }]);
  world.allow();
  mkdirSync(join(world.path, commit(1)));
  clock.pass(1_000);
  await eventually('it tries again later', () => clock.pending === 1);
  clock.pass(1_000);
  await eventually('the other is there', () => existsSync(join(world.path, commit(2))));
});

test('where two jobs of a commit end at once and the disk is late, the later one stays the latest', async () => {
  const logs = [1, 2].map((job) => ({ commit: commit(1), job, number: 1 }));
  const world = resultsOf(...logs.map((log) => reading(log, `job-${log.job}`)));
  const { results, files, clock, told } = world;
  for (const log of logs) files.append(log, 0, Buffer.from(`output ${log.job}\n`));
  const sync = files.syncPublished.bind(files);
  files.syncPublished = () => {
    files.syncPublished = sync;
    throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  };
  await results.publish(logs.map((log) => ({ log, steps: [] })));
  clock.pass(1_000);
  await eventually('all is told to be there', () => told.length === 2);
  expect(world.read(commit(1))).toBe('output 2\n');
});

test('output that had to wait does not take the place of what came after it', async () => {
  const [old, next] = [1, 2].map((job) => ({ commit: commit(1), job, number: 1 })) as [
    LogName,
    LogName,
  ];
  const world = resultsOf(reading(old, 'lint'), reading(next, 'test'));
  const { results, files, clock, told } = world;
  files.append(old, 0, Buffer.from('of lint\n'));
  files.append(next, 0, Buffer.from('of test\n'));
  world.refuse();
  await results.publish([{ log: old, steps: [] }]);
  world.allow();
  await results.publish([{ log: next, steps: [] }]);
  clock.pass(1_000);
  await eventually('all is told to be there', () => told.length === 2);
  expect(world.read(commit(1))).toBe('of test\n');
  expect(world.read(`${commit(1)}.lint`)).toBe('of lint\n');
});

test('two outputs of a commit that are put in place at once do not disturb each other', async () => {
  const log = { commit: commit(1), job: 1, number: 1 };
  const step: StepReport = {
    ...{ number: 1, name: 'build', isService: false, isIgnored: false },
    ...{ state: 'passed', exitCode: 0, reason: '' },
    ...{ startedAfterMs: 0, durationMs: 5, logBytes: 6 },
  };
  const world = resultsOf(reading(log, 'default', [step]));
  const { results, files, told } = world;
  files.append({ ...log, step: 1 }, 0, Buffer.from('built\n'));
  await Promise.all([1, 2, 3].map(() => results.publish([{ log, steps: [step] }])));
  expect(told).toEqual([]);
  expect(world.read(commit(1))).toMatch(/^--- build: passed .* ---\nbuilt\n$/);
});
