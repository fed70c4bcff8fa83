/**
 * Owns the test of a list of planted bugs: the simulation catches each, within so many seeds.
 * A file of its own for each list, so that they are looked for side by side.
 */

import { describe, expect, test } from 'vitest';
import type { PlantedBug } from './planted-bug.js';
import { firstCaught } from './planting.js';

/** Eight thousand worlds on a busy machine. */
const rarestMs = 900_000;

export function eachIsCaught(bugs: readonly PlantedBug[]): void {
  describe('a planted bug is caught:', () => {
    for (const bug of bugs) {
      test(
        bug.name,
        async () => {
          const caught = await firstCaught(bug);
          expect(caught, `not within ${bug.withinSeeds} seeds`).not.toBeNull();
          expect(bug.breaks).toContain(caught?.law);
        },
        rarestMs,
      );
    }
  });
}
