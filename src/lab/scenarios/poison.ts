/**
 * Owns the scenario of the poison commit: at-least-once must have an end, or one commit ends everybody.
 */

import { soonMs } from './beginning.js';
import type { Scenario, Step } from './scenario.js';

export const poison: Scenario = {
  name: 'poison',
  title: 'The poison commit',
  says:
    'A commit kills every runner that tests it. Whoever runs it again and again loses all runners; ' +
    'who gives up at the first death gives up on commits that were merely unlucky.',
  programs: 'ours',
  runners: 2,
  steps: [
    {
      asks:
        'A commit is pushed whose tests kill the runner. The dispatcher sees only that a runner died. ' +
        'How often should it try?',
      does: [{ do: 'commit', what: 'poison' }],
      awaits: { change: 'leased', expects: 'a runner is given the commit' },
      withinMs: soonMs,
      keeps: { commit: 'commit', first: 'process' },
      caption: '{process} has {commit}.',
    },
    lost('first', 'One runner is gone. It may have been bad luck: {commit} is given to the next.'),
    leased('second'),
    lost('second', 'Two are gone. Is it the commit, or the weather?'),
    {
      ...leased('third'),
      does: [
        { do: 'restart', process: '{first}' },
        { do: 'restart', process: '{second}' },
      ],
    },
    lost('third', 'Three: no commit has so much bad luck.'),
    {
      asks: null,
      does: [],
      awaits: {
        change: 'verdict',
        commit: '{commit}',
        mentions: 'errored',
        expects: '{commit} is called errored',
      },
      withinMs: soonMs,
      caption: 'It is called errored, with the story of its three runs: {says}',
    },
    {
      asks: 'Two runners are left, or come back. Is anything still wrong with them?',
      does: [
        { do: 'restart', process: '{third}' },
        { do: 'commit', what: 'green' },
      ],
      awaits: { change: 'verdict', mentions: 'passed', expects: 'the next commit passes' },
      withinMs: 2 * soonMs,
      caption: 'Nothing: the next commit, {commit}, has passed.',
    },
  ],
};

function leased(runner: string): Step {
  return {
    asks: null,
    does: [],
    awaits: { change: 'leased', commit: '{commit}', expects: 'another runner is given {commit}' },
    withinMs: soonMs,
    keeps: { [runner]: 'process' },
    caption: '{process} has it now.',
  };
}

function lost(runner: string, caption: string): Step {
  return {
    asks: null,
    does: [],
    awaits: {
      change: 'lost',
      commit: '{commit}',
      expects: `the run on {${runner}} is called lost`,
    },
    withinMs: soonMs,
    caption,
  };
}
