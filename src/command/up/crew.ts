/**
 * Owns what `trivet up` does with its processes: which is started when, what a key does to the one
 * that is chosen, how all are ended. Never touches a process or a terminal: events come in, what is
 * to be done comes out, in that order.
 * Invariant: it leaves only once every process is gone.
 *
 *             start          told            SIGSTOP
 *      gone --------> begun ------> up <----------------> frozen
 *       ^               |            |       SIGCONT        |
 *       +---------------+------------+----------------------+      exited
 */

import type { Effect, Event, Exit, Signal, Told } from './events.js';

export interface Member {
  readonly name: string;
  readonly program: 'dispatcher' | 'runner' | 'observer';
  readonly pid: number | null;
  readonly state: 'gone' | 'begun' | 'up' | 'frozen';
  /** Whether it has told that it has no dispatcher. */
  readonly isAlone: boolean;
  /** The commits that it tests, by run. */
  readonly tests: ReadonlyMap<string, string>;
  /** Started again once it is gone. */
  readonly isToReturn: boolean;
  /** Whether it has ever been up. */
  readonly wasUp: boolean;
}

export interface Crew {
  readonly members: readonly Member[];
  /** Which one the next key is for. */
  readonly chosen: number | null;
  /** Where the dispatcher is to listen; 0: on any free port. */
  readonly portWanted: number;
  /** Where it listens, from the first time on; null until it has told that. */
  readonly port: number | null;
  /** `ending`: at once. */
  readonly leaving: 'no' | 'draining' | 'ending';
  readonly code: 0 | 2 | 3;
}

/** The crew before anything has happened. */
export function crewOf(runners: number, portWanted: number): Crew {
  const names = Array.from({ length: runners }, (_, index) => `runner-${index + 1}`);
  const members = [
    member('dispatcher', 'dispatcher'),
    ...names.map((name) => member(name, 'runner')),
    member('observer', 'observer'),
  ];
  return { members, chosen: null, portWanted, port: null, leaving: 'no', code: 0 };
}

function member(name: string, program: Member['program']): Member {
  return { name, program, ...gone, wasUp: false };
}

const gone = {
  pid: null,
  state: 'gone',
  isAlone: true,
  tests: new Map<string, string>(),
  isToReturn: false,
} as const;

/** What follows from it: the crew as it is then, and what is to be done. */
export function handle(crew: Crew, event: Event): readonly [Crew, readonly Effect[]] {
  switch (event.kind) {
    case 'begin':
      // The others are started once it listens: it may be given any free port.
      return [crew, [start(crew, 0)]];
    case 'started': {
      const { member, pid } = event;
      return [changed(crew, member, { pid, state: 'begun', isToReturn: false }), []];
    }
    case 'told':
      return told(crew, event.member, event.told);
    case 'exited':
      return exited(crew, event.member, event.how);
    case 'key':
      return pressed(crew, event.key);
    case 'stop':
      return stop(crew);
  }
}

function told(crew: Crew, at: number, { event, msg, level, ...more }: Told) {
  const before = memberAt(crew, at);
  const says: Effect = { kind: 'say', member: at, text: msg, level };
  if (event === '') return [crew, [says]] as const;
  const next = changed(crew, at, {
    tests: testsAfter(before.tests, event, more),
    isAlone: event === 'away' || (before.isAlone && !connects.includes(event)),
    state: before.state === 'begun' ? 'up' : before.state,
    wasUp: true,
  });
  const isFirst = event === 'listening' && before.program === 'dispatcher' && crew.port === null;
  if (!isFirst || crew.leaving !== 'no') return [next, [says]] as const;
  const listening = { ...next, port: Number(more['port']) };
  const others = listening.members.slice(1).map((_, index) => start(listening, index + 1));
  return [listening, [says, ...others]] as const;
}

const connects = ['session', 'classic', 'connected', 'listening'];

function testsAfter(
  before: Member['tests'],
  event: string,
  { run, commit }: Readonly<Record<string, unknown>>,
): Member['tests'] {
  const tests = new Map(before);
  if (event === 'testing') tests.set(String(run), String(commit).slice(0, shortLength));
  if (noLongerTests.includes(event)) tests.delete(String(run));
  return tests;
}

const shortLength = 7;
const noLongerTests = ['ended', 'revoked', 'aborted', 'handback'];

