/**
 * Owns the scenario of the dispatcher that dies in mid-test, on the ancestor's own wire: what it knew was in
 * its memory (A32), what the runner found out nobody waits for (A26, A27), and the next commit is
 * refused for good (A20).
 */

import { broken, given } from './ancestors.js';
import { soonMs } from './beginning.js';
import type { Scenario } from './scenario.js';

export const ancestorDispatcherDies: Scenario = {
  name: 'ancestor-dispatcher-dies',
  title: 'The dispatcher dies, on the ancestor’s wire',
  says:
    'The same death as in our own scenario. The ancestor’s dispatcher keeps queue, pool and leases in ' +
    'memory, its runners register once, and its observer asks once.',
  programs: 'ancestor',
  runners: 2,
  steps: [
    given(
      'A commit is pushed, and while it is tested the dispatcher is killed and started again at once. ' +
        'Where is it written that the commit was accepted?',
      'slow',
      'runner',
      'commit',
    ),
    {
      asks: null,
      does: [{ do: 'kill', process: 'dispatcher' }],
      awaits: { change: 'killed', process: 'dispatcher', expects: 'the dispatcher is dead' },
      withinMs: soonMs,
      caption: 'The dispatcher is dead. {runner} does not see that: it has no connection to it.',
    },
    {
      asks: null,
      does: [{ do: 'restart', process: 'dispatcher' }],
      awaits: { message: 'results', from: '{runner}', expects: '{runner} sends its result' },
      withinMs: 2 * soonMs,
      caption:
        '{from} has finished and sends the result to the new dispatcher, once. It does not know the ' +
        'commit, and drops what it does not know: no reply.',
    },
    {
      asks: 'The result is gone. Will somebody test {commit} again?',
      does: [],
      ...broken('{commit}'),
      caption: 'Nobody: {says}',
    },
    {
      asks:
        '{runner} is alive and idle; it has registered with the dispatcher that is dead. What becomes ' +
        'of the next commit?',
      does: [{ do: 'commit', what: 'green' }],
      awaits: {
        message: 'reply',
        from: 'dispatcher',
        mentions: 'No runners are registered',
        expects: 'the dispatcher refuses the next commit',
      },
      withinMs: soonMs,
      caption:
        '“No runners are registered”: the observer ends, and its clone has advanced already. So this ' +
        'commit is lost, too.',
    },
  ],
};
