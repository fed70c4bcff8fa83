/**
 * Owns the jobs that wait: a line for each shape, and those that may not be tried again yet. Never
 * knows a runner; it is asked for the next job of those lines that somebody suits, which costs the
 * same however many wait, and however many lines there are.
 *
 *   interrupted jobs, in the order of their acceptance      before all others
 *   fresh ones: repositories take turns, in each its lines, the higher priority first, in a line
 *   its branches
 *
 * A job for which other labels will do later goes to another line then.
 */

import { Agenda } from './agenda.js';
import { type Job, shapeAt } from './job.js';
import type { JobId } from './journal.js';
import { Line } from './line.js';
import { Lines } from './lines.js';
import type { Shape } from './shape.js';
import { inTurns, moveToEnd } from './turns.js';

interface Sleeper {
  readonly job: Job;
  readonly untilMs: number;
}

export class Queue {
  readonly #repositories = new Map<string | null, Lines>();
  /** In which line each stands. */
  readonly #standing = new Map<JobId, { readonly job: Job; readonly line: Line }>();
  readonly #sleepers = new Map<JobId, Sleeper>();
  readonly #agenda = new Agenda<Job>();
  readonly #isHeldUp: (shape: Shape) => boolean;
  readonly #changed = new Set<Line>();
  #turns = 0;

  /** `isHeldUp`: its group is taken, or its repository paused. */
  constructor(isHeldUp: (shape: Shape) => boolean) {
    this.#isHeldUp = isHeldUp;
  }

  get size(): number {
    return this.#standing.size + this.#sleepers.size;
  }

  /** It waits from now on, and may be served from that time on, if any is said. */
  join(job: Job, nowMs: number, fromMs: number | null): void {
    for (const { afterMs } of job.wider) {
      const atMs = job.wantedSinceMs + afterMs;
      if (atMs > nowMs) this.#agenda.add(atMs, job);
    }
    if (fromMs === null) return this.#stand(job, nowMs);
    this.#sleepers.set(job.id, { job, untilMs: fromMs });
    this.#agenda.add(fromMs, job);
  }

  /** It waits no longer. */
  leave({ id }: Job): void {
    this.#sleepers.delete(id);
    this.#take(id, ({ job, line }) => line.leave(job));
  }

  /** It has its turn: others of its branch, its line and its repository come after all others. */
  serve({ id, repository }: Job): void {
    this.#sleepers.delete(id);
    const lines = this.#repositories.get(repository);
    if (lines === undefined) return;
    this.#turns += 1;
    lines.servedAt = this.#turns;
    moveToEnd(this.#repositories, repository);
    this.#take(id, ({ job, line }) => {
      lines.serve(line);
      line.serve(job);
    });
  }

  /** What waited for the group of that shape may be served. */
  groupIsFree({ repository, group }: Shape): void {
    for (const line of this.#repositories.get(repository)?.ofGroup(group) ?? []) {
      this.#changed.add(line);
    }
  }

  /** What waits in that repository may be served. */
  isOpenAgain(repository: string): void {
    for (const line of this.#repositories.get(repository) ?? []) this.#changed.add(line);
  }

  /** Looks at that job, wherever it waits, once more at that time. */
  lookAgainAt(job: Job, atMs: number): void {
    this.#agenda.add(atMs, job);
  }

  /** Those whose time has come may be served again, or by others. */
  wake(nowMs: number): void {
    for (const { id } of this.#agenda.due(nowMs)) {
      const sleeper = this.#sleepers.get(id);
      if (sleeper !== undefined && sleeper.untilMs <= nowMs) {
        this.#sleepers.delete(id);
        this.#stand(sleeper.job, nowMs);
        continue;
      }
      const standing = this.#standing.get(id);
      if (standing === undefined) continue;
      if (shapeAt(standing.job, nowMs).key === standing.line.shape.key) {
        this.#changed.add(standing.line);
      } else {
        this.leave(standing.job);
        this.#stand(standing.job, nowMs);
      }
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
    const isOpen = ({ shape }: Line) => suits(shape) && !this.#isHeldUp(shape);
    let first: JobId | undefined;
    for (const { urgent } of this.#of(repositories)) {
      for (const line of urgent) {
        const id = isOpen(line) ? line.interrupted.find(isFor) : undefined;
        if (id !== undefined && id < (first ?? Number.POSITIVE_INFINITY)) first = id;
      }
    }
    if (first !== undefined) return first;
    for (const lines of this.#of(repositories)) {
      for (const line of lines) {
        if (line.nextFresh !== undefined && isOpen(line)) return line.nextFresh;
      }
    }
    return undefined;
  }

  /** Lines in which somebody waits, in the order of their turns. */
  lines(): Line[] {
    return [...this.#repositories.values()].flatMap((lines) => [...lines]);
  }

  /** All, in the order in which they will be served if nothing else comes. */
  *[Symbol.iterator](): Generator<JobId> {
    yield* this.interrupted();
    yield* inTurns([...this.#repositories.values()].map((lines) => lines.fresh()));
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

  #stand(job: Job, nowMs: number): void {
    const shape = shapeAt(job, nowMs);
    const lines = this.#linesOf(shape.repository);
    const line = lines.get(shape) ?? new Line(shape);
    if (line.size === 0) lines.add(line);
    line.join(job);
    this.#standing.set(job.id, { job, line });
    if (line.interrupted.length > 0) lines.urgent.add(line);
    this.#changed.add(line);
  }

  /** A repository that is new is the last of all. */
  #linesOf(repository: string | null): Lines {
    const known = this.#repositories.get(repository);
    if (known !== undefined) return known;
    this.#turns += 1;
    const lines = new Lines(this.#turns);
    this.#repositories.set(repository, lines);
    return lines;
  }

  #take(id: JobId, taking: (standing: { readonly job: Job; readonly line: Line }) => void): void {
    const standing = this.#standing.get(id);
    if (standing === undefined) return;
    const { line } = standing;
    const { repository } = line.shape;
    const lines = this.#repositories.get(repository);
    this.#standing.delete(id);
    taking(standing);
    if (line.interrupted.length === 0) lines?.urgent.delete(line);
    if (line.size === 0) lines?.remove(line);
    if (lines?.isEmpty) this.#repositories.delete(repository);
  }
}
