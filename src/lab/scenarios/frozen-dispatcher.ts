/**
 * Owns the scenario of the frozen dispatcher: who stood still may not conclude that the others did.
 */

import { soonMs, underWay } from './beginning.js';
import type { Scenario } from './scenario.js';

export const frozenDispatcher: Scenario = {
  name: 'frozen-dispatcher',
  title: 'The frozen dispatcher',
  says:
    'The dispatcher stands still for longer than any deadline that it sets. When it goes on, all are ' +
    'late by its clock, and nobody is.',
  programs: 'ours',
  runners: 2,
  never: [{ change: 'lost', expects: 'a run is called lost' }],
  steps: [
    ...underWay(
      'A commit is pushed, and while it is tested the dispatcher is frozen. When it thaws, its clock ' +
        'says that every runner has been silent for too long. What should it do then?',
      'runner',
      'commit',
    ),
    {
      asks: null,
      does: [{ do: 'freeze', process: 'dispatcher' }],
      awaits: {
        message: 'hello',
        from: '{runner}',
        expects: '{runner} misses the dispatcher, and says hello again',
      },
      withinMs: soonMs,
      caption:
        '{from} has heard no ping for three beats, and knocks anew, {took} after the freeze. The kernel ' +
        'takes that for the dispatcher, which reads nothing.',
    },
    {
      asks: 'It is thawed now. Who has to prove to whom that he is alive?',
      does: [{ do: 'thaw', process: 'dispatcher' }],
      awaits: { change: 'verdict', commit: '{commit}', expects: '{commit} has its verdict' },
      withinMs: 2 * soonMs,
      caption:
        'It noticed that it had stood still itself, and listened before it decided: {commit} has its ' +
        'verdict, and no run was lost.',
    },
  ],
};
