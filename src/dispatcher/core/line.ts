/**
 * Owns in which order fresh jobs are served: repositories take turns, within each its branches,
 * and a branch's jobs come in the order in which they were accepted. So one import of thousands
 * keeps nobody waiting for longer than one job. Never knows a runner.
 * Invariant: in each map the key that stands first was served longest ago; none is empty.
 */

import type { Job } from './job.js';
import type { JobId } from './journal.js';

type Branches = Map<string, Set<JobId>>;

export class Line {
  readonly #repositories = new Map<string | null, Branches>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The last of its branch. */
  join({ repository, branch, id }: Job): void {
    const branches: Branches = this.#repositories.get(repository) ?? new Map();
    const ids = branches.get(branch) ?? new Set();
    if (!ids.has(id)) this.#size += 1;
    this.#repositories.set(repository, branches.set(branch, ids.add(id)));
  }

  /** Answers whether it was there. */
  leave({ repository, branch, id }: Job): boolean {
    const branches = this.#repositories.get(repository);
    const ids = branches?.get(branch);
    if (branches === undefined || !ids?.delete(id)) return false;
    this.#size -= 1;
    if (ids.size === 0) branches.delete(branch);
    if (branches.size === 0) this.#repositories.delete(repository);
    return true;
  }

  /** It has its turn: the next of its repository and of its branch come after all others. */
  serve(job: Job): void {
    const wasHere = this.leave(job);
    const branches = this.#repositories.get(job.repository);
    if (!wasHere || branches === undefined) return;
    moveToEnd(branches, job.branch);
    moveToEnd(this.#repositories, job.repository);
  }

  /** Of each repository the job whose turn it is. Whoever suits it suits all of its repository. */
  *heads(): Generator<JobId> {
    for (const branches of [...this.#repositories.values()]) {
      const [ids] = branches.values();
      const [id] = ids ?? [];
      if (id !== undefined) yield id;
    }
  }

  /** All, in the order in which they will be served if nothing else comes. */
  *[Symbol.iterator](): Generator<JobId> {
    yield* inTurns([...this.#repositories.values()].map((branches) => inTurns(branches.values())));
  }
}

function moveToEnd<Key, Value>(map: Map<Key, Value>, key: Key): void {
  const value = map.get(key);
  if (value === undefined) return;
  map.delete(key);
  map.set(key, value);
}

/** One of each, and again, until none has any more. */
function* inTurns<Value>(lines: Iterable<Iterable<Value>>): Generator<Value> {
  let open = [...lines].map((line) => line[Symbol.iterator]());
  while (open.length > 0) {
    const going: typeof open = [];
    for (const line of open) {
      const next = line.next();
      if (next.done) continue;
      going.push(line);
      yield next.value;
    }
    open = going;
  }
}