function exited(crew: Crew, at: number, { code, signal }: Exit) {
  const { state, name, isToReturn, wasUp } = memberAt(crew, at);
  const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
  const isExpected = crew.leaving !== 'no' || isToReturn;
  const says: Effect = {
    ...{ kind: 'say', member: at, level: isExpected ? 30 : 50 },
    text: `${name} ${how}`,
  };
  const next = changed(crew, at, gone);
  if (crew.leaving !== 'no') {
    const isLast = next.members.every(({ pid }) => pid === null);
    return [next, isLast ? [says, leave(next)] : [says]] as const;
  }
  if (isToReturn) return [next, [says, start(next, at)]] as const;
  if (wasUp || state !== 'begun' || signal !== null) return [next, [says]] as const;
  // All that it has told is what is wrong: with the flags, with a clone, with the port.
  const [left, effects] = leaving(next, 2);
  return [left, [says, ...effects]] as const;
}

function pressed(crew: Crew, key: string): readonly [Crew, readonly Effect[]] {
  const { members, chosen } = crew;
  if (key === 'q' || key === 'ctrl-c') return handle(crew, { kind: 'stop' });
  if (crew.leaving !== 'no') return [crew, []];
  if (/^[1-9]$/.test(key)) {
    const index = Number(key) - 1;
    return [{ ...crew, chosen: index < members.length ? index : chosen }, []];
  }
  if (key === 'escape') return [{ ...crew, chosen: null }, []];
  if (key === 'right' || key === 'tab') return [choose(crew, (chosen ?? -1) + 1), []];
  if (key === 'left') return [choose(crew, (chosen ?? 0) - 1), []];
  if (chosen === null) return [crew, []];
  if (key === 'r') return restart(crew, chosen);
  if (key === 'k') return [crew, signals(crew, chosen, 'SIGKILL')];
  return key === 'z' ? freezeOrThaw(crew, chosen) : [crew, []];
}

function choose(crew: Crew, index: number): Crew {
  const { length } = crew.members;
  return { ...crew, chosen: (index + length) % length };
}

function restart(crew: Crew, at: number): readonly [Crew, readonly Effect[]] {
  const { pid, state, program } = memberAt(crew, at);
  if (pid === null) {
    const hasPlace = program === 'dispatcher' || crew.port !== null;
    return [crew, hasPlace ? [start(crew, at)] : []];
  }
  const next = changed(crew, at, { isToReturn: true, state: state === 'frozen' ? 'up' : state });
  return [next, [...signals(crew, at, 'SIGTERM'), ...thaw(crew, at)]];
}

function freezeOrThaw(crew: Crew, at: number): readonly [Crew, readonly Effect[]] {
  const { pid, state } = memberAt(crew, at);
  if (pid === null) return [crew, []];
  if (state === 'frozen') return [changed(crew, at, { state: 'up' }), thaw(crew, at)];
  return [changed(crew, at, { state: 'frozen' }), signals(crew, at, 'SIGSTOP')];
}

/** First all are asked to finish what they hold, then to end at once, then they are killed. */
function stop(crew: Crew): readonly [Crew, readonly Effect[]] {
  if (crew.leaving === 'no') return leaving(crew, 0);
  const signal = crew.leaving === 'draining' ? 'SIGTERM' : 'SIGKILL';
  const next: Crew = { ...crew, leaving: 'ending', code: 3 };
  return [next, everybody(crew).flatMap((at) => signals(crew, at, signal))];
}

function leaving(crew: Crew, code: Crew['code']): readonly [Crew, readonly Effect[]] {
  const all = everybody(crew);
  const members = crew.members.map((one) =>
    one.state === 'frozen' ? ({ ...one, state: 'up' } as const) : one,
  );
  const next: Crew = { ...crew, members, leaving: 'draining', code, chosen: null };
  if (all.length === 0) return [next, [leave(next)]];
  return [next, all.flatMap((at) => [...signals(crew, at, 'SIGTERM'), ...thaw(crew, at)])];
}

function everybody({ members }: Crew): number[] {
  return members.flatMap(({ pid }, at) => (pid === null ? [] : [at]));
}

/** One that is frozen hears of nothing before it is thawed. */
function thaw(crew: Crew, at: number): Effect[] {
  return memberAt(crew, at).state === 'frozen' ? signals(crew, at, 'SIGCONT') : [];
}

function signals(crew: Crew, at: number, signal: Signal): Effect[] {
  const { pid } = memberAt(crew, at);
  return pid === null ? [] : [{ kind: 'signal', member: at, pid, signal }];
}

function start({ port, portWanted }: Crew, member: number): Effect {
  return { kind: 'start', member, port: port ?? portWanted };
}

function leave({ code }: Crew): Effect {
  return { kind: 'leave', code };
}

function memberAt({ members }: Crew, at: number): Member {
  const found = members[at];
  if (found === undefined) throw new Error(`there is no process ${at}`);
  return found;
}

function changed(crew: Crew, at: number, change: Partial<Member>): Crew {
  const members = crew.members.map((one, index) => (index === at ? { ...one, ...change } : one));
  return { ...crew, members };
}
