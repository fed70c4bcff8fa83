/**
 * Owns the readers of live logs: each is sent what exists, then what comes, until the commit has
 * its verdict. Finished and live logs are the same thing. Memory a reader: one shared buffer;
 * one that does not read is simply not sent more.
 */

import type { Commit } from '../../protocol/ids.js';
import type { LogFiles, LogName } from '../store/logs.js';
import { lacksRoom } from '../store/no-room.js';

/** Where a reader writes: a connection that is answering `log:<commit>`. */
export interface Reader {
  /** False: no room, wait until `poke` is called after `drained`. */
  write(bytes: Uint8Array | string): boolean;
  end(): void;
}

/** What is to be read: the latest run's log, null before the first, and whether more may come. */
export interface Reading {
  readonly log: LogName | null;
  readonly isOver: boolean;
}

interface Follower {
  readonly commit: Commit;
  readonly reader: Reader;
  log: LogName | null;
  offset: number;
  hasRoom: boolean;
}

/** Read and sent at once: few calls for a long log, and little kept for one who does not read. */
const pieceBytes = 65_536;

export class Followers {
  readonly #logs: LogFiles;
  readonly #look: (commit: Commit) => Reading;
  readonly #byCommit = new Map<Commit, Set<Follower>>();
  readonly #piece = Buffer.allocUnsafe(pieceBytes);

  constructor(logs: LogFiles, look: (commit: Commit) => Reading) {
    this.#logs = logs;
    this.#look = look;
  }

  /** Starts reading. Answers what to call when the reader has room again, or is gone. */
  follow(commit: Commit, reader: Reader): { drained: () => void; gone: () => void } {
    const follower: Follower = { commit, reader, log: null, offset: 0, hasRoom: true };
    const all = this.#byCommit.get(commit) ?? new Set();
    this.#byCommit.set(commit, all.add(follower));
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
      const { log, isOver } = this.#look(follower.commit);
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
      } else {
        if (isOver) {
          this.#drop(follower);
          follower.reader.end();
        }
        return;
      }
    }
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
