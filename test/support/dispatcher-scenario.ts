/**
 * Owns a stage for the dispatcher's core: events go in with simulated time, what comes out is
 * kept as a transcript, a line for each entry, message and notice, in the order promised.
 *
 * `outcome` asserts all that happened since the last one; what is left over at the end of a test
 * fails it, so nothing can happen unnoticed. Only pings are left out; they are counted.
 */

import { expect, onTestFinished } from 'vitest';
import type { z } from 'zod';
import { DispatcherCore } from '../../src/dispatcher/core/core.js';
import type { Effect, Event, Send } from '../../src/dispatcher/core/events.js';
import type { Entry } from '../../src/dispatcher/core/journal.js';
import { beatsPerHeartbeat } from '../../src/dispatcher/core/rules.js';
import { entriesOf, noticesOf, sendsOf } from '../../src/dispatcher/core/selected.js';
import { noSettings, type Settings } from '../../src/dispatcher/core/settings.js';
import { waitReason } from '../../src/dispatcher/shell/wait-reasons.js';
import { type Address, formatAddress, parseAddress } from '../../src/protocol/address.js';
import { hello } from '../../src/protocol/bodies.js';
import {
  defaultJobName,
  type Pausable,
  parsePausable,
  type RunId,
  type SessionId,
  sessionId,
} from '../../src/protocol/ids.js';
import {
  type Handback,
  handback,
  handover,
  type Report,
  report,
} from '../../src/protocol/job-bodies.js';
import { heartbeatEveryMs } from '../../src/protocol/limits.js';
import { answerTo, type ClassicManner } from './classic-manners.js';
import { commit } from './commits.js';
import {
  historiesOf,
  isRecorded,
  jobsOf,
  newestOn,
  remembered,
  unfinished,
} from './dispatcher-journal.js';
import { isPing, tellEntry, tellNotice, tellSend } from './dispatcher-transcript.js';

/** A quarter of a heartbeat. */
export const beatMs = heartbeatEveryMs / beatsPerHeartbeat;

interface Introduction {
  readonly repository?: string | null;
  /** All that it tests, where these are several. */
  readonly repositories?: readonly string[];
  /** It tests whatever it is asked to. */
  readonly anyRepository?: boolean;
  readonly capacity?: number;
  /** Runs that it still holds. */
  readonly runs?: readonly RunId[];
  /** How much of what it handed over is not in the store. */
  readonly lacks?: number;
  readonly process?: string;
  readonly labels?: readonly string[];
  /** Of a release that knows no jobs by name. */
  readonly isOld?: boolean;
  /** It is pinged less often while it has no runs. */
  readonly rests?: boolean;
}

/** A job of a commit's plan; what is not said is as of the only one. */
type Planned = NonNullable<z.input<typeof handover>['jobs']>[number];

export type Scenario = ReturnType<typeof scenario>;

