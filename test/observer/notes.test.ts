/**
 * Verdicts as git notes: what stands in them, how they come there, and how they meet those of others.
 */

import { execFileSync } from 'node:child_process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { noted, type Says } from '../../src/observer/notes/note.js';
import { Notebook } from '../../src/observer/notes/notebook.js';
import { Notes } from '../../src/observer/notes/notes.js';
import { type Memory, nothing, Verdicts } from '../../src/observer/notes/verdicts.js';
import { type Commit, runId, short } from '../../src/protocol/ids.js';
import { type Clock, realClock } from '../../src/world/clock.js';
import { realNetwork } from '../../src/world/network.js';
import type { Told } from '../../src/world/story.js';
import { aTrio, headOf } from '../support/a-trio.js';
import { commit } from '../support/commits.js';
import { startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { makeClone, makeRemote, makeRepository, temporaryFolder } from '../support/git.js';
import { modernPeer } from '../support/modern-peers.js';
import { open } from '../support/observed.js';
import { startObserver } from '../support/observer-process.js';
import { type ModernStandIn, standInDispatcher } from '../support/stand-in-dispatcher.js';

const says = (lines: Readonly<Record<string, string>>) => new Map(Object.entries(lines));
const notebook = (path: string) => new Notebook(path, new AbortController().signal);

describe('a note', () => {
  test('holds a line for each job, in the place of the one before, and what others wrote', () => {
    const before = 'build: passed after 1.0 s\nlint: failed after 2.0 s\nsee the wiki: it is old';
    expect(noted(before, says({ lint: 'passed after 3.0 s', docs: 'skipped' }))).toBe(
      'build: passed after 1.0 s\ndocs: skipped\nlint: passed after 3.0 s\nsee the wiki: it is old',
    );
  });

  test('is shown by git log, is one a commit, and is not written twice', async () => {
    const repository = makeRepository();
    const one = repository.commit('one');
    const notes = notebook(repository.path);
    await notes.write(one, says({ build: 'passed after 1.0 s on ada' }));
    await notes.write(one, says({ lint: 'failed after 2.0 s with exit code 1 on bob' }));
    const written = repository.git('rev-parse', 'refs/notes/trivet');
    await notes.write(one, says({ build: 'passed after 1.0 s on ada' }));
    expect(repository.git('rev-parse', 'refs/notes/trivet')).toBe(written);
    expect(repository.git('log', '--notes=trivet', '--format=%s%n%N')).toBe(
      'one\nbuild: passed after 1.0 s on ada\nlint: failed after 2.0 s with exit code 1 on bob',
    );
  });

  test('may be on a commit that the clone does not have yet', async () => {
    const { remote, author } = makeRemote();
    const clone = makeClone(remote.path);
    const one = author.commit('one');
    author.push();
    await notebook(clone.path).write(one, says({ default: 'passed' }));
    clone.git('pull', '-q', 'origin', 'main');
    expect(clone.git('log', '--notes=trivet', '--format=%N')).toBe('default: passed');
  });

  test.each([
    ['sha1', 64],
    ['sha256', 40],
  ])('is not on what can be no commit of a clone with %s', async (format, digits) => {
    const path = temporaryFolder();
    execFileSync('git', ['init', '-q', `--object-format=${format}`, path]);
    const other = 'c'.repeat(digits) as Commit;
    expect(await notebook(path).write(other, says({ default: 'passed' }))).toBe(false);
  });

  test('that is pushed is merged with those that somebody else pushed meanwhile', async () => {
    const { remote, author } = makeRemote();
    const one = author.commit('one');
    author.push();
    const [ada, bob] = [makeClone(remote.path), makeClone(remote.path)];
    await notebook(ada.path).write(one, says({ build: 'passed' }));
    expect(await notebook(ada.path).push('origin')).toBe(false);
    await notebook(bob.path).write(one, says({ lint: 'failed' }));
    expect(await notebook(bob.path).push('origin')).toBe(true);
    expect(remote.git('notes', '--ref=trivet', 'show', one)).toBe('build: passed\nlint: failed');
    expect(remote.git('for-each-ref', '--format=%(refname)')).toBe(
      'refs/heads/main\nrefs/notes/trivet',
    );
  });

  test('that cannot be pushed says why', async () => {
    const repository = makeRepository();
    await notebook(repository.path).write(repository.commit('one'), says({ default: 'passed' }));
    await expect(notebook(repository.path).push('origin')).rejects.toThrow("'origin' does not app");
  });
});

describe('what is heard of verdicts', () => {
  const run = runId('0badcafe', 1);
  const about = { atMs: 5, repository: 'demo', commit: commit(1), name: 'build', job: 1 };
  const leased = { ...about, kind: 'leased', run, runner: 'ada', number: 1 };
  const finished = {
    ...about,
    kind: 'finished',
    run,
    verdict: 'failed',
    exitCode: 4,
    durationMs: 400,
  };

  test('becomes a line with the runner that did it', () => {
    const verdicts = new Verdicts('demo', nothing);
    verdicts.welcome(3);
    expect(verdicts.hear(4, leased)).toBeNull();
    expect(verdicts.hear(5, finished)).toEqual({
      ...{ commit: commit(1), job: 'build' },
      says: 'failed after 0.4 s with exit code 4 on ada',
    });
    expect(verdicts.hear(6, { ...finished, repository: 'other' })).toBeNull();
  });

  test('goes on after a restart, and knows the runner still', () => {
    const before = new Verdicts('demo', nothing);
    before.welcome(3);
    before.hear(4, leased);
    const after = new Verdicts('demo', before.memory);
    expect(after.after).toEqual({ after: { seq: 4, atMs: 5 } });
    expect(after.hear(5, finished)?.says).toContain('on ada');
  });

  test('begins with what comes, and from the beginning where the journal is another', () => {
    const verdicts = new Verdicts('demo', nothing);
    expect(verdicts.after).toEqual({});
    verdicts.welcome(7);
    expect(verdicts.after).toEqual({ after: { seq: 0, atMs: 0 } });
    expect(verdicts.hear(7, finished)).toBeNull();
    verdicts.resync(0);
    expect(verdicts.hear(2, finished)).not.toBeNull();
  });
});

describe('notes are written from the journal:', () => {
  /** Notes that a test has a hand on: what is written, whether that works, and what is remembered. */
  function notesOf(port: number) {
    const written: string[] = [];
    const told: Told[] = [];
    const kept = {
      memory: nothing,
      isDiskFull: false,
      failedSaves: null as number | null,
      written: Promise.resolve(),
      unknown: null as Commit | null,
    };
    const timers = new Set<() => void>();
    const clock: Clock = {
      ...realClock,
      after: (delayMs, call) => {
        const cancel = realClock.after(delayMs, () => {
          timers.delete(cancel);
          call();
        });
        timers.add(cancel);
        return () => {
          timers.delete(cancel);
          cancel();
        };
      },
    };
    const write = async (one: Commit, lines: Says) => {
      await kept.written;
      if (one === kept.unknown) return false;
      if (kept.isDiskFull) throw new Error('No space left on device');
      for (const [job, text] of lines) written.push(`${short(one)} ${job}: ${text}`);
      return true;
    };
    const start = () => {
      const save = (memory: Memory) => {
        if (kept.failedSaves === null) return void Object.assign(kept, { memory });
        kept.failedSaves += 1;
        throw new Error('No space left on device');
      };
      const memory = { read: () => kept.memory, save };
      const world = { notebook: { write, push: async () => false }, memory };
      const hello = { role: 'observer', name: 'eve', version: '1', repository: 'demo' } as const;
      const notes = new Notes(
        { ...world, clock, network: realNetwork, tell: (one) => told.push(one) },
        {
          ...{ dispatcher: { host: '127.0.0.1', port }, token: null, repository: 'demo' },
          ...{ hello: { ...hello, labels: [], capacity: 1, knows: [], runs: [] }, remote: null },
        },
      );
      onTestFinished(() => notes.close());
      return notes;
    };
    return { written, told, kept, start, timers };
  }

  /** Has commits tested, one after the other. */
  async function tester(port: number) {
    const repository = 'demo';
    const eve = await modernPeer(port, { role: 'observer', name: 'eve', repository });
    const ada = await modernPeer(port, { role: 'runner', name: 'ada', repository });
    return async (number: number) => {
      const body = { branch: 'main', author: 'Ada', subject: 'Change it' };
      eve.say({ verb: 'dispatch', commit: commit(number), body });
      const { run } = await ada.hears('runtest');
      ada.finishes(run, 'done\n');
      await ada.hears('recorded');
    };
  }

  const line = (number: number) => `${short(commit(number))} default: passed after 0.0 s on ada`;

  test('what was there before is left alone, and what comes while nobody writes is written later', async () => {
    const { port } = await startDispatcher();
    const tests = await tester(port);
    await tests(1);
    const { start, written, kept } = notesOf(port);
    const first = start();
    await eventually('it knows where the journal ends', () => kept.memory.from !== null);
    await tests(2);
    await eventually('it is written', () => written.length === 1);
    first.close();
    await tests(3);
    start();
    await eventually('the next is written, too', () => written.length === 2);
    expect(written).toEqual([line(2), line(3)]);
  });

  test('what could not be written is asked for again, and that is told once', async () => {
    const { port } = await startDispatcher();
    const tests = await tester(port);
    const { start, written, kept, told } = notesOf(port);
    start();
    await eventually('it knows where the journal ends', () => kept.memory.from !== null);
    kept.isDiskFull = true;
    await tests(1);
    await tests(2);
    await eventually('it is told', () => told.length === 1);
    expect(told[0]?.msg).toBe(
      'notes cannot be written (No space left on device): nothing is lost, it is tried again',
    );
    kept.isDiskFull = false;
    await eventually('all is written', () => written.length === 2);
    expect(written).toEqual([line(1), line(2)]);
    await eventually('and told', () => told.at(-1)?.event === 'notes-written');
  });

  test('a verdict that can have no note is told of, and does not hold up the others', async () => {
    const { port } = await startDispatcher();
    const tests = await tester(port);
    const { start, written, kept, told } = notesOf(port);
    kept.unknown = commit(1);
    start();
    await eventually('it knows where the journal ends', () => kept.memory.from !== null);
    await tests(1);
    await tests(2);
    await eventually('the other is written', () => written.length === 1);
    expect(written).toEqual([line(2)]);
    expect(told.filter(({ level }) => level === 'warn').map(({ msg }) => msg)).toEqual([
      `${short(commit(1))} is no id of a commit here: the verdict on it is not noted`,
    ]);
  });

  test('a session that comes during a pause saves nothing of what was not written', async () => {
    const first = await standInDispatcher();
    const { start, kept, told, timers } = notesOf(first.port);
    let fail = () => {};
    kept.written = new Promise<void>((_, reject) => {
      fail = () => reject(new Error('No space left on device'));
    });
    const notes = start();
    await eventually('it knows where the journal ends', () => kept.memory.from !== null);
    const [run, repository] = [runId('0badcafe', 1), 'demo'];
    const about = { atMs: 5, commit: commit(1), name: 'build', job: 1 };
    const finished = { kind: 'finished', run, verdict: 'passed', exitCode: 0, durationMs: 1 };
    first.say({ verb: 'entry', seq: 1, body: { ...about, ...finished, repository } });
    for (let seq = 2; seq <= 600; seq += 1)
      first.say({ verb: 'entry', seq, body: { ...about, kind: 'accepted', repository: 'other' } });
    await hasHeardAll(first);
    fail();
    await eventually('it is told', () => told.length === 1);
    await first.stop();
    await hasHeardAll(await standInDispatcher({ port: first.port }));
    expect(kept.memory.heard).toBeNull();
    notes.close();
    expect(timers.size).toBe(0);
  });

  test('verdicts that come while not even their beginning can be saved are written later', async () => {
    const { port } = await startDispatcher();
    const tests = await tester(port);
    const { start, written, kept } = notesOf(port);
    kept.failedSaves = 0;
    start();
    await eventually('it cannot save', () => kept.failedSaves === 1);
    await tests(1);
    kept.failedSaves = null;
    await eventually('it is written', () => written.length === 1);
    expect(written).toEqual([line(1)]);
  });
});

/** All that it has said so far. */
async function hasHeardAll(dispatcher: ModernStandIn): Promise<void> {
  await eventually('a session is open', () => dispatcher.hellos.length > 0);
  dispatcher.say({ verb: 'ping' });
  await eventually('it has heard all', () =>
    dispatcher.messages.some(({ verb }) => verb === 'pong'),
  );
}

test('notes are no commits to be tested, whatever refs are watched', async () => {
  const { remote, author } = makeRemote();
  const tested = author.commit('one');
  author.push();
  await notebook(remote.path).write(tested, says({ default: 'passed' }));
  const all = await open(makeClone(remote.path), [], ['refs/*']);
  expect((await all.poll()).tips.map(({ branch }) => branch)).toEqual(['main']);
});

test('--notes-push without a remote is refused', async () => {
  const repository = makeRepository();
  repository.commit('one');
  const state = ['--state', temporaryFolder()];
  const { ended, output } = startObserver('--notes', '--notes-push', ...state, repository.path);
  expect(await ended).toBe(2);
  expect(output()).toContain('has no remote, or is one');
});

test('--notes --notes-push: git log --notes=trivet shows a verdict at the remote, without any server', async () => {
  const { author, dispatcher, verdict } = await aTrio({ observer: ['--notes', '--notes-push'] });
  author.commit('one', { '.ci/run': '#!/bin/sh\necho red\nexit 3\n' });
  author.git('update-index', '--chmod=+x', '.ci/run');
  author.git('commit', '-q', '--amend', '--no-edit');
  await eventually('somebody watches', () =>
    dispatcher.told.some(({ event }) => event === 'spectator-joined'),
  );
  author.push();
  const one = headOf(author);
  expect(await verdict(one)).toBe('failed');
  const fetched = () => {
    const refspec = '+refs/notes/trivet:refs/notes/trivet';
    const there = author.git('ls-remote', 'origin', 'refs/notes/trivet') !== '';
    if (there) author.git('fetch', '-q', 'origin', refspec);
    return there && author.git('log', '--notes=trivet', '--format=%N');
  };
  const note = await eventually('the note is there', fetched);
  expect(note).toMatch(/^default: failed after [0-9.]+ s with exit code 3 on ada$/);
}, 120_000);
