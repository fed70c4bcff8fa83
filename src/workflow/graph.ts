/**
 * Owns dependencies, of steps and of workflows alike: who must have ended before whom. A name that
 * is not there, one that was left out and a circle are told of; what is optional and was left out
 * stands for what it depends on itself.
 */

import { didYouMean } from './finding.js';
import type { Dependency } from './schema-parts.js';

export interface Vertex {
  readonly name: string;
  readonly dependsOn: readonly Dependency[];
  readonly isLeftOut: boolean;
}

/** What is wrong with the `index`-th dependency of a vertex. */
export interface Misfit {
  readonly name: string;
  readonly index: number;
  readonly kind: 'unknown' | 'left-out' | 'circle';
  readonly isOptional: boolean;
  readonly says: string;
}

export interface Graph {
  /** The names that must have ended before each that was not left out. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
  /** The vertices that are there, each behind what it needs; else as they were given. */
  readonly order: readonly string[];
  readonly misfits: readonly Misfit[];
}

/** `what`: the word for a vertex in sentences. */
export function graphOf(vertices: readonly Vertex[], what: string): Graph {
  const byName = new Map(vertices.map((vertex) => [vertex.name, vertex]));
  const misfits: Misfit[] = [];
  const needs = new Map<string, readonly string[]>();
  for (const { name, dependsOn, isLeftOut } of vertices) {
    if (isLeftOut) continue;
    const found = dependsOn.map((dependency, index) => {
      const target = byName.get(dependency.name);
      const misfit = { name, index, isOptional: dependency.optional };
      if (target === undefined) {
        const hint = didYouMean(dependency.name, [...byName.keys()]) || '.';
        const says = `There is no ${what} "${dependency.name}"${hint}`;
        misfits.push({ ...misfit, kind: 'unknown', says });
        return [];
      }
      if (target.isLeftOut && !dependency.optional) {
        const says = `"${dependency.name}" is not for this commit, and "${name}" needs it.`;
        misfits.push({ ...misfit, kind: 'left-out', says });
        return [];
      }
      return standIns(dependency.name, byName);
    });
    needs.set(name, [...new Set(found.flat())]);
  }
  const order = ordered(needs);
  const circle = [...needs.keys()].filter((name) => !order.includes(name));
  const says = `These wait for each other: ${circle.join(', ')}.`;
  const [first] = circle;
  if (first !== undefined) {
    misfits.push({ name: first, index: 0, kind: 'circle', isOptional: false, says });
  }
  return { needs, order, misfits };
}

/** The vertex, or if it was left out, those that are there on the ways from it. */
function standIns(start: string, byName: ReadonlyMap<string, Vertex>): string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const open = [start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const vertex = byName.get(name);
    if (vertex === undefined || seen.has(name)) continue;
    seen.add(name);
    if (vertex.isLeftOut) open.push(...vertex.dependsOn.map((dependency) => dependency.name));
    else found.add(name);
  }
  return [...found];
}

/** Each behind what it needs; those in a circle never come. */
function ordered(needs: ReadonlyMap<string, readonly string[]>): string[] {
  const placed = new Set<string>();
  let left = [...needs.keys()];
  for (;;) {
    const ready = left.filter((name) => needs.get(name)?.every((needed) => placed.has(needed)));
    if (ready.length === 0) return [...placed];
    for (const name of ready) placed.add(name);
    left = left.filter((name) => !placed.has(name));
  }
}
