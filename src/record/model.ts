/**
 * Owns what a recording tells as a picture needs it: who is there and in which state from where to where,
 * which message came when, and where each run was from its lease to its end. Built record by record, so
 * that it grows as the wire goes on. Pure.
 * Invariant: a place (`index`) counts records from 0 as they came; `n` is what the record itself says.
 */

import {
  dispatcher,
  type ProcessRole,
  type ProcessState,
  type WireChange,
  type WireHeader,
  type WireMessage,
  type WireRecord,
} from './record.js';
import { type RunSpan, RunsOfLane } from './runs-of-lane.js';
import { lastAtMost } from './sorted.js';

/** From there on until the next stretch. */
export interface Stretch {
  readonly from: number;
  readonly state: ProcessState;
  /** What it has in hand. */
  readonly commit: string;
}

/** One process: its line, and how it was along it. */
export interface Lane {
  readonly name: string;
  role: ProcessRole;
  /** Where it is first heard of. */
  readonly from: number;
  readonly strip: Stretch[];
  /** Where it was asked for a sign of life, and gave one: places of pings sent and pongs received. */
  readonly pings: number[];
  readonly pongs: number[];
  /** What it had in hand, in the order of the leases. */
  readonly runs: RunsOfLane;
}

/** Where who writes the record does not say it. */
const statesBy: Readonly<Partial<Record<WireChange['what'], ProcessState>>> = {
  started: 'idle',
  joined: 'idle',
  left: 'dead',
  silent: 'silent',
  draining: 'draining',
  killed: 'dead',
  frozen: 'frozen',
};

export class Model {
  readonly header: WireHeader;
  readonly records: WireRecord[] = [];
  /** Places of what a scenario says, and of laws that were broken. */
  readonly captions: number[] = [];
  readonly broken: number[] = [];
  readonly #lanes = new Map<string, Lane>();
  readonly #runs = new Map<string, RunSpan>();
  /** By the place of a message: of its arrival, or of the word that it never comes. */
  readonly #ends = new Map<number, number>();
  /** The first `n` after a gap, and its place: most recordings have one. */
  readonly #offsets: { readonly n: number; readonly index: number }[] = [];

  constructor(header: WireHeader) {
    this.header = header;
  }

  append(record: WireRecord): void {
    const index = this.records.push(record) - 1;
    const before = this.records[index - 1];
    if (before === undefined || record.n !== before.n + 1)
      this.#offsets.push({ n: record.n, index });
    if (record.kind === 'message') this.#message(record, index);
    else if (record.kind === 'change') this.#change(record, index);
    else {
      const message = this.indexOf(record.message);
      if (message !== null) this.#ends.set(message, index);
    }
  }

  /** In the order in which they are drawn: observers, the dispatcher, then runners as they came. */
  get lanes(): readonly Lane[] {
    const rank = { visitor: 0, observer: 1, dispatcher: 2, runner: 3 };
    return [...this.#lanes.values()].sort((one, other) => rank[one.role] - rank[other.role]);
  }

  lane(name: string): Lane | undefined {
    return this.#lanes.get(name);
  }

  get runs(): readonly RunSpan[] {
    return [...this.#runs.values()];
  }

  run(run: string): RunSpan | undefined {
    return this.#runs.get(run);
  }

  /** The place of the record with that `n`; null: it is not here. */
  indexOf(n: number): number | null {
    const from = this.#offsets[lastAtMost(this.#offsets, n, (offset) => offset.n)];
    const index = from === undefined ? -1 : from.index + n - from.n;
    return this.records[index]?.n === n ? index : null;
  }

  /** Whether somebody stands between all: a message without an end is under way. */
  get hearsArrivals(): boolean {
    return this.#ends.size > 0;
  }

  /** Where the message at that place arrived, or was lost; null: not yet, or nobody stood between. */
  endOf(index: number): number | null {
    return this.#ends.get(index) ?? null;
  }

  /** How a process was by then; null: not there yet. */
  stretchAt(name: string, index: number): Stretch | null {
    const strip = this.#lanes.get(name)?.strip ?? [];
    const at = lastAtMost(strip, index, ({ from }) => from);
    return strip[at] ?? null;
  }

  /** Runs whose lease was alive by then. */
  leasesAt(index: number): RunSpan[] {
    const isAlive = ({ until, lostAt }: RunSpan) =>
      (until === null || until > index) && (lostAt === null || lostAt > index);
    return this.lanes.flatMap((lane) => lane.runs.between(index, index).filter(isAlive));
  }

  #message(message: WireMessage, index: number): void {
    const [from, to] = [this.#met(message.from, index), this.#met(message.to, index)];
    if (message.verb === 'ping') to.pings.push(index);
    if (message.verb === 'pong') from.pongs.push(index);
  }

  #change(change: WireChange, index: number): void {
    const lane = this.#met(change.process, index);
    if (change.role !== undefined) lane.role = change.role;
    if (change.what === 'caption') this.captions.push(index);
    if (change.what === 'law-broken') this.broken.push(index);
    const state = change.state ?? statesBy[change.what];
    const last = lane.strip.at(-1);
    // Who is heard again goes on with what it had.
    const before = last?.state === 'busy' ? last.commit : (lane.runs.inHand?.commit ?? '');
    const commit = state === 'busy' ? (change.commit ?? before) : '';
    if (state !== undefined && (last?.state !== state || last.commit !== commit)) {
      lane.strip.push({ from: index, state, commit });
    }
    const { what, run, commit: of = '', process } = change;
    if (run === undefined) return;
    if (what === 'leased' || what === 'resumed') {
      const known = this.#runs.get(run);
      if (known === undefined) {
        const open = { from: index, until: null, lostAt: null, ending: '' };
        const lease: RunSpan = { run, commit: of, process, ...open };
        this.#runs.set(run, lease);
        lane.runs.lease(lease);
      } else this.#met(known.process, index).runs.resume(known);
    }
    const span = this.#runs.get(run);
    if (span === undefined) return;
    const { runs } = this.#met(span.process, index);
    if (what === 'lost') runs.lose(span, index);
    if (what === 'verdict' || what === 'handed-back' || what === 'late') {
      runs.end(span, index, change.says);
    }
  }

  #met(name: string, index: number): Lane {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const role = name === dispatcher ? dispatcher : 'visitor';
    const lane: Lane = {
      name,
      role,
      from: index,
      strip: [],
      pings: [],
      pongs: [],
      runs: new RunsOfLane(),
    };
    this.#lanes.set(name, lane);
    return lane;
  }
}
