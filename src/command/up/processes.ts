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

export interface UpProcess {
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

export interface Processes {
  readonly all: readonly UpProcess[];
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

/** The processes before anything has happened. */
export function processesOf(runners: number, portWanted: number): Processes {
  const names = Array.from({ length: runners }, (_, index) => `runner-${index + 1}`);
  const all = [
    newProcess('dispatcher', 'dispatcher'),
    ...names.map((name) => newProcess(name, 'runner')),
    newProcess('observer', 'observer'),
  ];
  return { all, chosen: null, portWanted, port: null, leaving: 'no', code: 0 };
}

function newProcess(name: string, program: UpProcess['program']): UpProcess {
  return { name, program, ...gone, wasUp: false };
}

const gone = {
  pid: null,
  state: 'gone',
  isAlone: true,
  tests: new Map<string, string>(),
  isToReturn: false,
} as const;

/** What follows from it: the processes as they are then, and what is to be done. */
export function handle(
  processes: Processes,
  event: Event,
): readonly [Processes, readonly Effect[]] {
  switch (event.kind) {
    case 'begin':
      // The others are started once it listens: it may be given any free port.
      return [processes, [start(processes, 0)]];
    case 'started': {
      const { at, pid } = event;
      return [changed(processes, at, { pid, state: 'begun', isToReturn: false }), []];
    }
    case 'told':
      return told(processes, event.at, event.told);
    case 'exited':
      return exited(processes, event.at, event.how);
    case 'key':
      return pressed(processes, event.key);
    case 'stop':
      return stop(processes);
  }
}

function told(processes: Processes, at: number, { event, msg, level, ...more }: Told) {
  const before = processAt(processes, at);
  const says: Effect = { kind: 'say', at, text: msg, level };
  if (event === '') return [processes, [says]] as const;
  const next = changed(processes, at, {
    tests: testsAfter(before.tests, event, more),
    isAlone: event === 'away' || (before.isAlone && !connects.includes(event)),
    state: before.state === 'begun' ? 'up' : before.state,
    wasUp: true,
  });
  const isFirst =
    event === 'listening' && before.program === 'dispatcher' && processes.port === null;
  if (!isFirst || processes.leaving !== 'no') return [next, [says]] as const;
  const listening = { ...next, port: Number(more['port']) };
  const others = listening.all.slice(1).map((_, index) => start(listening, index + 1));
  return [listening, [says, ...others]] as const;
}

const connects = ['session', 'classic', 'connected', 'listening'];

function testsAfter(
  before: UpProcess['tests'],
  event: string,
  { run, commit }: Readonly<Record<string, unknown>>,
): UpProcess['tests'] {
  const tests = new Map(before);
  if (event === 'testing') tests.set(String(run), String(commit).slice(0, shortLength));
  if (noLongerTests.includes(event)) tests.delete(String(run));
  return tests;
}

const shortLength = 7;
const noLongerTests = ['ended', 'revoked', 'aborted', 'handback'];

function exited(processes: Processes, at: number, { code, signal }: Exit) {
  const { state, name, isToReturn, wasUp } = processAt(processes, at);
  const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
  const isExpected = processes.leaving !== 'no' || isToReturn;
  const says: Effect = {
    ...{ kind: 'say', at, level: isExpected ? 30 : 50 },
    text: `${name} ${how}`,
  };
  const next = changed(processes, at, gone);
  if (processes.leaving !== 'no') {
    const isLast = next.all.every(({ pid }) => pid === null);
    return [next, isLast ? [says, leave(next)] : [says]] as const;
  }
  if (isToReturn) return [next, [says, start(next, at)]] as const;
  if (wasUp || state !== 'begun' || signal !== null) return [next, [says]] as const;
  // All that it has told is what is wrong: with the flags, with a clone, with the port.
  const [left, effects] = leaving(next, 2);
  return [left, [says, ...effects]] as const;
}

function pressed(processes: Processes, key: string): readonly [Processes, readonly Effect[]] {
  const { all, chosen } = processes;
  if (key === 'q' || key === 'ctrl-c') return handle(processes, { kind: 'stop' });
  if (processes.leaving !== 'no') return [processes, []];
  if (/^[1-9]$/.test(key)) {
    const index = Number(key) - 1;
    return [{ ...processes, chosen: index < all.length ? index : chosen }, []];
  }
  if (key === 'escape') return [{ ...processes, chosen: null }, []];
  if (key === 'right' || key === 'tab') return [choose(processes, (chosen ?? -1) + 1), []];
  if (key === 'left') return [choose(processes, (chosen ?? 0) - 1), []];
  if (chosen === null) return [processes, []];
  if (key === 'r') return restart(processes, chosen);
  if (key === 'k') return [processes, signals(processes, chosen, 'SIGKILL')];
  return key === 'z' ? freezeOrThaw(processes, chosen) : [processes, []];
}

function choose(processes: Processes, index: number): Processes {
  const { length } = processes.all;
  return { ...processes, chosen: (index + length) % length };
}

function restart(processes: Processes, at: number): readonly [Processes, readonly Effect[]] {
  const { pid, state, program } = processAt(processes, at);
  if (pid === null) {
    const hasPlace = program === 'dispatcher' || processes.port !== null;
    return [processes, hasPlace ? [start(processes, at)] : []];
  }
  const next = changed(processes, at, {
    isToReturn: true,
    state: state === 'frozen' ? 'up' : state,
  });
  return [next, [...signals(processes, at, 'SIGTERM'), ...thaw(processes, at)]];
}

function freezeOrThaw(processes: Processes, at: number): readonly [Processes, readonly Effect[]] {
  const { pid, state } = processAt(processes, at);
  if (pid === null) return [processes, []];
  if (state === 'frozen') return [changed(processes, at, { state: 'up' }), thaw(processes, at)];
  return [changed(processes, at, { state: 'frozen' }), signals(processes, at, 'SIGSTOP')];
}

/** First all are asked to finish what they hold, then to end at once, then they are killed. */
function stop(processes: Processes): readonly [Processes, readonly Effect[]] {
  if (processes.leaving === 'no') return leaving(processes, 0);
  const signal = processes.leaving === 'draining' ? 'SIGTERM' : 'SIGKILL';
  const next: Processes = { ...processes, leaving: 'ending', code: 3 };
  return [next, everybody(processes).flatMap((at) => signals(processes, at, signal))];
}

function leaving(
  processes: Processes,
  code: Processes['code'],
): readonly [Processes, readonly Effect[]] {
  const alive = everybody(processes);
  const all = processes.all.map((one) =>
    one.state === 'frozen' ? ({ ...one, state: 'up' } as const) : one,
  );
  const next: Processes = { ...processes, all, leaving: 'draining', code, chosen: null };
  if (alive.length === 0) return [next, [leave(next)]];
  return [
    next,
    alive.flatMap((at) => [...signals(processes, at, 'SIGTERM'), ...thaw(processes, at)]),
  ];
}

function everybody({ all }: Processes): number[] {
  return all.flatMap(({ pid }, at) => (pid === null ? [] : [at]));
}

/** One that is frozen hears of nothing before it is thawed. */
function thaw(processes: Processes, at: number): Effect[] {
  return processAt(processes, at).state === 'frozen' ? signals(processes, at, 'SIGCONT') : [];
}

function signals(processes: Processes, at: number, signal: Signal): Effect[] {
  const { pid } = processAt(processes, at);
  return pid === null ? [] : [{ kind: 'signal', at, pid, signal }];
}

function start({ port, portWanted }: Processes, at: number): Effect {
  return { kind: 'start', at, port: port ?? portWanted };
}

function leave({ code }: Processes): Effect {
  return { kind: 'leave', code };
}

function processAt({ all }: Processes, at: number): UpProcess {
  const found = all[at];
  if (found === undefined) throw new Error(`there is no process ${at}`);
  return found;
}

function changed(processes: Processes, at: number, change: Partial<UpProcess>): Processes {
  const all = processes.all.map((one, index) => (index === at ? { ...one, ...change } : one));
  return { ...processes, all };
}
