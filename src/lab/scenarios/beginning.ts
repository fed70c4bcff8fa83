/**
 * Owns how most scenarios begin: a commit is pushed, and its tests are seen to run.
 */

import type { Step } from './scenario.js';

/** For all that takes as long as a busy machine takes. */
export const soonMs = 20_000;

/** Later steps know the runner and the commit by these names. */
export function underWay(
  asks: string | null,
  runner: string,
  commit: string,
  what: 'slow' | 'green' = 'slow',
): Step[] {
  return [
    {
      asks,
      does: [{ do: 'commit', what }],
      awaits: { change: 'leased', expects: 'a runner is given the commit' },
      withinMs: soonMs,
      keeps: { [runner]: 'process', [commit]: 'commit' },
      caption: 'Commit {commit} is on disk, and {process} has the right to test it: a lease.',
    },
    {
      asks: null,
      does: [],
      awaits: {
        message: 'log',
        from: `{${runner}}`,
        expects: `the tests of {${commit}} print something on {${runner}}`,
      },
      withinMs: soonMs,
      caption: '{from} tests it: the first lines of its output cross the wire.',
    },
  ];
}
