import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DispatcherCore } from '../../src/dispatcher/core/core.js';
import type { Entry } from '../../src/dispatcher/core/journal.js';
import { beatEveryMs } from '../../src/dispatcher/core/rules.js';
import { Feed } from '../../src/dispatcher/feed/feed.js';
import { LogRoom } from '../../src/dispatcher/shell/log-room.js';
import { LogFiles } from '../../src/dispatcher/store/logs.js';
import { openSqliteStore } from '../../src/dispatcher/store/open-sqlite.js';
import { storeUpon } from '../../src/dispatcher/store/promises.js';
import { runId } from '../../src/protocol/ids.js';
import { defaultJob } from '../../src/protocol/job-bodies.js';
import { commit } from '../support/commits.js';
import { temporaryFolder } from '../support/git.js';
import { handClock } from '../support/hand-clock.js';

const start = '00000001';
const [first, second] = [runId(start, 1), runId(start, 2)];
const of = { job: 1, atMs: 1 };
const lease = { kind: 'leased', runner: 'anna', classic: false, ...of } as const;

/** The first run was lost, came back after a second had begun and ended in vain, and passed. */
const history: readonly Entry[] = [
  {
    ...of,
    ...{ kind: 'accepted', repository: 'demo', commit: commit(1), by: 'observer' },
    ...{ branch: '', author: '', subject: '', ...defaultJob },
  },
  { ...lease, run: first, number: 1 },
  { ...of, kind: 'lost', run: first, runner: 'anna', reason: 'closed its connection' },
  { ...lease, run: second, number: 2 },
  { ...of, kind: 'handed-back', run: second, runner: 'anna', reason: 'stopped', detail: '' },
  { ...of, kind: 'resumed', run: first, runner: 'anna' },
  {
    ...of,
    ...{ kind: 'finished', run: first, verdict: 'passed', reason: '' },
    ...{ exitCode: 0, signal: null, logBytes: 5, durationMs: 1 },
  },
];

/** A room, upon a real store and files, whose dispatcher remembers that much of its history. */
function roomUpon(remembered: (store: ReturnType<typeof openSqliteStore>) => readonly Entry[]) {
  const folder = temporaryFolder();
  const store = openSqliteStore(folder);
  onTestFinished(() => store.close());
  const files = new LogFiles(join(folder, 'logs'), join(folder, 'results'));
  onTestFinished(() => files.close());
  const clock = handClock();
  const initial = {
    ...{ start, nextJob: 2, repositories: [], classicRunners: [], paused: [] },
    classicRunMaxMs: 1,
  };
  const core = new DispatcherCore(initial, remembered(store), clock.nowMs());
  const room = new LogRoom(core, storeUpon(store), files, clock, new Feed(clock, 0));
  const read = (number: number) => {
    const into = Buffer.alloc(100);
    return into.toString('utf8', 0, files.read({ commit: commit(1), job: 1, number }, 0, into));
  };
  return { store, files, clock, core, room, read };
}

test('the log of a job that memory has forgotten is that of the run that gave the verdict', async () => {
  const { files, room } = roomUpon((store) => {
    store.append(history);
    return store.unfinished();
  });
  files.append({ commit: commit(1), job: 1, number: 1 }, 0, Buffer.from('green'));
  files.append({ commit: commit(1), job: 1, number: 2 }, 0, Buffer.from('in vain'));
  const read: string[] = [];
  room.followers.follow(
    { commit: commit(1), job: null, run: null },
    await room.readings(commit(1)),
    {
      write: (bytes) => read.push(bytes.toString()) > 0,
      end: () => read.push('(the end)'),
    },
  );
  expect(read).toEqual(['green', '(the end)']);
});

test('where a rerun ends without a run, its reason is not added to the log of the verdict before', () => {
  const cancelled: Entry = {
    ...of,
    ...{ kind: 'finished', run: null, verdict: 'cancelled', reason: 'it was cancelled' },
    ...{ exitCode: null, signal: null, logBytes: 0, durationMs: 0 },
  };
  const { files, core, room, read } = roomUpon((store) => {
    store.append([...history, { ...of, kind: 'rerun-asked' }]);
    return [...store.unfinished(), cancelled];
  });
  files.append({ commit: commit(1), job: 1, number: 1 }, 0, Buffer.from('green'));
  const job = core.known(1);
  const effects = [{ kind: 'append', entry: cancelled } as const];
  room.turns.afterwards([{ atMs: 0, effects, jobs: new Map([[1, job]]) }]);
  expect([read(1), read(0)]).toEqual(['green', 'It was cancelled.\n']);
});

test('a copy of what a run printed that takes long holds up no decision', async () => {
  const { files, clock, room } = roomUpon(() => history.slice(0, 2));
  files.publish = () => {
    throw new Error('of steps there are copies');
  };
  const isAsked = new Promise<void>((resolve) => {
    files.publishAll = () => {
      resolve();
      return new Promise(() => {});
    };
  });
  const step = { number: 1, name: 'test', isService: false, isIgnored: false, reason: '' };
  const passed = { state: 'passed', exitCode: 0, startedAfterMs: 0, durationMs: 1, logBytes: 0 };
  const finished = { ...(history.at(-1) as Entry & { kind: 'finished' }), run: first };
  const entry: Entry = { ...finished, steps: [{ ...step, ...passed, state: 'passed' }] };
  const waited = room.turns.prepare([
    { atMs: 0, effects: [{ kind: 'append', entry }], jobs: new Map() },
  ]);
  await isAsked;
  clock.pass(beatEveryMs);
  await waited;
  expect(clock.pending).toBe(0);
});

/** One classic run that goes on, and what its log holds by now. */
function classicRun() {
  const leased = history.slice(0, 2).map((entry) => ({ ...entry, classic: true }) as Entry);
  const { room, files, read } = roomUpon(() => leased);
  return { room, files, name: { commit: commit(1), job: 1, number: 1 }, stored: () => read(1) };
}

test('of two classic results for one run the first is kept as it came, and the second waits for it', async () => {
  const { room, files, stored } = classicRun();
  const seal = files.seal.bind(files);
  let isSealed = false;
  files.seal = async (name) => {
    await seal(name);
    isSealed = true;
  };
  const one = room.keep(first, Buffer.from('of one\n'));
  const other = room.keep(first, Buffer.from('of the other runner\n'));
  expect(await other).toBe(false);
  expect(isSealed).toBe(true);
  expect(await one).toBe(true);
  expect(stored()).toBe('of one\n');
});

test('a classic result is all of its log, whatever a dispatcher that was killed had stored of another', async () => {
  const { room, files, name, stored } = classicRun();
  files.append(name, 0, Buffer.from('what the one before had sent\n'));
  files.release(name);
  expect(await room.keep(first, Buffer.from('anew\n'))).toBe(true);
  expect(stored()).toBe('anew\n');
});
