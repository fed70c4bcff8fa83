/**
 * A runner whose runs are done by something else than checkouts and processes of this machine: all
 * that it is to the dispatcher, it is without them. Its shell and a dispatcher meet on real sockets.
 */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { logIdOf, type RunId } from '../../src/protocol/ids.js';
import type { Report } from '../../src/protocol/job-bodies.js';
import {
  type Done,
  type Executor,
  machineFault,
  type NotDone,
  type StepStanding,
  type Watch,
} from '../../src/test-runner/executor.js';
import { RunFiles } from '../../src/test-runner/run-files.js';
import { startRunner } from '../../src/test-runner/shell.js';
import { realClock } from '../../src/world/clock.js';
import { realNetwork } from '../../src/world/network.js';
import { commit } from '../support/commits.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { runnerDispatcher } from '../support/runner-dispatchers.js';

const passed: Report = {
  ...{ end: 'passed', exitCode: 0, signal: null, reason: '' },
  ...{ logBytes: 8, durationMs: 0 },
};

test('what it does elsewhere, and how that ended, reaches the dispatcher', async () => {
  const { dispatcher, done, end } = await runnerElsewhere();
  expect(dispatcher.hellos[0]).toMatchObject({ capacity: 2, labels: ['cloud'] });
  const run = dispatcher.runtest(commit(1));
  const { watch } = await eventually('it is begun there', () => done.get(run));
  watch.output(Buffer.from('one\n'));
  await eventually('its log is live', () => dispatcher.log(run).toString() === 'one\n');
  watch.output(Buffer.from('two\n'));
  end(run, { kind: 'done', verdict: passed });
  const report = await eventually('its report', () => dispatcher.reports.get(run));
  expect(report).toMatchObject({ end: 'passed', logBytes: 8 });
  expect(dispatcher.log(run).toString()).toBe('one\ntwo\n');
});

test('what it cannot do is handed back; what is cancelled is ended there', async () => {
  const { dispatcher, done, end } = await runnerElsewhere();
  const [one, two] = [dispatcher.runtest(commit(1)), dispatcher.runtest(commit(2))];
  await eventually('both are begun', () => done.size === 2);
  end(one, {
    kind: 'handback',
    handback: { reason: 'machine-fault', detail: 'the cloud is gone' },
  });
  await eventually('a handback', () => dispatcher.said('handback').length === 1);
  expect(dispatcher.said('handback')[0]).toMatchObject({ run: one });
  dispatcher.send({ verb: 'cancel', run: two });
  await eventually('it is told', () => done.get(two)?.stopped === 'cancelled');
  end(two, { kind: 'done', verdict: { ...passed, end: 'cancelled', exitCode: null } });
  const report = await eventually('its report', () => dispatcher.reports.get(two));
  expect(report.end).toBe('cancelled');
});

test('sentences longer than the wire takes are cut: of a step, of a verdict, of a handback', async () => {
  const { dispatcher, done, end } = await runnerElsewhere(temporaryFolder(), ['steps']);
  const [one, two] = [dispatcher.runtest(commit(1)), dispatcher.runtest(commit(2))];
  const { watch } = await eventually('both are begun', () => done.size === 2 && done.get(one));
  const long = 'why '.repeat(50_000);
  watch.stepped({ ...step, name: long, reason: long, startedAfterMs: null });
  await eventually('the step', () => dispatcher.said('step').length === 1);
  end(one, { kind: 'done', verdict: { ...passed, end: 'errored', reason: long } });
  const report = await eventually('its report', () => dispatcher.reports.get(one));
  expect(report.reason).toBe(long.slice(0, 500));
  expect(report.steps).toMatchObject([{ name: long.slice(0, 100), reason: long.slice(0, 500) }]);
  const handback = { reason: 'machine-fault', detail: long } as const;
  end(two, { kind: 'handback', handback });
  await eventually('a handback', () => dispatcher.said('handback').length === 1);
  expect(dispatcher.hellos).toHaveLength(1);
});

test('more output than a log may hold stops it, and the log has what fits', async () => {
  const { dispatcher, done, end } = await runnerElsewhere();
  const run = dispatcher.runtest(commit(1));
  const { watch } = await eventually('it is begun there', () => done.get(run));
  watch.output(Buffer.alloc(101, 'x'));
  expect(done.get(run)?.stopped).toBe('too-long');
  end(run, { kind: 'done', verdict: { ...passed, end: 'errored', exitCode: null } });
  const report = await eventually('its report', () => dispatcher.reports.get(run));
  expect(report.logBytes).toBe(100);
});

