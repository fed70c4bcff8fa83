/**
 * Owns the jobs that wait: a line for each shape, those that may not be tried again yet, and the
 * groups that are taken. Never knows a runner; it is asked for the next job of those lines that
 * somebody suits, which costs the same however many wait.
 *
 *   interrupted jobs, in the order of their acceptance      before all others
 *   fresh ones: repositories take turns, in each its lines, in a line its branches
 */

import { Agenda } from './agenda.js';
import type { Job } from './job.js';
import type { JobId } from './journal.js';
import { Line } from './line.js';
import type { Shape } from './shape.js';
import { inTurns } from './turns.js';

/** The lines of one repository, by shape; as each line, it has had its turn at some time. */
interface Lines {
  readonly byShape: Map<string, Line>;
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
  /** Who holds each group. */
  readonly #holders = new Map<string, JobId>();
  readonly #changed = new Set<Line>();
  #waiting = 0;
  #turns = 0;

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
    const line = this.#lineOf(job.shape);
    this.#waiting -= line.size;
    line.join(job);
    this.#waiting += line.size;
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
    const line = lines?.byShape.get(job.shape.key);
    if (lines === undefined || line === undefined) return;
    this.#turns += 1;
    lines.servedAt = this.#turns;
    line.servedAt = this.#turns;
    this.#take(job, () => line.serve(job));
  }

  /** It is leased: nothing else of its group is, until it lets go. */
  hold({ id, shape }: Job): void {
    if (shape.group !== null) this.#holders.set(groupOf(shape), id);
  }

  letGo({ id, shape }: Job): void {
    if (shape.group === null || this.#holders.get(groupOf(shape)) !== id) return;
    this.#holders.delete(groupOf(shape));
    for (const line of this.#repositories.get(shape.repository)?.byShape.values() ?? []) {
      if (line.shape.group === shape.group) this.#changed.add(line);
    }
  }

  /** The other job that holds the group of this one. */
  holderOfGroup({ id, shape }: Job): JobId | undefined {
    const holder = shape.group === null ? undefined : this.#holders.get(groupOf(shape));
    return holder === id ? undefined : holder;
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
    repository: string | null | 'any',
    suits: (shape: Shape) => boolean,
    isFor: (id: JobId) => boolean,
  ): JobId | undefined {
    const lines = this.#linesOf(repository).filter(
      ({ shape }) => suits(shape) && !this.#isTaken(shape),
    );
    const interrupted = lines.flatMap((line) => line.interrupted.find(isFor) ?? []);
    if (interrupted.length > 0) return Math.min(...interrupted);
    return lines.find(({ nextFresh }) => nextFresh !== undefined)?.nextFresh;
  }

  /** Lines in which somebody waits. */
  lines(): Line[] {
    return this.#linesOf('any');
  }

  /** All, in the order in which they will be served if nothing else comes. */
  *[Symbol.iterator](): Generator<JobId> {
    yield* this.interrupted();
    const inOrder = [...this.#repositories.values()].sort(byTurn);
    yield* inTurns(inOrder.map((lines) => inTurns(ordered(lines).map((line) => line.fresh()))));
  }

  /** Those that a run was lost of, or that were handed back. */
  interrupted(): JobId[] {
    const inLine = this.#linesOf('any').flatMap(({ interrupted }) => interrupted);
    return [...inLine, ...this.#sleepers.keys()].sort((a, b) => a - b);
  }

  /** In the order of their turns. */
  #linesOf(repository: string | null | 'any'): Line[] {
    if (repository === 'any') {
      return [...this.#repositories.values()].sort(byTurn).flatMap(ordered);
    }
    // A job that names no repository is for everyone.
    const own = [this.#repositories.get(repository), this.#repositories.get(null)];
    const lines = [...new Set(own)].filter((found) => found !== undefined);
    return lines.sort(byTurn).flatMap(ordered);
  }

  #isTaken(shape: Shape): boolean {
    return shape.group !== null && this.#holders.has(groupOf(shape));
  }

  #lineOf(shape: Shape): Line {
    const lines = this.#repositories.get(shape.repository) ?? {
      byShape: new Map<string, Line>(),
      servedAt: this.#nextTurn(),
    };
    const line = lines.byShape.get(shape.key) ?? new Line(shape, this.#nextTurn());
    this.#repositories.set(shape.repository, lines);
    lines.byShape.set(shape.key, line);
    return line;
  }

  #take(job: Job, taking: (line: Line) => void): void {
    const lines = this.#repositories.get(job.repository);
    const line = lines?.byShape.get(job.shape.key);
    if (lines === undefined || line === undefined) return;
    this.#waiting -= line.size;
    taking(line);
    this.#waiting += line.size;
    if (line.size > 0) return;
    lines.byShape.delete(job.shape.key);
    if (lines.byShape.size === 0) this.#repositories.delete(job.repository);
  }

  #nextTurn(): number {
    this.#turns += 1;
    return this.#turns;
  }
}

function byTurn(one: { servedAt: number }, other: { servedAt: number }): number {
  return one.servedAt - other.servedAt;
}

function ordered({ byShape }: Lines): Line[] {
  return [...byShape.values()].sort(byTurn);
}

function groupOf({ repository, group }: Shape): string {
  return JSON.stringify([repository, group]);
}
