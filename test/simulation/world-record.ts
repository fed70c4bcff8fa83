/**
 * Owns the record of a simulated world: what is overheard on its network, what befalls its machines, what
 * its dispatcher tells of jobs, and which law broke, numbered, under simulated time.
 * It only looks on: the same seed is the same world with and without it.
 */

import type { Batch } from '../../src/dispatcher/feed/feed.js';
import { WireChanges } from '../../src/dispatcher/feed/wire-changes.js';
import type { ProcessState, WireChange, WireHeader, WireRecord } from '../../src/record/record.js';
import { wireFormat, wireVersion } from '../../src/record/record.js';
import type { Happened } from '../../src/record/recording.js';
import type { Told } from '../../src/world/story.js';
import { type Broken, laws } from './laws.js';
import { WireEars } from './wire-record.js';

type Change = Omit<WireChange, 'n' | 'atUs'>;

/** Those who have no machine of their own. */
const people: Readonly<Record<string, string>> = {
  '10.0.0.8': 'hook',
  '10.0.0.9': 'person',
  '10.0.0.10': 'owner',
};

/** Who tells what becomes a caption of the record. */
const narrators = ['faults', 'git', 'hook'];

export function headerOf(seed: number, startedAtMs = 0): WireHeader {
  const what = { format: wireFormat, version: wireVersion, source: 'simulation' } as const;
  return { ...what, title: `the world of seed ${seed}`, startedAtMs };
}

export class WorldRecord extends WireEars {
  readonly #take: (record: WireRecord) => void;
  readonly #nowMs: () => number;
  readonly #names = new Map(Object.entries(people));
  /** How each process is, but for that it is frozen or dead. */
  readonly #states = new Map<string, ProcessState>();
  readonly #stopped = new Map<string, 'frozen' | 'dead'>();
  /** Sessions that the dispatcher has of each name. */
  readonly #sessions = new Map<string, number>();
  #facts: WireChanges | null = null;
  #last = 0;

  constructor(nowMs: () => number, take: (record: WireRecord) => void) {
    super({ write: (one) => this.#write(one), nameOf: (host) => this.#names.get(host) ?? host });
    this.#nowMs = nowMs;
    this.#take = take;
  }

  /** The number of the newest record, or 0. */
  get last(): number {
    return this.#last;
  }

  /** There is a machine of that name. */
  met(name: string, host: string): void {
    this.#names.set(host, name);
  }

  started(name: string): void {
    this.#stopped.delete(name);
    this.#states.set(name, 'idle');
    if (name === 'dispatcher') this.#sessions.clear();
    const role = roleOf(name);
    this.#change({ what: 'started', process: name, role, says: `${name} is started` });
  }

  ended(name: string): void {
    this.#stopped.set(name, 'dead');
    this.#change({ what: 'killed', process: name, says: `the process of ${name} has ended` });
  }

  stopped(name: string, isStopped: boolean): void {
    if (isStopped) this.#stopped.set(name, 'frozen');
    else this.#stopped.delete(name);
    const what = isStopped ? 'frozen' : 'thawed';
    const says = isStopped ? `${name} stands still` : `${name} goes on`;
    this.#change({ what, process: name, says });
  }

  /** What somebody says who only causes things. */
  told(who: string, { msg }: Told): void {
    if (!narrators.includes(who)) return;
    const named = [...this.#names.values()].find((name) => msg.includes(`: ${name}`));
    this.#change({ what: 'caption', process: named ?? 'dispatcher', says: msg });
  }

  /** A dispatcher begins to tell what becomes of jobs. */
  followed(): (batch: Batch) => void {
    const facts = new WireChanges({
      severalRepositories: () => false,
      isHere: (name) => (this.#sessions.get(name) ?? 0) > 0,
    });
    this.#facts = facts;
    return (batch) => {
      for (const published of batch) {
        if (published.kind === 'notice') this.#count(published.notice);
      }
      for (const change of facts.of(batch)) this.#change(change);
    };
  }

  broke({ law, how }: Broken): void {
    const says = `${law}: it is not so that ${laws[law]}: ${how.split('\n')[0]}`;
    this.#change({ what: 'law-broken', process: 'dispatcher', says });
  }

  #count(notice: { readonly kind: string; readonly name?: string }): void {
    if (notice.name === undefined) return;
    const by = notice.kind === 'joined' ? 1 : notice.kind === 'left' ? -1 : 0;
    this.#sessions.set(notice.name, (this.#sessions.get(notice.name) ?? 0) + by);
  }

  /** What is dead or stands still is so whatever others believe. */
  #change(change: Omit<Change, 'kind'>): void {
    const process = this.#machineCalled(change.process);
    if (change.state !== undefined) this.#states.set(process, change.state);
    const state = this.#stopped.get(process) ?? this.#states.get(process);
    const now = state !== undefined && { state };
    this.#write({ kind: 'change', ...change, process, ...now });
  }

  /** The pool tells two sessions of one name apart, and calls a classic runner by its address. */
  #machineCalled(name: string): string {
    const machine = this.#names.get(name.split(':')[0] ?? name) ?? name.replace(/-\d+$/, '');
    return [...this.#names.values()].includes(machine) ? machine : name;
  }

  #write(happened: Happened): number {
    this.#last += 1;
    const placed = { n: this.#last, atUs: Math.round(this.#nowMs() * 1_000), ...happened };
    this.#take(placed as WireRecord);
    if (happened.kind === 'message') this.#vouch(happened.from, happened.to, happened.verb);
    return placed.n;
  }

  /** A ping that follows one without an answer: its runner is silent, as far as is known. */
  #vouch(from: string, to: string, verb: string): void {
    if (this.#facts === null) return;
    if (from === 'dispatcher') this.#tellAll(this.#facts.asked(to, verb));
    else if (to === 'dispatcher') this.#tellAll(this.#facts.heard(from, verb));
  }

  #tellAll(changes: readonly Change[]): void {
    for (const change of changes) this.#change(change);
  }
}

function roleOf(name: string): NonNullable<WireChange['role']> {
  if (name === 'dispatcher' || name === 'observer') return name;
  return name === 'vera' ? 'visitor' : 'runner';
}