/** An empty dispatcher, at an arbitrary moment. */
export function scenario({ classicRunMaxMs = 3_600_000, retriesFlaky = false } = {}) {
  const journal: Entry[] = [];
  const transcript: string[] = [];
  const sessions = new Map<string, SessionId>();
  /** With the pings that each has not answered. */
  const frozen = new Map<string, number>();
  const manners = new Map<string, ClassicManner>();
  /** What each classic runner was asked last. */
  const asked = new Map<string, Send & { kind: 'ask' }>();
  const pings = new Map<string, number>();
  const registered = new Map<string, Address>();
  const paused = new Set<Pausable>();
  let settings: Settings = noSettings;
  let nowMs = 1_700_000_000_000;
  let starts = 0;
  let counter = 0;
  let core = started();

  onTestFinished(() => expect(transcript, 'happened, and was not asserted').toEqual([]));

  function started(): DispatcherCore {
    starts += 1;
    const classicRunners = [...registered.values()];
    const policy = { classicRunMaxMs, retriesFlaky, paused: [...paused], settings };
    const initial = { start: start(), classicRunners, ...policy, ...remembered(journal) };
    return new DispatcherCore(initial, unfinished(journal), nowMs);
  }

  function start(): string {
    return starts.toString(16).padStart(8, '0');
  }

  function feed(event: Event): Effect[] {
    const effects = core.handle(event, nowMs);
    journal.push(...entriesOf(effects));
    transcript.push(...entriesOf(effects).map(tellEntry));
    for (const send of sendsOf(effects)) {
      if (isPing(send)) count(pings, nameOf(send));
      else transcript.push(tellSend(send, nameOf(send)));
    }
    for (const notice of noticesOf(effects)) {
      if (notice.kind === 'registered')
        registered.set(formatAddress(notice.address), notice.address);
      else if (notice.kind === 'forgotten') registered.delete(formatAddress(notice.address));
      else transcript.push(tellNotice(notice));
    }
    for (const effect of effects) {
      if (effect.kind !== 'pause') continue;
      if (effect.isKept) paused.add(effect.what);
      else paused.delete(effect.what);
    }
    for (const send of sendsOf(effects)) {
      if (send.kind === 'ask') {
        asked.set(send.runner, send);
        feed(answerTo(send, manners.get(send.runner) ?? 'dead'));
      } else if (send.kind === 'send' && isPing(send)) answerPing(nameOf(send), send.session);
    }
    return effects;
  }

  function answerPing(name: string, to: SessionId): void {
    const owed = frozen.get(name);
    if (owed !== undefined) frozen.set(name, owed + 1);
    else feed({ kind: 'pong', session: to });
  }

  function nameOf(send: Send): string {
    if (send.kind === 'ask') return send.runner;
    if (send.kind === 'reply') return 'asker';
    return [...sessions].find(([, id]) => id === send.session)?.[0] ?? send.session;
  }

  const job = (number: number, name = defaultJobName) =>
    jobsOf(journal, commit(number)).find((one) => one.name === name);

  const session = (name: string) => {
    const id = sessions.get(name);
    if (id === undefined) throw new Error(`${name} never joined`);
    return id;
  };

  function joins(name: string, role: 'runner' | 'observer', introduction: Introduction): void {
    counter += 1;
    const id = sessionId(start(), counter);
    const { repository = 'demo', capacity = 1, runs = [], lacks = 0, process } = introduction;
    const { labels = [], isOld = false, rests = false } = introduction;
    const knows = [...(isOld ? [] : ['jobs', 'work']), ...(rests ? ['rests'] : [])];
    sessions.set(name, id);
    if (frozen.has(name)) frozen.set(name, 0);
    const held = runs.map((run) => ({
      run,
      commit: commit(0),
      logged: [{ log: run, bytes: 0 }],
      inStore: isRecorded(journal, run),
    }));
    const { repositories, anyRepository } = introduction;
    const introduced = hello.parse({
      ...{ role, name, repository, repositories, anyRepository, capacity, process, labels, knows },
    });
    feed({ kind: 'joined', session: id, hello: introduced, held, lacks });
  }

  function asks(kind: 'cancel' | 'rerun', number: number, job: string | null): void {
    counter += 1;
    const event = { kind, request: counter, commit: commit(number), job };
    feed({ ...event, histories: historiesOf(journal, commit(number)) });
  }

  return {
    /** Everything appended so far, as the store would hold it. */
    journal,
    get core() {
      return core;
    },
    get nowMs() {
      return nowMs;
    },
    /** The eight digits with which every run since the last start begins. */
    get start() {
      return start();
    },

    /** Asserts all that happened since the last time. */
    outcome(...lines: string[]): void {
      expect(transcript.splice(0)).toEqual(lines);
    },
    /** Lets happen what other tests assert; answers the transcript, for those that are curious. */
    given(happening: () => void): string[] {
      happening();
      return transcript.splice(0);
    },
    /** Lets happen what other tests assert, and asserts only the lines that match. */
    outcomeOf(pattern: RegExp, ...lines: string[]): void {
      expect(transcript.splice(0).filter((line) => pattern.test(line))).toEqual(lines);
    },

    runner: (name: string, introduction: Introduction = {}) => joins(name, 'runner', introduction),
    observer: (name: string, introduction: Introduction = {}) =>
      joins(name, 'observer', introduction),
    /** The id of that peer's latest session. */
    session,
    /** Whether that runner has the lease of that run. */
    holds: (name: string, run: RunId) =>
      core.runners().some(({ key, runs }) => key === sessions.get(name) && runs.has(run)),
    /** Whether that peer has a session that the dispatcher knows. */
    isHere: (name: string) =>
      [...core.runners(), ...core.observers()].some(({ key }) => key === sessions.get(name)),
    leaves: (name: string, reason = 'closed its connection') =>
      feed({ kind: 'left', session: session(name), reason }),
    drains: (name: string) => feed({ kind: 'draining', session: session(name) }),
    offers: (name: string, capacity: number, labels: readonly string[] = []) =>
      feed({ kind: 'offer', session: session(name), offer: { capacity, labels: [...labels] } }),
    /** Stops answering pings, as after a SIGSTOP. */
    freezes: (name: string) => frozen.set(name, 0),
    thaws(name: string): void {
      const owed = frozen.get(name) ?? 0;
      const id = sessions.get(name);
      frozen.delete(name);
      for (let pong = 0; id !== undefined && pong < owed; pong += 1) answerPing(name, id);
    },

    /** By hand or by a classic observer; with `by`, over that observer's session. */
    dispatch(
      number: number,
      by?: string,
      branch = '',
      jobs?: readonly Planned[],
      isDefaultBranch?: boolean,
    ): void {
      counter += 1;
      const from = by === undefined ? { request: counter } : { session: session(by) };
      const description = handover.parse({ branch, ...(jobs && { jobs }), isDefaultBranch });
      const event = { kind: 'dispatch' as const, from, commit: commit(number), description };
      feed({ ...event, histories: historiesOf(journal, commit(number)) });
    },
    /** An observer hands over where a branch stands now; `newest`: what the store says of it. */
    standsAt(number: number, by: string, branch: string, newest = newestOn(journal, branch)): void {
      const description = handover.parse({ branch, isTip: true });
      const from = { session: session(by) };
      const event = { kind: 'dispatch' as const, from, commit: commit(number), description };
      feed({ ...event, histories: historiesOf(journal, commit(number)), newest });
    },
    cancel: (number: number, job: string | null = null) => asks('cancel', number, job),
    cancelBranch(branch: string, repository: string | null = null): void {
      counter += 1;
      feed({ kind: 'cancel-branch', request: counter, repository, branch });
    },
    /** A person wants that paused, or not any more. */
    pause(what: string, isPaused = true): void {
      counter += 1;
      const parsed = parsePausable(what);
      if (parsed === null) throw new Error(`${what} cannot be paused`);
      feed({ kind: 'pause', request: counter, what: parsed, isPaused });
    },
    /** What the owner says of repositories is read anew. */
    sets(now: Settings): void {
      settings = now;
      feed({ kind: 'settings', settings });
    },
    rerun: (number: number, job: string | null = null) => asks('rerun', number, job),
    poll() {
      counter += 1;
      feed({ kind: 'poll', request: counter });
    },

    /** Ends a run; the latest that the runner was given, where none is named. */
    reports(name: string, run: RunId, ended: Partial<Report> = {}): void {
      const whole = report.parse({ end: 'passed', logBytes: 0, durationMs: 5, ...ended });
      const known = { session: session(name), run, inStore: isRecorded(journal, run) };
      feed({ kind: 'results', ...known, report: whole });
    },
    handsBack(name: string, run: RunId, reason: Handback['reason'], detail = ''): void {
      const words = handback.parse({ reason, detail });
      feed({ kind: 'handback', session: session(name), run, handback: words });
    },

    /** A classic runner registers; from then on it behaves in that manner. */
    registers(address: string, manner: ClassicManner = 'alive', remoteHost = '127.0.0.1'): void {
      const parsed = parseAddress(address);
      if (parsed === null) throw new Error(`${address} is no address`);
      counter += 1;
      manners.set(`classic ${address}`, manner);
      feed({ kind: 'registered', request: counter, address: parsed, remoteHost });
    },
    behaves: (address: string, manner: ClassicManner) => manners.set(`classic ${address}`, manner),
    lastAsked(address: string): Send & { kind: 'ask' } {
      const last = asked.get(`classic ${address}`);
      if (last === undefined) throw new Error(`${address} was asked nothing`);
      return last;
    },
    /** What it answers to what it was asked comes (once more), long after all else. */
    answersLate: (question: Send & { kind: 'ask' }, manner: ClassicManner) =>
      feed(answerTo(question, manner)),
    /** A classic runner sends its output, as the shell hands it in. */
    classicResult(number: number, ended: Partial<Report> = {}): void {
      counter += 1;
      const of = { commit: commit(number), run: core.classicRunOf(commit(number)) };
      const whole = report.parse({ end: 'passed', logBytes: 9, durationMs: 0, ...ended });
      feed({ kind: 'classic-results', request: counter, ...of, report: whole });
    },

    /** Time passes, a beat at a time; whoever is not frozen answers its pings. */
    passes(durationMs: number): void {
      for (const end = nowMs + durationMs; nowMs < end; ) {
        nowMs += beatMs;
        for (const [name, id] of sessions) {
          if (!frozen.has(name)) feed({ kind: 'heard', session: id });
        }
        feed({ kind: 'beat', settledAtMs: nowMs });
      }
    },
    /** How often that peer was pinged. */
    pings: (name: string) => pings.get(name) ?? 0,
    /** The dispatcher itself was stopped for so long: time jumps, no beat comes. */
    freezesItself(durationMs: number): void {
      nowMs += durationMs;
      feed({ kind: 'stalled', forMs: durationMs });
    },

    drain: () => feed({ kind: 'drain' }),
    /** SIGKILL, and a new dispatcher upon the same journal. */
    restart(): void {
      sessions.clear();
      core = started();
    },

    job,
    /** The run that has the lease of that commit's job, or had the last one. */
    runOf(number: number, name = defaultJobName): RunId {
      const run = job(number, name)?.runs.at(-1)?.id;
      if (run === undefined) throw new Error(`commit ${number} never had a run`);
      return run;
    },
    why: (number: number, name = defaultJobName) => {
      const job = core.jobsOf(commit(number)).find((one) => one.name === name);
      const why = job && core.whyWaiting([job], nowMs).get(job.id);
      return why === undefined ? null : waitReason(why);
    },
  };
}

function count(all: Map<string, number>, name: string): void {
  all.set(name, (all.get(name) ?? 0) + 1);
}
