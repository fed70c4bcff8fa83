import { describe, expect, test } from 'vitest';
import { plantedInCore } from './planted-in-core.js';
import { plantedInPeers } from './planted-in-peers.js';
import { plantedInShell } from './planted-in-shell.js';
import { plantedInStore } from './planted-in-store.js';
import { firstCaught } from './planting.js';

const plantedBugs = [...plantedInCore, ...plantedInShell, ...plantedInStore, ...plantedInPeers];

/** Eight thousand worlds on a busy machine. */
const rarestMs = 900_000;

describe('a planted bug is caught:', () => {
  for (const bug of plantedBugs) {
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
