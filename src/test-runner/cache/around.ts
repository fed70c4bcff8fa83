/**
 * Owns when a job's steps get what its workflow has cached, and when that is kept.
 */

import type { Around } from '../steps/around.js';
import type { RunCaches } from './run-caches.js';

export function aroundBy(caches: RunCaches): Around {
  return {
    before: ({ work, say }) => caches.restoreAll(work, say),
    after: async ({ say }, { end }) => {
      if (end === 'passed') await caches.save(say);
      return {};
    },
  };
}
