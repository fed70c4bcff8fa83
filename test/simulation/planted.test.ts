import { describe, expect, test } from 'vitest';
import { plantedBugs } from './planted.js';
import { firstCaught } from './planting.js';

describe('a planted bug is caught:', () => {
  test.each(plantedBugs)(
    '$name',
    async (bug) => {
      const caught = await firstCaught(bug);
      expect(caught, `not within ${bug.withinSeeds} seeds`).not.toBeNull();
      expect(bug.breaks).toContain(caught?.law);
    },
    180_000,
  );
});
