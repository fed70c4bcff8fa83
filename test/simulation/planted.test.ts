import { describe, expect, test } from 'vitest';
import { plantedInCore } from './planted-in-core.js';
import { plantedInPeers } from './planted-in-peers.js';
import { plantedInShell } from './planted-in-shell.js';
import { plantedInStore } from './planted-in-store.js';
import { firstCaught } from './planting.js';

const plantedBugs = [...plantedInCore, ...plantedInShell, ...plantedInStore, ...plantedInPeers];

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
