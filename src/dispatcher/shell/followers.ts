/**
 * Owns the readers of live logs: each is sent what exists, then what comes, until the commit has
 * its verdict. Finished and live logs are the same thing. Of a commit of several jobs each has a
 * heading, those first that are over, and so has each step of a job. Memory a reader: one shared buffer; one that
 * does not read is simply not sent more.
 */

import type { Commit } from '../../protocol/ids.js';
import type { Clock } from '../../world/clock.js';
import type { JobId } from '../core/journal.js';
import type { LogFiles } from '../store/logs.js';
import { isForWaiting, lacksRoom } from '../store/no-room.js';
import { type Ahead, aheadOf, chosen, passed } from './ahead.js';
import { headingOf, type Part } from './parts.js';
import { type Reading, toldApart } from './readings.js';

/** Where a reader writes: a connection that is answering `log:<commit>`. */
export interface Reader {
  /** False: no room, wait until `poke` is called after `drained`. */
  write(bytes: Uint8Array | string): boolean;
  end(): void;
}

/** What is read. */
export interface Followed {
  readonly commit: Commit;
  /** The name of one of its jobs. */
  readonly job: string | null;
  /** The number of a run. */
  readonly run: number | null;
}

/** What may change of what there is to be read of a commit. */
export type Look = (commit: Commit) => readonly Reading[];

interface Follower {
  readonly commit: Commit;
  /** Only that one of its jobs; null: all. */
  readonly name: string | null;
  /** Only that run of them; null: from the last one on. */
  readonly run: number | null;
  readonly reader: Reader;
  /** As they were when they were looked at last: what is forgotten meanwhile does not change. */
  readonly readings: Map<JobId, Reading>;
  /** What is being read; null between two parts. */
  part: Part | null;
  /** Parts that were read to their end. */
  readonly read: Set<string>;
  /** How far each run's own words were read: they are in two parts. */
  readonly ownOffsets: Map<string, number>;
  /** The last run of each job of which anything was read. */
  readonly runs: Map<JobId, number>;
  offset: number;
  /** The heading under which this part is read, as it was said. */
  heading: string;
  isMidLine: boolean;
  hasRoom: boolean;
  /** It goes on by itself, in a moment. */
  isDue: boolean;
}

const lineFeed = 0x0a;

/** Read and sent at once: few calls for a long log, and little kept for one who does not read. */
const pieceBytes = 65_536;

/** Parts that are read, or pieces of them, before others have their turn: some milliseconds' work. */
const turnsAtOnce = 64;

export class Followers {
  readonly #logs: LogFiles;
  readonly #look: Look;
  readonly #soon: Clock['soon'];
  readonly #byCommit = new Map<Commit, Set<Follower>>();
  readonly #piece = Buffer.allocUnsafe(pieceBytes);

  /** `soon` calls once others have had their turn. */
  constructor(logs: LogFiles, look: Look, soon: Clock['soon']) {
    this.#logs = logs;
    this.#look = look;
    this.#soon = soon;
  }

  /**
   * Starts reading these, of all jobs of the commit, or of the one of that name; from their last run
   * on, or that run. Answers what to call when the reader has room again, or is gone.
   */
  follow(
    { commit, job: name, run }: Followed,
    all: readonly Reading[],
    reader: Reader,
  ): { drained: () => void; gone: () => void } {
    const readings = new Map(all.map((reading) => [reading.job, reading]));
    const follower: Follower = { commit, name, run, reader, readings, ...nothingRead() };
    const others = this.#byCommit.get(commit) ?? new Set();
    this.#byCommit.set(commit, others.add(follower));
    this.#advance(follower);
    return {
      drained: () => {
        follower.hasRoom = true;
        this.#advance(follower);
      },
      gone: () => this.#drop(follower),
    };
  }

