/**
 * Owns what the scenarios on the ancestor's own wire have in common: a runner that is given a commit, and
 * a law that breaks because nobody has it any more.
 */

import { soonMs } from './beginning.js';
import type { Step } from './scenario.js';

/** Later steps know the runner and the commit by these names. */
export function given(asks: string, what: 'slow' | 'green', runner: string, commit: string): Step {
  return {
    asks,
    does: [{ do: 'commit', what }],
    awaits: { change: 'leased', expects: 'a runner is given the commit' },
    withinMs: soonMs,
    keeps: { [runner]: 'process', [commit]: 'commit' },
    caption: '{process} has been asked, and has said OK: it tests {commit}.',
  };
}

/** The laws are patient: a commit is lost once nobody has had it for a while. */
export function broken(commit: string): Pick<Step, 'awaits' | 'withinMs'> {
  return {
    awaits: { change: 'law-broken', mentions: commit, expects: `a law is broken for ${commit}` },
    withinMs: 3 * soonMs,
  };
}