test('a result that nobody records is kept, for the process that comes after', async () => {
  const folder = temporaryFolder();
  const { dispatcher, done, end } = await runnerElsewhere(folder);
  dispatcher.records = false;
  const run = dispatcher.runtest(commit(1));
  const { watch } = await eventually('it is begun there', () => done.get(run));
  watch.output(Buffer.from('bytes\n'));
  end(run, { kind: 'done', verdict: passed });
  await eventually('it is kept', () => filesIn(folder, 0).find().ended.length === 1);
  const next = await runnerElsewhere(folder);
  expect(next.dispatcher.hellos[0]?.runs).toEqual([{ run, commit: commit(1) }]);
  next.dispatcher.send({ verb: 'want', log: run, offset: 0 });
  await eventually('it is delivered', () => next.dispatcher.reports.get(run));
  expect(next.dispatcher.log(run).toString()).toBe('bytes\n');
});

test('the logs of steps are kept and delivered as the run’s own is, and swept as that is', async () => {
  const folder = temporaryFolder();
  const { dispatcher, done, end } = await runnerElsewhere(folder, ['steps']);
  dispatcher.records = false;
  const run = dispatcher.runtest(commit(1));
  const { watch } = await eventually('it is begun there', () => done.get(run));
  watch.stepped({ ...step, state: 'running', durationMs: null });
  watch.output(Buffer.from('of the step\n'), 1);
  await eventually('it is live', () => dispatcher.log(run, 1).toString() === 'of the step\n');
  watch.stepped({ ...step, reason: 'it printed nothing for 1 s and was ended' });
  watch.output(Buffer.from('of the run\n'));
  end(run, { kind: 'done', verdict: passed });
  await eventually('it is kept', () => filesIn(folder, 0).find().ended.length === 1);

  const interrupted = '0badcafe-77' as RunId;
  filesIn(folder, 1).createLog(logIdOf(interrupted, 3)).close();
  const next = await runnerElsewhere(folder, ['steps']);
  next.dispatcher.send({ verb: 'want', log: run, offset: 0 });
  const report = await eventually('a report', () => next.dispatcher.reports.get(run));
  expect(next.dispatcher.log(run, 0).toString()).toBe('of the run\n');
  const whole = 'of the step\nit printed nothing for 1 s and was ended.\n';
  expect(next.dispatcher.log(run, 1).toString()).toBe(whole);
  expect(report.steps).toMatchObject([{ name: 'test', logBytes: whole.length }]);
  const left = () => readdirSync(join(folder, '0'));
  await eventually('nothing is left of it', () => left().length === 0);
  expect(filesIn(folder, 1).find().interrupted).toEqual([interrupted]);
});

const step: StepStanding = {
  ...{ number: 1, name: 'test', isService: false, state: 'timed-out', isIgnored: false },
  ...{ exitCode: null, reason: '', startedAfterMs: 1, durationMs: 2 },
};

/** A run that is done elsewhere. */
interface Remote {
  readonly watch: Watch;
  readonly end: (outcome: Done | NotDone) => void;
  stopped: string | null;
}

/** Two runs at once; a test says how each goes. */
async function runnerElsewhere(folder = temporaryFolder(), knows: readonly string[] = []) {
  const dispatcher = await runnerDispatcher(knows);
  const done = new Map<RunId, Remote>();
  const slots = [0, 1].map((slot) => {
    const files = filesIn(folder, slot);
    return { files, kept: files.find().ended };
  });
  const executor: Executor = {
    slots,
    offer: { capacity: 2, labels: ['cloud'] },
    slotFor: (slot) => slots[slot] ?? machineFault('there is no such slot'),
    whyNot: () => null,
    start: (_, { id }, watch) => {
      watch.starting('a pipeline');
      const ended = new Promise<Done | NotDone>((end) => {
        done.set(id, { watch, end, stopped: null });
      });
      const stop = (because: string) => {
        const remote = done.get(id);
        if (remote !== undefined) remote.stopped ??= because;
      };
      return { ended, stop };
    },
    close: async () => {},
  };
  const runner = await startRunner(
    { clock: realClock, network: realNetwork, tell: () => {}, exit: () => {} },
    {
      ...{ name: 'gate', version: 'test', repositories: ['demo'], localStart: '0badcafe' },
      ...{ host: '127.0.0.1', port: 0, reachable: null, logBytesMax: 100 },
      dispatcher: { host: '127.0.0.1', port: dispatcher.port },
    },
    executor,
  );
  onTestFinished(() => runner.abort());
  await eventually('the runner is there', () => dispatcher.connected);
  const end = (run: RunId, outcome: Done | NotDone) => done.get(run)?.end(outcome);
  return { dispatcher, done, end };
}

function filesIn(folder: string, slot: number): RunFiles {
  return new RunFiles(join(folder, String(slot)));
}
