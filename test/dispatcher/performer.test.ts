import { expect, onTestFinished, test } from 'vitest';
import type { Effect } from '../../src/dispatcher/core/events.js';
import type { Decision } from '../../src/dispatcher/feed/batches.js';
import { type Hands, Performer } from '../../src/dispatcher/shell/performer.js';
import { defaultJob } from '../../src/protocol/job-bodies.js';
import { commit } from '../support/commits.js';
import { eventually } from '../support/eventually.js';
import { handClock } from '../support/hand-clock.js';

/** What came of an event that is of no job in memory. */
function decided(effects: readonly Effect[]): Decision {
  return { atMs: 1, effects, jobs: new Map() };
}

/** The acceptance of a commit, and its OK. */
function accepted(job: number): Decision {
  const described = { ...defaultJob, branch: '', author: '', subject: '', by: 'a request' };
  const entry = { job, atMs: 1, repository: null, commit: commit(job), ...described } as const;
  return decided([
    { kind: 'append', entry: { kind: 'accepted', ...entry } },
    { kind: 'reply', request: job, reply: { kind: 'accepted' } },
  ]);
}

/** A performer whose effects are written down, upon a disk that may be full. */
function given() {
  const happened: string[] = [];
  const disk = { isFull: false, isBroken: false, answers: Promise.resolve() };
  const clock = handClock();
  const hands: Hands = {
    prepare: async () => {
      if (disk.isFull) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      happened.push('prepared');
    },
    append: async (entries, listChanges) => {
      await disk.answers;
      if (disk.isBroken) throw new Error('broken');
      if (disk.isFull) throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' });
      const what = [...entries.map(({ job }) => job), ...listChanges.map(() => 'an address')];
      happened.push(`on disk: ${what.join(' ')}`);
      return entries.length;
    },
    send: (send) => happened.push(send.kind === 'reply' ? `OK ${send.request}` : send.kind),
    publish: (turn) => happened.push(`told of ${turn.length}`),
    isForWaiting: (error) => (error as { code?: string }).code !== undefined,
    blocked: (isBlocked) => happened.push(isBlocked ? 'blocked' : 'open again'),
  };
  return { performer: new Performer(clock, hands), happened, disk, clock };
}

/** From now on the store answers once what comes back is called. */
function takesItsTime(disk: { answers: Promise<void> }): () => void {
  let answer = () => {};
  disk.answers = new Promise((resolve) => {
    answer = resolve;
  });
  return () => answer();
}

test('promise 1: OK leaves after its entry is on disk, and one sync serves a whole turn', async () => {
  const { performer, happened } = given();
  performer.submit(accepted(1));
  performer.submit(accepted(2));
  expect(happened).toEqual([]);
  await eventually('the turn is performed', () => happened.length === 5);
  expect(happened).toEqual(['prepared', 'on disk: 1 2', 'OK 1', 'OK 2', 'told of 2']);
});

test('while the disk is full nothing is said; when there is room, all is, once', async () => {
  const { performer, happened, disk, clock } = given();
  disk.isFull = true;
  performer.submit(accepted(1));
  await eventually('the disk is tried', () => performer.isBlocked);
  performer.submit(accepted(2));
  clock.pass(1_000);
  await eventually('it is to be tried again', () => clock.pending > 0);
  expect(happened).toEqual(['blocked']);
  disk.isFull = false;
  clock.pass(1_000);
  await eventually('both are told', () => happened.includes('OK 2'));
  expect(performer.isBlocked).toBe(false);
  const first = ['prepared', 'on disk: 1', 'open again', 'OK 1', 'told of 1'];
  const second = ['prepared', 'on disk: 2', 'OK 2', 'told of 1'];
  expect(happened).toEqual(['blocked', ...first, ...second]);
});

test('a classic runner is not told OK while there is no room for its address', async () => {
  const { performer, happened, disk, clock } = given();
  disk.isFull = true;
  const address = { host: 'localhost', port: 8900 };
  performer.submit(
    decided([
      { kind: 'register', address, isKept: true },
      { kind: 'reply', request: 1, reply: { kind: 'accepted' } },
    ]),
  );
  await eventually('the disk is tried', () => performer.isBlocked);
  expect(happened).toEqual(['blocked']);
  disk.isFull = false;
  clock.pass(1_000);
  await eventually('it is told', () => happened.includes('told of 1'));
  const inOrder = ['prepared', 'on disk: an address', 'open again', 'OK 1', 'told of 1'];
  expect(happened).toEqual(['blocked', ...inOrder]);
});

test('one that is closed while the disk is full tries no more, and never says OK', async () => {
  const { performer, happened, disk, clock } = given();
  disk.isFull = true;
  performer.submit(accepted(1));
  await eventually('the disk is tried', () => performer.isBlocked);
  performer.close();
  disk.isFull = false;
  clock.pass(10_000);
  expect(happened).toEqual(['blocked']);
});

test('an error that is not a full disk is not survived: recovery recovers', async () => {
  const { performer, happened, disk } = given();
  const errors: unknown[] = [];
  const hear = (error: unknown) => errors.push(error);
  const former = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', hear);
  onTestFinished(() => {
    process.removeListener('unhandledRejection', hear);
    for (const listener of former) process.on('unhandledRejection', listener);
  });
  disk.isBroken = true;
  performer.submit(accepted(1));
  await eventually('nobody catches it', () => errors.length > 0);
  expect(errors).toEqual([new Error('broken')]);
  expect(happened).not.toContain('OK 1');
});

test('what is decided while the store takes its time waits for its own turn, and is sent after', async () => {
  const { performer, happened, disk } = given();
  const answer = takesItsTime(disk);
  performer.submit(accepted(1));
  await eventually('the store is asked', () => happened.includes('prepared'));
  performer.submit(accepted(2));
  performer.submit(accepted(3));
  expect(happened).toEqual(['prepared']);
  expect(performer.unperformed.map(({ job }) => job)).toEqual([1, 2, 3]);
  answer();
  await eventually('all is told', () => happened.includes('OK 3'));
  const first = ['prepared', 'on disk: 1', 'OK 1', 'told of 1'];
  expect(happened).toEqual([...first, 'prepared', 'on disk: 2 3', 'OK 2', 'OK 3', 'told of 2']);
  expect(performer.unperformedSinceMs).toBe(null);
});

test('one that is closed while the store takes its time sends nothing', async () => {
  const { performer, happened, disk } = given();
  const answer = takesItsTime(disk);
  performer.submit(accepted(1));
  await eventually('the store is asked', () => happened.includes('prepared'));
  performer.close();
  answer();
  await eventually('it is on disk', () => happened.includes('on disk: 1'));
  await new Promise(setImmediate);
  expect(happened).toEqual(['prepared', 'on disk: 1']);
});

test('who asks is told what is on disk, not what is merely decided', async () => {
  const { performer, happened, disk, clock } = given();
  await performer.settled();
  disk.isFull = true;
  performer.submit(accepted(1));
  void performer.settled().then(() => happened.push('told of job 1'));
  await eventually('the disk is tried', () => performer.isBlocked);
  expect(happened).toEqual(['blocked']);
  disk.isFull = false;
  clock.pass(1_000);
  await eventually('it is told', () => happened.includes('told of job 1'));
  expect(happened.slice(-3)).toEqual(['OK 1', 'told of 1', 'told of job 1']);
});