  /** The commit's log grew, a new run began, or it has its verdict. */
  poke(commit: Commit): void {
    for (const follower of [...(this.#byCommit.get(commit) ?? [])]) this.#advance(follower);
  }

  /** Nothing changes meanwhile: whatever does pokes. */
  #advance(follower: Follower): void {
    if (this.#byCommit.get(follower.commit)?.has(follower) !== true) return;
    const readings = this.#readings(follower);
    const ahead = aheadOf(readings, follower.read);
    for (let turns = 0; follower.hasRoom; turns += 1) {
      if (turns === turnsAtOnce) {
        this.#goOnSoon(follower);
        return;
      }
      const part = chosen(ahead, follower.part);
      if (part === undefined) {
        this.#drop(follower);
        follower.reader.end();
        return;
      }
      if (part.key !== follower.part?.key) begin(follower, part, readings);
      follower.part = part;
      const count = this.#read(follower, part);
      if (typeof count === 'string') {
        this.#drop(follower);
        follower.reader.write(`\n${count}\n`);
        follower.reader.end();
        return;
      }
      if (count > 0) {
        follower.offset += count;
        follower.isMidLine = this.#piece[count - 1] !== lineFeed;
        // The socket keeps what it is given until it is sent, so it gets a copy of its own.
        follower.hasRoom = follower.reader.write(Buffer.from(this.#piece.subarray(0, count)));
      } else if (part.isOver) finish(follower, part, ahead);
      else return;
    }
  }

  /** Others have their turn: a commit may have thousands of steps. */
  #goOnSoon(follower: Follower): void {
    if (follower.isDue) return;
    follower.isDue = true;
    this.#soon(() => {
      follower.isDue = false;
      this.#advance(follower);
    });
  }

  #readings({ commit, name, run, readings }: Follower): Reading[] {
    for (const reading of this.#look(commit)) {
      const known = readings.get(reading.job);
      if (run === null) readings.set(reading.job, reading);
      else if (known?.isOver === false) readings.set(reading.job, stillOf(run, known, reading));
    }
    return [...readings.values()].filter((of) => (name ?? of.name) === of.name);
  }

  /** The next piece; a sentence where there is one that cannot be read. */
  #read({ offset }: Follower, { log }: Part): number | string {
    try {
      return log === null ? 0 : this.#logs.read(log, offset, this.#piece);
    } catch (error) {
      if (!isForWaiting(error)) throw error;
      if (lacksRoom(error)) return 'BUSY: no further file can be opened, ask again later';
      return `This log cannot be read on the dispatcher's disk (${(error as Error).message}).`;
    }
  }

  #drop(follower: Follower): void {
    const all = this.#byCommit.get(follower.commit);
    all?.delete(follower);
    if (all?.size === 0) this.#byCommit.delete(follower.commit);
  }
}

/** Once there is another run, that one is over. */
function stillOf(run: number, known: Reading, now: Reading): Reading {
  return now.log?.number === run ? now : { ...known, isOver: true };
}

function nothingRead(): Omit<Follower, 'commit' | 'name' | 'run' | 'reader' | 'readings'> {
  const maps = { ownOffsets: new Map<string, number>(), runs: new Map<JobId, number>() };
  const ahead = {
    part: null,
    offset: 0,
    heading: '',
    isMidLine: false,
    hasRoom: true,
    isDue: false,
  };
  return { ...ahead, ...maps, read: new Set() };
}

/** Headings: of its job where there are several, of a further run of it, of the step. */
function begin(follower: Follower, part: Part, all: readonly Reading[]): void {
  const { reading, log } = part;
  const { runs, reader } = follower;
  const before = runs.get(reading.job);
  const apart = before === undefined ? toldApart(reading, all) : [];
  if (apart.length > 0) {
    reader.write(`${runs.size === 0 ? '' : '\n'}=== ${apart.join(', ')} ===\n`);
    follower.isMidLine = false;
  }
  const number = log?.number ?? before;
  if (before !== undefined && before > 0 && number !== before) {
    reader.write(`\n--- run ${number} ---\n`);
    follower.isMidLine = false;
  }
  runs.set(reading.job, number ?? 0);
  follower.heading = headingOf(part);
  writeHeading(follower);
  follower.offset = part.step === null ? (follower.ownOffsets.get(runOf(part)) ?? 0) : 0;
}

function finish(follower: Follower, part: Part, ahead: Ahead): void {
  if (part.step === null) follower.ownOffsets.set(runOf(part), follower.offset);
  follower.read.add(part.key);
  follower.part = null;
  passed(ahead, part);
  // What was read while it went on has not said how it ended.
  const heading = headingOf(part);
  if (heading === follower.heading) return;
  follower.heading = heading;
  writeHeading(follower);
}

function writeHeading(follower: Follower): void {
  const { heading, isMidLine, reader } = follower;
  if (heading !== '') reader.write(`${isMidLine ? '\n' : ''}${heading}`);
  if (heading !== '') follower.isMidLine = false;
}

function runOf({ reading: { job, log } }: Part): string {
  return `${job}.${log?.number ?? 0}`;
}
