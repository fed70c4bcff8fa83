/**
 * Owns the simulated repository that everybody looks at: commits, branches, pushes by force.
 * Never forgets a commit, as no repository does at once. As the observer sees it, it takes a
 * while to answer and sometimes fails.
 */

import type { Described, RevList, Tip } from '../../src/observer/core/news.js';
import type { Branches } from '../../src/observer/repository.js';
import type { Commit } from '../../src/protocol/ids.js';
import type { PlannedJob } from '../../src/protocol/job-bodies.js';
import type { Life } from './life.js';
import type { Random } from './random.js';
import type { Timeline } from './timeline.js';

export class History {
  /** In a thousand polls. */
  failingLooks = 0;
  readonly #random: Random;
  readonly #planOf: (commit: Commit) => readonly PlannedJob[] | undefined;
  readonly #commits = new Map<Commit, Described & { readonly pushedAtMs: number }>();
  readonly #branches = new Map<string, Commit>();

  /** `planOf` answers nothing where commits have no plans. */
  constructor(random: Random, planOf: (commit: Commit) => readonly PlannedJob[] | undefined) {
    this.#random = random;
    this.#planOf = planOf;
  }

  get commits(): Commit[] {
    return [...this.#commits.keys()];
  }

  has(commit: Commit): boolean {
    return this.#commits.has(commit);
  }

  pushedAtMs(commit: Commit): number {
    return this.#commits.get(commit)?.pushedAtMs ?? Number.POSITIVE_INFINITY;
  }

  /** Somebody works: answers what they did, in words. */
  change(nowMs: number): string {
    const branch = this.#random.pick(['main', 'main', 'main', 'next', 'fix/1']);
    const at = this.#branches.get(branch);
    const fault = this.#random.below(100);
    if (fault < 5 && at !== undefined && branch !== 'main') {
      this.#branches.delete(branch);
      return `${branch} is deleted`;
    }
    if (fault < 15 && at !== undefined) {
      const parent = this.#commits.get(at)?.parents[0];
      const tip = this.#commit(parent === undefined ? [] : [parent], nowMs);
      this.#branches.set(branch, tip);
      return `a push by force: ${branch} is at ${tip.slice(0, 7)}`;
    }
    const others = [...this.#branches.values()].filter((tip) => tip !== at);
    const merged =
      fault < 25 && at !== undefined && others.length > 0 ? [this.#random.pick(others)] : [];
    let tip = at ?? this.#branches.get('main');
    const count = fault > 85 ? this.#random.between(2, 4) : 1;
    for (let made = 0; made < count; made += 1) {
      const parents: Commit[] = tip === undefined ? [] : [tip];
      tip = this.#commit(made === 0 ? [...parents, ...merged] : parents, nowMs);
    }
    if (tip !== undefined) this.#branches.set(branch, tip);
    return `a push: ${count} on ${branch}, now at ${tip?.slice(0, 7)}`;
  }

  /** All that can be reached from the branches, but not from those commits. */
  reachable(except: Iterable<Commit>): Set<Commit> {
    const excluded = this.#ancestry(except, new Set());
    return this.#ancestry(this.#branches.values(), excluded);
  }

  /** What is to be done for a commit, where it has a plan. */
  planned(commit: Commit): { readonly jobs?: PlannedJob[] } {
    const jobs = this.#planOf(commit);
    return jobs === undefined ? {} : { jobs: [...jobs] };
  }

  seenBy(life: Life, timeline: Timeline): Branches {
    const soon = <Answer>(answer: () => Answer) =>
      new Promise<Answer>((resolve, reject) => {
        const fails = this.#random.perMille(this.failingLooks);
        timeline.after(this.#random.between(1, fails ? 800 : 20), () =>
          life.hear(() => {
            if (fails) reject(new Error('the remote is not there'));
            else resolve(answer());
          }),
        );
      });
    return {
      poll: () => soon(() => ({ tips: this.#tips(), broken: [] })),
      revList: (wanted) => soon(() => this.#revList(wanted)),
      watchable: () => null,
      close: () => {},
    };
  }

  #tips(): Tip[] {
    return [...this.#branches]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([branch, commit]) => ({ ...this.#known(commit), branch }));
  }

  /** Oldest first: the order in which they were made is one that git could choose. */
  #revList({ tips, known, earlier }: RevList): Described[] {
    const excluded = this.#ancestry([...known, ...earlier], new Set());
    const found = this.#ancestry(tips, excluded);
    return [...this.#commits.values()].filter(({ commit }) => found.has(commit));
  }

  #ancestry(from: Iterable<Commit>, excluded: ReadonlySet<Commit>): Set<Commit> {
    const found = new Set<Commit>();
    const open = [...from];
    for (let commit = open.pop(); commit !== undefined; commit = open.pop()) {
      if (found.has(commit) || excluded.has(commit)) continue;
      found.add(commit);
      open.push(...this.#known(commit).parents);
    }
    return found;
  }

  #commit(parents: readonly Commit[], nowMs: number): Commit {
    const commit = this.#random.hex(40) as Commit;
    const author = this.#random.pick(['Ada', 'Grace', 'Éva']);
    const subject = `change ${this.#commits.size + 1}`;
    this.#commits.set(commit, { commit, parents, author, subject, pushedAtMs: nowMs });
    return commit;
  }

  #known(commit: Commit): Described {
    const known = this.#commits.get(commit);
    if (known === undefined) throw new Error(`there is no commit ${commit}`);
    return known;
  }
}
