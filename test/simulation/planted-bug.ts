/**
 * Owns what a planted bug is, to see whether the simulation finds it: it replaces one line
 * of production code by a wrong one. A checker that never fires is worth nothing; each bug makes
 * at least one fire, within so many seeds.
 */

import type { Law } from './laws.js';
import type { Traits } from './world.js';

export interface PlantedBug {
  /** What the one who made it would have said. */
  readonly name: string;
  /** Below `src/`. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly line: string;
  readonly becomes: string;
  /** The laws of which one is broken first. */
  readonly breaks: readonly Law[];
  /** It can show only in worlds that have this: others are left out. */
  readonly onlyWhere?: keyof Traits;
  /** Counted from `from`; those that are left out are counted too. */
  readonly withinSeeds: number;
  /**
   * Where the test begins to look, 1 where it is not said. A rare one was found soon after that
   * seed; where worlds have changed since, the test takes longer, and still finds it.
   */
  readonly from?: number;
}
