/**
 * Owns the record of the wire: it follows the feed and writes down each message, and what changed.
 * It is at work while anybody watches, and a while longer, so that a page that is loaded anew finds all
 * as it was; or as long as a file is written. Else nothing is tapped, and nothing is kept.
 * Never waits for anybody.
 */

import { dispatcher, type WireHeader, wireFormat, wireVersion } from '../../record/record.js';
import { type Happened, Recording } from '../../record/recording.js';
import type { Cancel, Clock } from '../../world/clock.js';
import type { DispatcherCore } from '../core/core.js';
import type { Notice } from '../core/events.js';
import type { Runner } from '../core/peers.js';
import type { Batch, Feed } from './feed.js';
import type { Tapped } from './publication.js';
import { WireChanges } from './wire-changes.js';
import { type Known, runOf, WireNames } from './wire-names.js';

/** How long it goes on after the last one has looked. */
const lingersMs = 60_000;

/** What comes within that time goes out together: nobody sees it. */
const gatheredForMs = 50;

export interface RecorderOptions {
  readonly clock: Clock;
  readonly feed: Feed;
  readonly core: Pick<
    DispatcherCore,
    'counts' | 'hasSeveralRepositories' | 'leased' | 'observers' | 'runners'
  >;
  readonly known: Known;
  /** Microseconds, steady. */
  readonly nowUs: () => number;
}

/** Takes each line of the record. */
export interface RecordSink {
  begin(header: WireHeader): void;
  /** `n`: that record's. True: another file begins with it. */
  write(n: number, line: string): boolean;
}

export class Recorder {
  readonly recording: Recording;
  readonly #options: RecorderOptions;
  readonly #names: WireNames;
  readonly #changes: WireChanges;
  #title = 'dispatcher';
  #sink: RecordSink | null = null;
  #isWatched = false;
  #isClosed = false;
  /** Null: it is at rest. */
  #stop: Cancel | null = null;
  #cancelRest: Cancel = () => {};
  /** What was sent by what is published next: it led to that. */
  #sent: Tapped[] = [];

  constructor(options: RecorderOptions) {
    const { clock, known, core, nowUs } = options;
    this.#options = options;
    this.#names = new WireNames(known);
    this.#changes = new WireChanges({
      severalRepositories: () => core.hasSeveralRepositories,
      isHere: (name) => [...core.runners(), ...core.observers()].some((peer) => peer.name === name),
    });
    this.recording = new Recording(this.#header(), {
      nowUs,
      later: (call) => void clock.after(gatheredForMs, call),
      looked: () => this.#look(),
      watched: (viewers) => {
        this.#isWatched = viewers > 0;
        this.#look();
      },
    });
  }

  /** What it is of, for people. */
  entitle(title: string): void {
    this.#title = title;
  }

  /** Records from now on to the end of the process, and hands each line to that one. */
  writeTo(sink: RecordSink): void {
    this.#sink = sink;
    this.#stop?.();
    this.#stop = null;
    this.#begin();
  }

  /** Records no more: the process ends. */
  close(): void {
    this.#isClosed = true;
    this.#stop?.();
    this.#cancelRest();
  }

  #look(): void {
    if (this.#isClosed) return;
    if (this.#stop === null) this.#begin();
    this.#cancelRest();
    if (this.#isWatched || this.#sink !== null) return;
    this.#cancelRest = this.#options.clock.after(lingersMs, () => this.#rest());
  }

  #begin(): void {
    const { feed } = this.#options;
    const [unfollow, untap] = [feed.follow((batch) => this.#hear(batch)), feed.tap()];
    this.#stop = () => {
      unfollow();
      untap();
    };
    const header = this.#header();
    this.recording.restart(header);
    this.#sink?.begin(header);
    this.#tellWhoIsThere();
  }

  /** Nobody has looked for a while: what was recorded is let go. */
  #rest(): void {
    this.#stop?.();
    this.#stop = null;
    this.recording.restart(this.#header());
  }

  #header(): WireHeader {
    const startedAtMs = this.#options.clock.wallMs();
    const base = { format: wireFormat, version: wireVersion, source: 'dispatcher' } as const;
    return { ...base, title: this.#title, startedAtMs };
  }

  #hear(batch: Batch): void {
    const [first] = batch;
    if (first?.kind === 'message') this.#message(first);
    else this.#write(this.#changes.of(batch));
  }

  /**
   * What leaves is published before what it is to tell of, in the same turn: a `runtest` before its lease.
   * So it is written at the turn's end, or before what comes in next.
   */
  #message(tapped: Tapped): void {
    if (tapped.direction === 'in') {
      this.#flush();
      this.#put(tapped);
      return;
    }
    if (this.#sent.length === 0) queueMicrotask(() => this.#flush());
    this.#sent.push(tapped);
  }

  #flush(): void {
    for (const tapped of this.#sent.splice(0)) this.#put(tapped);
  }

  #put(tapped: Tapped): void {
    const { connection, direction, verb, fields, bytes, head } = tapped;
    const isIn = direction === 'in';
    // Before `peerOf`, which forgets with the answer what was asked.
    const commit = this.#names.commitOf(tapped);
    const run = runOf(fields);
    const peer = this.#names.peerOf(tapped);
    if (!isIn) this.#write(this.#changes.asked(peer, verb));
    const [from, to] = isIn ? [peer, dispatcher] : [dispatcher, peer];
    const about = { ...(commit !== undefined && { commit }), ...(run !== undefined && { run }) };
    this.#write([{ kind: 'message', from, to, connection, verb, ...about, bytes, head }]);
    if (isIn) this.#write(this.#changes.heard(peer, verb));
  }

  #write(happened: readonly Happened[]): void {
    for (const one of happened) {
      const line = this.recording.push(one);
      const isAnother = this.#sink?.write(this.recording.last, line) ?? false;
      if (isAnother) this.#tellWhoIsThere();
    }
  }

  /** So that whoever opens it knows how everybody was when it began. */
  #tellWhoIsThere(): void {
    const { core } = this.#options;
    const { waiting, leased } = core.counts();
    const runners = core.runners();
    const draining = new Set(runners.filter((one) => one.draining).map(({ name }) => name));
    const present = [...core.observers().map(joinedAs), ...runners.map(runnerJoined)];
    const leases = [...core.leased()].map(({ job, run }) => ({
      ...{ job, run: run.id, runner: run.runner },
    }));
    const says = `${waiting} waiting, ${leased} out with a runner`;
    this.#write(this.#changes.begin(present, (name) => draining.has(name), leases, says));
  }
}

function joinedAs({
  role,
  name,
  repository,
}: {
  readonly role: 'runner' | 'observer';
  readonly name: string;
  readonly repository: string | null;
}): Notice & { kind: 'joined' } {
  return { kind: 'joined', role, name, repository, classic: false };
}

function runnerJoined(runner: Runner): Notice & { kind: 'joined' } {
  return { ...joinedAs(runner), classic: runner.via.kind === 'classic' };
}
