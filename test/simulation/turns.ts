/**
 * Owns the law that branches take turns. Shares no code with the dispatcher: it counts, for each
 * branch that waits, how often each other one of its repository was served meanwhile.
 */

import type { Entry, JobId } from '../../src/dispatcher/core/journal.js';

interface Branch {
  /** Of those that want the same of a runner. */
  readonly line: string;
  readonly name: string;
  /** Fresh jobs of it that wait; what was interrupted has a lane of its own. */
  readonly waiting: Set<JobId>;
  /** How often others were served since it began to wait, or had its turn. */
  readonly passedBy: Map<Branch, number>;
}

export class Turns {
  readonly #branches = new Map<string, Branch>();
  readonly #ofJob = new Map<JobId, Branch>();
  /** Jobs that wait for others before they stand in line. */
  readonly #needy = new Set<JobId>();
  readonly #breaks: (how: string) => void;

  constructor(breaks: (how: string) => void) {
    this.#breaks = breaks;
  }

  happened(entry: Entry): void {
    if (entry.kind === 'known-on') return;
    if (entry.kind === 'accepted') {
      this.#ofJob.set(entry.job, this.#branch(entry));
      if (entry.needs.length > 0) this.#needy.add(entry.job);
    }
    const branch = this.#ofJob.get(entry.job);
    if (branch === undefined) return;
    const begins = entry.kind === 'accepted' || entry.kind === 'rerun-asked';
    if (entry.kind === 'unblocked' || (begins && !this.#needy.has(entry.job))) {
      if (branch.waiting.size === 0) branch.passedBy.clear();
      branch.waiting.add(entry.job);
    } else if (branch.waiting.delete(entry.job) && entry.kind === 'leased') this.#served(branch);
  }

  /** The dispatcher starts anew, and so do the turns. */
  begun(): void {
    for (const { passedBy } of this.#branches.values()) passedBy.clear();
  }

  #served(served: Branch): void {
    served.passedBy.clear();
    for (const other of this.#branches.values()) {
      if (other === served || other.line !== served.line) continue;
      if (other.waiting.size === 0) continue;
      const times = (other.passedBy.get(served) ?? 0) + 1;
      other.passedBy.set(served, times);
      if (times > 1) this.#breaks(`${other.name} waits, and ${served.name} had ${times} turns`);
    }
  }

  #branch(accepted: Accepted): Branch {
    const { repository, name: job, labels, group, work, branch: name } = accepted;
    const { priority = 0, groupLimit = 1, fallbacks } = accepted;
    // One for which other labels will do later changes lines.
    const alone = fallbacks === undefined ? null : accepted.job;
    // Whoever wants the same of a runner stands in one line.
    const knows = work === undefined ? job === 'default' : 'work';
    const line = JSON.stringify([
      ...[repository, knows, labels, group, priority, groupLimit, alone],
    ]);
    const key = `${line}:${name}`;
    const branch = this.#branches.get(key) ?? {
      ...{ line, name, waiting: new Set<JobId>(), passedBy: new Map<Branch, number>() },
    };
    this.#branches.set(key, branch);
    return branch;
  }
}

type Accepted = Entry & { kind: 'accepted' };
