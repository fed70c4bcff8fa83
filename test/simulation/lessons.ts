/**
 * Owns the planted bugs as lessons: which seed shows each, and among which laws one is to choose.
 */

import type { PlantedLesson } from '../../src/record/world.js';
import { type Law, laws } from './laws.js';
import { seedOfLesson } from './lesson-seeds.js';
import type { PlantedBug } from './planted-bug.js';
import { plantedInCore } from './planted-in-core.js';
import { plantedInPeers } from './planted-in-peers.js';
import { plantedInShell } from './planted-in-shell.js';
import { plantedInStore } from './planted-in-store.js';
import { lineNumberOf } from './planting.js';
import { hashOf } from './random.js';

export interface Lesson {
  /** From 1. */
  readonly number: number;
  readonly bug: PlantedBug;
  /** A world in which it breaks a law. */
  readonly seed: number;
}

export const lessons: readonly Lesson[] = [
  ...plantedInCore,
  ...plantedInPeers,
  ...plantedInShell,
  ...plantedInStore,
].map((bug, index) => ({ number: index + 1, bug, seed: seedOfLesson[bug.name] ?? bug.from ?? 1 }));

/** Where none is known, it may be that no law breaks. */
export function isSeedKnown({ bug }: Lesson): boolean {
  return bug.name in seedOfLesson;
}

/** So many laws to choose from. */
const choicesMost = 4;

/** By its number, its name, or a part of it that no other has; else a sentence. */
export function lessonCalled(called: string): Lesson | { readonly says: string } {
  const exact = lessons.find(({ number, bug }) => String(number) === called || bug.name === called);
  const like = lessons.filter(({ bug }) => bug.name.includes(called));
  const [found] = exact === undefined ? like : [exact];
  if (found === undefined) return { says: `No lesson is called "${called}".` };
  if (exact === undefined && like.length > 1) {
    return { says: `${like.length} lessons have "${called}" in their name: say more of it.` };
  }
  return found;
}

/** What the page is told of it; the line only where somebody wants to see it. */
export function toldOf({ number, bug }: Lesson, isRevealed: boolean): PlantedLesson {
  const line = {
    file: `src/${bug.file}`,
    number: lineNumberOf(bug),
    before: bug.line,
    becomes: bug.becomes,
  };
  const choices = choicesOf(bug).map((name) => ({ name, says: laws[name] }));
  return { number, name: bug.name, choices, line: isRevealed ? line : null };
}

/** Its laws and some others, always the same ones, in an order that says nothing. */
function choicesOf({ name, breaks }: PlantedBug): Law[] {
  const by = (law: string) => hashOf(`${name} ${law}`);
  const all = (Object.keys(laws) as Law[]).sort((one, other) => by(one) - by(other));
  const others = all.filter((law) => !breaks.includes(law));
  const wrong = others.slice(0, Math.max(1, choicesMost - breaks.length));
  return [...breaks, ...wrong].sort((one, other) => by(one) - by(other));
}
