import { expect, test } from 'vitest';
import type { Effect, Event, Told } from '../../src/command/up/events.js';
import { footer } from '../../src/command/up/footer.js';
import { handle, type Processes, processesOf } from '../../src/command/up/processes.js';
import { flagsOf, spelled, spelledSignal } from '../../src/command/up/programs.js';

const [dispatcher, one, two, observer] = [0, 1, 2, 3];

/** Processes to which things happen, with what follows of them. */
class Story {
  processes: Processes = processesOf(2, 0);
  effects: readonly Effect[] = [];
  #pid = 100;

  happen(event: Event): this {
    [this.processes, this.effects] = handle(this.processes, event);
    for (const effect of this.effects) {
      if (effect.kind !== 'start') continue;
      this.#pid += 1;
      [this.processes] = handle(this.processes, { kind: 'started', at: effect.at, pid: this.#pid });
    }
    return this;
  }

  told(at: number, event: string, more: Partial<Told> = {}): this {
    return this.happen({ kind: 'told', at, told: { event, msg: event, level: 30, ...more } });
  }

  exited(at: number, code: number | null, signal: string | null = null): this {
    return this.happen({ kind: 'exited', at, how: { code, signal } });
  }

  press(...keys: readonly string[]): this {
    for (const key of keys) this.happen({ kind: 'key', key });
    return this;
  }

  /** What is to be done, without what is said. */
  get done(): readonly Effect[] {
    return this.effects.filter(({ kind }) => kind !== 'say');
  }
}

/** All four are up: 101 is the dispatcher, 102 and 103 the runners, 104 the observer. */
function working(): Story {
  const story = new Story().happen({ kind: 'begin' }).told(dispatcher, 'listening', { port: 4711 });
  return story.told(one, 'session').told(two, 'session').told(observer, 'connected');
}

test('the others are started once the dispatcher listens, at the port that it was given', () => {
  const story = new Story().happen({ kind: 'begin' });
  expect(story.done).toEqual([{ kind: 'start', at: dispatcher, port: 0 }]);
  story.told(dispatcher, 'listening', { port: 4711 });
  expect(story.done).toEqual([
    { kind: 'start', at: one, port: 4711 },
    { kind: 'start', at: two, port: 4711 },
    { kind: 'start', at: observer, port: 4711 },
  ]);
});

test('the foot says how each is by a mark and a word, and which keys there are', () => {
  const story = working().told(one, 'testing', { run: 'r1', commit: '1a2b3c4d5e' });
  story.exited(two, null, 'SIGKILL').press('4', 'z');
  expect(footer(story.processes)).toEqual([
    '1 dispatcher ●  2 runner-1 ● busy 1a2b3c4  3 runner-2 ✝  4 observer ‖ frozen',
    'observer (104): r restart · k kill -9 · z thaw · q finish and leave',
  ]);
  story.told(one, 'ended', { run: 'r1' }).told(one, 'away').press('escape');
  expect(footer(story.processes)).toEqual([
    '1 dispatcher ●  2 runner-1 ○ waits  3 runner-2 ✝  4 observer ‖ frozen',
    '1-4 choose · q finish and leave',
  ]);
});

test('a number chooses a process, and then a key does to it what one would type in a shell', () => {
  const story = working();
  expect(story.press('k').done).toEqual([]);
  expect(story.press('2', 'k').done).toEqual([
    { kind: 'signal', at: one, pid: 102, signal: 'SIGKILL' },
  ]);
  expect(story.press('z').done).toMatchObject([{ signal: 'SIGSTOP' }]);
  expect(story.press('z').done).toMatchObject([{ signal: 'SIGCONT' }]);
  expect(story.press('right', 'k').done).toMatchObject([{ pid: 103 }]);
  expect(spelledSignal('SIGKILL', 102)).toBe('$ kill -9 102');
  expect(spelledSignal('SIGTERM', 102)).toBe('$ kill 102');
});

test('one that lives is restarted by asking it to finish, one that is gone at once', () => {
  const story = working().press('2', 'r');
  expect(story.done).toMatchObject([{ signal: 'SIGTERM', pid: 102 }]);
  expect(story.exited(one, 0).done).toEqual([{ kind: 'start', at: one, port: 4711 }]);
  expect(story.told(one, 'session').exited(one, null, 'SIGKILL').done).toEqual([]);
  expect(story.press('r').done).toEqual([{ kind: 'start', at: one, port: 4711 }]);
});

test('a dispatcher that comes back has its port again, and nobody else is started for it', () => {
  const story = working().exited(dispatcher, null, 'SIGKILL').press('1', 'r');
  expect(story.done).toEqual([{ kind: 'start', at: dispatcher, port: 4711 }]);
  expect(story.told(dispatcher, 'listening', { port: 4711 }).done).toEqual([]);
});

test('q asks all to finish, the frozen ones too, and it leaves with the last of them', () => {
  const story = working().press('2', 'z', 'q');
  const signalled = story.done.map((effect) => effect.kind === 'signal' && effect.signal);
  expect(signalled).toEqual(['SIGTERM', 'SIGTERM', 'SIGCONT', 'SIGTERM', 'SIGTERM']);
  story.exited(dispatcher, 0).exited(one, 0).exited(two, 0);
  expect(story.done).toEqual([]);
  expect(story.exited(observer, 0).done).toEqual([{ kind: 'leave', code: 0 }]);
});

test('a second Ctrl-C ends all at once, a third kills, and the exit code is that of an abortion', () => {
  const story = working().press('ctrl-c').exited(dispatcher, 0);
  expect(story.press('ctrl-c').done).toMatchObject(Array(3).fill({ signal: 'SIGTERM' }));
  expect(story.happen({ kind: 'stop' }).done).toMatchObject(Array(3).fill({ signal: 'SIGKILL' }));
  story.exited(one, 3).exited(two, 3);
  expect(story.exited(observer, 3).done).toEqual([{ kind: 'leave', code: 3 }]);
});

test('one that complains and ends before it ever was up ends all with exit code 2', () => {
  const story = new Story().happen({ kind: 'begin' }).told(dispatcher, '', { level: 50 });
  expect(story.exited(dispatcher, 2).done).toEqual([{ kind: 'leave', code: 2 }]);
  const late = working().exited(one, 2);
  expect(late.done).toEqual([]);
  expect(late.press('2', 'r').exited(one, 2).done).toEqual([]);
});

test('commands are printed so that a shell would understand them', () => {
  const words = [process.execPath, 'it is', "it's", '--port', '0'];
  expect(spelled(words)).toBe("$ node 'it is' 'it'\\''s' --port 0");
  expect(flagsOf({ name: 'runner-1', program: 'runner' }, 4711, ['a', 'b'])).toEqual([
    ...['--dispatcher-server', 'localhost:4711', '--name', 'runner-1', 'a', 'b'],
  ]);
});
