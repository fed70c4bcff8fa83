/**
 * Owns the lines of one repository: a higher priority stands before a lower one, and among equals the
 * one first that was served longest ago. Never knows a runner.
 * Invariant: no line is empty, and none stands here twice.
 */

import type { Line } from './line.js';
import { firstWhere } from './sorted.js';
import { inTurns, moveToEnd } from './turns.js';

/** Lines of one priority, by the shape of their jobs. */
interface Level {
  readonly priority: number;
  readonly byShape: Map<string, Line>;
}

export class Lines {
  /** Those in which somebody was interrupted. */
  readonly urgent = new Set<Line>();
  /** When one of them was served last, ascending over all repositories. */
  servedAt: number;
  /** The highest first. */
  readonly #levels: Level[] = [];
  readonly #byGroup = new Map<string, Set<Line>>();

  constructor(servedAt: number) {
    this.servedAt = servedAt;
  }

  get isEmpty(): boolean {
    return this.#levels.length === 0;
  }

  get(shape: Line['shape']): Line | undefined {
    return this.#levels.find(({ priority }) => priority === shape.priority)?.byShape.get(shape.key);
  }

  /** The last of its priority. */
  add(line: Line): void {
    const { key, priority, group } = line.shape;
    const at = firstWhere(this.#levels, (level) => level.priority <= priority);
    if (this.#levels[at]?.priority !== priority) {
      this.#levels.splice(at, 0, { priority, byShape: new Map() });
    }
    this.#levels[at]?.byShape.set(key, line);
    if (group !== null) {
      this.#byGroup.set(group, (this.#byGroup.get(group) ?? new Set()).add(line));
    }
  }

  remove({ shape }: Line): void {
    const at = this.#levels.findIndex(({ priority }) => priority === shape.priority);
    const level = this.#levels[at];
    const line = level?.byShape.get(shape.key);
    if (level === undefined || line === undefined) return;
    level.byShape.delete(shape.key);
    if (level.byShape.size === 0) this.#levels.splice(at, 1);
    const ofGroup = this.#byGroup.get(shape.group ?? '');
    if (ofGroup?.delete(line) && ofGroup.size === 0) this.#byGroup.delete(shape.group ?? '');
  }

  /** It has had its turn. */
  serve({ shape }: Line): void {
    const level = this.#levels.find(({ priority }) => priority === shape.priority);
    if (level !== undefined) moveToEnd(level.byShape, shape.key);
  }

  ofGroup(group: string | null): Iterable<Line> {
    return this.#byGroup.get(group ?? '') ?? [];
  }

  /** In the order of their turns. */
  *[Symbol.iterator](): Generator<Line> {
    for (const { byShape } of this.#levels) yield* byShape.values();
  }

  /** Those that were not interrupted, as they will be served if nothing else comes. */
  *fresh(): Generator<number> {
    for (const { byShape } of this.#levels) {
      yield* inTurns([...byShape.values()].map((line) => line.fresh()));
    }
  }
}
