/**
 * Owns the jobs that wait: a line for each shape, and those that may not be tried again yet. Never
 * knows a runner; it is asked for the next job of those lines that somebody suits, which costs the
 * same however many wait, and however many lines there are.
 *
 *   interrupted jobs, in the order of their acceptance      before all others
 *   fresh ones: repositories take turns, in each its lines, in a line its branches
 */

import { Agenda } from './agenda.js';
import type { Job } from './job.js';
import type { JobId } from './journal.js';
import { Line } from './line.js';
import type { Shape } from './shape.js';
import { inTurns, moveToEnd } from './turns.js';

/** The lines of one repository. Invariant: the one that stands first was served longest ago. */
interface Lines {
  readonly byShape: Map<string, Line>;
  /** Those in which somebody was interrupted. */
  readonly urgent: Set<Line>;
  /** Those of each group. */
  readonly byGroup: Map<string, Set<Line>>;
  /** Ascending over all repositories. */
  servedAt: number;
}

interface Sleeper {
  readonly job: Job;
  readonly untilMs: number;
}

export class Queue {
  readonly #repositories = new Map<string | null, Lines>();
  readonly #sleepers = new Map<JobId, Sleeper>();
  readonly #agenda = new Agenda<Job>();
  readonly #isTaken: (shape: Shape) => boolean;
  readonly #changed = new Set<Line>();
  #waiting = 0;
  #turns = 0;

  /** `isTaken`: a job of its group is leased. */
  constructor(isTaken: (shape: Shape) => boolean) {
    this.#isTaken = isTaken;
  }

  get size(): number {
    return this.#waiting + this.#sleepers.size;
  }

  /** From that time on, if any, it may be served. */
  join(job: Job, fromMs: number | null): void {
    if (fromMs !== null) {
      this.#sleepers.set(job.id, { job, untilMs: fromMs });
      this.#agenda.add(fromMs, job);
      return;
    }
    const { lines, line } = this.#lineFor(job.shape);
    this.#waiting -= line.size;
    line.join(job);
    this.#waiting += line.size;
    if (line.interrupted.length > 0) lines.urgent.add(line);
    this.#changed.add(line);
  }

  /** It waits no longer. */
  leave(job: Job): void {
    this.#sleepers.delete(job.id);
    this.#take(job, (line) => line.leave(job));
  }

  /** It has its turn: others of its branch, its line and its repository come after all others. */
  serve(job: Job): void {
    this.#sleepers.delete(job.id);
    const lines = this.#repositories.get(job.repository);
    if (lines === undefined) return;
    this.#turns += 1;
    lines.servedAt = this.#turns;
    moveToEnd(this.#repositories, job.repository);
    moveToEnd(lines.byShape, job.shape.key);
    this.#take(job, (line) => line.serve(job));
  }

  /** What waited for the group of that shape may be served. */
  groupIsFree({ repository, group }: Shape): void {
    const lines = this.#repositories.get(repository)?.byGroup.get(group ?? '');
    for (const line of lines ?? []) this.#changed.add(line);
  }

  /** Looks at that job, wherever it waits, once more at that time. */
  lookAgainAt(job: Job, atMs: number): void {
    this.#agenda.add(atMs, job);
  }

  /** Those whose time has come may be served again. */
  wake(nowMs: number): void {
    for (const job of this.#agenda.due(nowMs)) {
      const sleeper = this.#sleepers.get(job.id);
      const line = this.#repositories.get(job.repository)?.byShape.get(job.shape.key);
      if (sleeper !== undefined && sleeper.untilMs <= nowMs) {
        this.#sleepers.delete(job.id);
        this.join(sleeper.job, null);
      } else if (line !== undefined) this.#changed.add(line);
    }
  }

  /** The lines in which something could be served that could not before, since the last time. */
  takeChanged(): Line[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  /**
   * Of the lines that suit, the job whose turn it is. `isFor` says of one that was interrupted
   * whether it may be had: it may have been refused there before.
   */
  next(
    repositories: readonly string[] | 'any',
    suits: (shape: Shape) => boolean,
    isFor: (id: JobId) => boolean,
  ): JobId | undefined {
    const isOpen = ({ shape }: Line) => suits(shape) && !this.#isTaken(shape);
    let first: JobId | undefined;
    for (const { urgent } of this.#of(repositories)) {
      for (const line of urgent) {
        const id = isOpen(line) ? line.interrupted.find(isFor) : undefined;
        if (id !== undefined && id < (first ?? Number.POSITIVE_INFINITY)) first = id;
      }
    }
    if (first !== undefined) return first;
    for (const { byShape } of this.#of(repositories)) {
      for (const line of byShape.values()) {
        if (line.nextFresh !== undefined && isOpen(line)) return line.nextFresh;
      }
    }
    return undefined;
  }

  /** Lines in which somebody waits, in the order of their turns. */
  lines(): Line[] {
    return [...this.#repositories.values()].flatMap(({ byShape }) => [...byShape.values()]);
  }

  /** All, in the order in which they will be served if nothing else comes. */
  *[Symbol.iterator](): Generator<JobId> {
    yield* this.interrupted();
    const repositories = [...this.#repositories.values()].map(({ byShape }) => [
      ...byShape.values(),
    ]);
    yield* inTurns(repositories.map((lines) => inTurns(lines.map((line) => line.fresh()))));
  }

  /** Those that a run was lost of, or that were handed back. */
  interrupted(): JobId[] {
    const inLine = this.lines().flatMap(({ interrupted }) => interrupted);
    return [...inLine, ...this.#sleepers.keys()].sort((a, b) => a - b);
  }

  /** In the order of their turns. A job that names no repository is for everyone. */
  #of(repositories: readonly string[] | 'any'): Iterable<Lines> {
    if (repositories === 'any') return this.#repositories.values();
    const own = [...repositories, null].map((name) => this.#repositories.get(name));
    const found = own.filter((lines) => lines !== undefined);
    return found.sort((one, other) => one.servedAt - other.servedAt);
  }

  #lineFor(shape: Shape): { readonly lines: Lines; readonly line: Line } {
    const lines = this.#repositories.get(shape.repository) ?? this.#newRepository();
    const line = lines.byShape.get(shape.key) ?? new Line(shape);
    this.#repositories.set(shape.repository, lines);
    lines.byShape.set(shape.key, line);
    if (shape.group !== null) {
      lines.byGroup.set(shape.group, (lines.byGroup.get(shape.group) ?? new Set()).add(line));
    }
    return { lines, line };
  }

  /** The last of all. */
  #newRepository(): Lines {
    this.#turns += 1;
    const maps = { byShape: new Map(), byGroup: new Map(), urgent: new Set<Line>() };
    return { ...maps, servedAt: this.#turns };
  }

  #take(job: Job, taking: (line: Line) => void): void {
    const lines = this.#repositories.get(job.repository);
    const line = lines?.byShape.get(job.shape.key);
    if (lines === undefined || line === undefined) return;
    this.#waiting -= line.size;
    taking(line);
    this.#waiting += line.size;
    if (line.interrupted.length === 0) lines.urgent.delete(line);
    if (line.size === 0) this.#drop(lines, line);
  }

  #drop(lines: Lines, line: Line): void {
    const { key, repository, group } = line.shape;
    lines.byShape.delete(key);
    const ofGroup = lines.byGroup.get(group ?? '');
    if (ofGroup?.delete(line) && ofGroup.size === 0) lines.byGroup.delete(group ?? '');
    if (lines.byShape.size === 0) this.#repositories.delete(repository);
  }
}
