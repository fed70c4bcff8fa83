import { expect, test } from 'vitest';
import type { Effect } from '../../src/dispatcher/core/events.js';
import { type Hands, Performer } from '../../src/dispatcher/shell/performer.js';
import { defaultJob } from '../../src/protocol/bodies.js';
import { commit } from '../support/commits.js';
import { eventually } from '../support/eventually.js';
import { handClock } from '../support/hand-clock.js';

/** The acceptance of a commit, and its OK. */
function accepted(job: number): Effect[] {
  const described = { ...defaultJob, branch: '', author: '', subject: '', by: 'a request' };
  const entry = { job, atMs: 1, repository: null, commit: commit(job), ...described } as const;
  return [
    { kind: 'append', entry: { kind: 'accepted', ...entry } },
    { kind: 'reply', request: job, reply: { kind: 'accepted' } },
  ];
}

/** A performer whose effects are written down, upon a disk that may be full. */
function given() {
  const happened: string[] = [];
  const disk = { isFull: false, isBroken: false };
  const clock = handClock();
  const hands: Hands = {
    prepare: () => {
      if (disk.isFull) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      happened.push('prepared');
    },
    append: (entries) => {
      if (disk.isBroken) throw new Error('broken');
      if (disk.isFull) throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' });
      happened.push(`on disk: ${entries.map(({ job }) => job).join(' ')}`);
      return entries.length;
    },
    send: (send) => happened.push(send.kind === 'reply' ? `OK ${send.request}` : send.kind),
    publish: (turn) => happened.push(`told of ${turn.length}`),
    lacksRoom: (error) => (error as { code?: string }).code !== undefined,
    blocked: (isBlocked) => happened.push(isBlocked ? 'blocked' : 'open again'),
  };
  return { performer: new Performer(clock, hands), happened, disk, clock };
}

test('promise 1: OK leaves after its entry is on disk, and one sync serves a whole turn', async () => {
  const { performer, happened } = given();
  performer.submit(accepted(1));
  performer.submit(accepted(2));
  expect(happened).toEqual([]);
  await eventually('the turn is performed', () => happened.length > 0);
  expect(happened).toEqual(['prepared', 'on disk: 1 2', 'OK 1', 'OK 2', 'told of 2']);
});

test('while the disk is full nothing is said; when there is room, all is, once', async () => {
  const { performer, happened, disk, clock } = given();
  disk.isFull = true;
  performer.submit(accepted(1));
  await eventually('the disk is tried', () => performer.isBlocked);
  performer.submit(accepted(2));
  clock.pass(3_000);
  expect(happened).toEqual(['blocked']);
  disk.isFull = false;
  clock.pass(1_000);
  expect(performer.isBlocked).toBe(false);
  const inOrder = ['prepared', 'on disk: 1 2', 'open again', 'OK 1', 'OK 2', 'told of 2'];
  expect(happened).toEqual(['blocked', ...inOrder]);
});

test('a classic runner is not told OK while there is no room for its address', async () => {
  const { performer, happened, disk, clock } = given();
  disk.isFull = true;
  const address = { host: 'localhost', port: 8900 };
  performer.submit([
    { kind: 'reply', request: 1, reply: { kind: 'accepted' } },
    { kind: 'publish', notice: { kind: 'registered', address } },
  ]);
  await eventually('the disk is tried', () => performer.isBlocked);
  expect(happened).toEqual(['blocked']);
  disk.isFull = false;
  clock.pass(1_000);
  expect(happened).toEqual(['blocked', 'prepared', 'open again', 'OK 1', 'told of 1']);
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

test('an error that is not a full disk is not survived: recovery recovers', () => {
  const { performer, happened, disk } = given();
  disk.isBroken = true;
  performer.submit(accepted(1));
  expect(() => performer.close()).toThrow('broken');
  disk.isBroken = false;
  expect(happened).not.toContain('OK 1');
});

test('who asks is told what is on disk, not what is merely decided', async () => {
  const { performer, happened, disk, clock } = given();
  performer.settled(() => happened.push('told at once'));
  disk.isFull = true;
  performer.submit(accepted(1));
  performer.settled(() => happened.push('told of job 1'));
  await eventually('the disk is tried', () => performer.isBlocked);
  expect(happened).toEqual(['told at once', 'blocked']);
  disk.isFull = false;
  clock.pass(1_000);
  expect(happened.slice(-3)).toEqual(['OK 1', 'told of job 1', 'told of 1']);
});
