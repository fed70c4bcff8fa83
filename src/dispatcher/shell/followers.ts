/**
 * Owns the readers of live logs: each is sent what exists, then what comes, until the commit has
 * its verdict. Finished and live logs are the same thing. Of a commit of several jobs each log has a
 * heading, those first that are over. Memory a reader: one shared buffer; one that
 * does not read is simply not sent more.
 */

import type { Commit } from '../../protocol/ids.js';
import type { JobId } from '../core/journal.js';
import type { LogFiles, LogName } from '../store/logs.js';
import { lacksRoom } from '../store/no-room.js';
import type { PendingConnection } from './pending-connection.js';
import { type Reading, toldApart } from './readings.js';
import { whyNoJob } from './replies.js';

/** Where a reader writes: a connection that is answering `log:<commit>`. */
export interface Reader {
  /** False: no room, wait until `poke` is called after `drained`. */
  write(bytes: Uint8Array | string): boolean;
  end(): void;
}

/** What may change of what there is to be read of a commit. */
export type Look = (commit: Commit) => readonly Reading[];

interface Follower {
  readonly commit: Commit;
  /** Only that one of its jobs; null: all. */
  readonly name: string | null;
  readonly reader: Reader;
  /** As they were when they were looked at last: what is forgotten meanwhile does not change. */
  readonly readings: Map<JobId, Reading>;
  /** The job that is being read. */
  job: JobId | null;
  /** Jobs that were read to their end. */
  readonly read: Set<JobId>;
  log: LogName | null;
  offset: number;
  hasRoom: boolean;
}

/** Read and sent at once: few calls for a long log, and little kept for one who does not read. */
const pieceBytes = 65_536;

export class Followers {
  readonly #logs: LogFiles;
  readonly #look: Look;
  readonly #byCommit = new Map<Commit, Set<Follower>>();
  readonly #piece = Buffer.allocUnsafe(pieceBytes);

  constructor(logs: LogFiles, look: Look) {
    this.#logs = logs;
    this.#look = look;
  }

  /**
   * Starts reading these, of all jobs of the commit, or of the one of that name. Answers what to call
   * when the reader has room again, or is gone.
   */
  follow(
    commit: Commit,
    name: string | null,
    all: readonly Reading[],
    reader: Reader,
  ): { drained: () => void; gone: () => void } {
    const nothingRead = { job: null, read: new Set<JobId>(), log: null, offset: 0 };
    const readings = new Map(all.map((reading) => [reading.job, reading]));
    const follower: Follower = { commit, name, reader, readings, ...nothingRead, hasRoom: true };
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

  #advance(follower: Follower): void {
    while (follower.hasRoom) {
      const readings = this.#readings(follower);
      const reading = chosen(readings, follower);
      if (reading === undefined) {
        this.#drop(follower);
        follower.reader.end();
        return;
      }
      if (reading.job !== follower.job) begin(follower, reading, readings);
      const { log, isOver } = reading;
      if (log !== null && follower.log === null) follower.log = log;
      const count = this.#read(follower);
      if (count === null) {
        this.#drop(follower);
        follower.reader.write('\nBUSY: no further file can be opened, ask again later\n');
        follower.reader.end();
        return;
      }
      if (count > 0) {
        follower.offset += count;
        // The socket keeps what it is given until it is sent, so it gets a copy of its own.
        follower.hasRoom = follower.reader.write(Buffer.from(this.#piece.subarray(0, count)));
      } else if (log !== null && follower.log !== null && log.number !== follower.log.number) {
        follower.reader.write(`\n--- run ${log.number} ---\n`);
        follower.log = log;
        follower.offset = 0;
      } else if (isOver) {
        follower.read.add(reading.job);
        follower.job = null;
      } else return;
    }
  }

  #readings({ commit, name, readings }: Follower): Reading[] {
    for (const reading of this.#look(commit)) readings.set(reading.job, reading);
    return [...readings.values()].filter((of) => (name ?? of.name) === of.name);
  }

  /** The next piece; null where the system lets us open no further file. */
  #read({ log, offset }: Follower): number | null {
    try {
      return log === null ? 0 : this.#logs.read(log, offset, this.#piece);
    } catch (error) {
      if (lacksRoom(error)) return null;
      throw error;
    }
  }

  #drop(follower: Follower): void {
    const all = this.#byCommit.get(follower.commit);
    all?.delete(follower);
    if (all?.size === 0) this.#byCommit.delete(follower.commit);
  }
}

/** Answers `log:<commit>`, or of one of its jobs: the connection is a reader's from here on. */
export function serveLog(
  pending: PendingConnection,
  { commit, job }: { readonly commit: Commit; readonly job: string | null },
  readings: readonly Reading[],
  followers: Followers,
): void {
  // It may have gone while these were looked up, and would never be heard to go again.
  if (pending.isClosed) return;
  const names = readings.map(({ name }) => name);
  const why = whyNoJob(commit, job, names);
  if (why !== null) {
    pending.reply(why);
    return;
  }
  const { connection } = pending;
  let follower = { drained: () => {}, gone: () => {} };
  pending.handOver((event) => {
    if (event.kind === 'drained') follower.drained();
    if (event.kind === 'closed') follower.gone();
  });
  follower = followers.follow(commit, job, readings, {
    write: (bytes) => connection.write(bytes),
    end: () => connection.destroySoon(),
  });
}

/** The one that is being read, else what is over, else what still goes on; or nothing is left. */
function chosen(readings: readonly Reading[], { job, read }: Follower): Reading | undefined {
  const left = readings.filter((reading) => !read.has(reading.job));
  return (
    left.find((reading) => reading.job === job) ?? left.find(({ isOver }) => isOver) ?? left[0]
  );
}

function begin(follower: Follower, reading: Reading, all: readonly Reading[]): void {
  Object.assign(follower, { job: reading.job, log: null, offset: 0 });
  const apart = toldApart(reading, all);
  if (apart.length === 0) return;
  const gap = follower.read.size === 0 ? '' : '\n';
  follower.reader.write(`${gap}=== ${apart.join(', ')} ===\n`);
}
