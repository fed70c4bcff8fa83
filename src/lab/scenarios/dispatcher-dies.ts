/**
 * Owns the scenario of the dispatcher that dies in mid-test: the runner finishes, keeps, and delivers.
 */

import { soonMs, underWay } from './beginning.js';
import type { Scenario } from './scenario.js';

export const dispatcherDies: Scenario = {
  name: 'dispatcher-dies',
  title: 'The dispatcher dies',
  says:
    'The one process that knows everything is killed in the middle of a test. The runner goes on ' +
    'without it, keeps the result, and delivers it to the next dispatcher.',
  programs: 'ours',
  runners: 2,
  never: [{ change: 'lost', expects: 'a run is called lost' }],
  steps: [
    ...underWay(
      'A commit is pushed, and while it is tested the dispatcher is killed: queue, leases, ' +
        'connections, all gone. What must be on its disk by now so that nothing is lost?',
      'runner',
      'commit',
    ),
    {
      asks: null,
      does: [{ do: 'kill', process: 'dispatcher' }],
      awaits: { change: 'killed', process: 'dispatcher', expects: 'the dispatcher is dead' },
      withinMs: soonMs,
      caption:
        'The dispatcher is dead. {runner} sees its connection close, tests on, and tries to connect ' +
        'again, up to once a second.',
    },
    {
      asks:
        'Nobody can take the result now. What would you do as {runner}? And the new dispatcher: may ' +
        'it give {commit} to another runner at once?',
      does: [{ do: 'restart', process: 'dispatcher' }],
      awaits: {
        message: 'results',
        from: '{runner}',
        expects: '{runner} delivers the result of {commit}',
      },
      withinMs: 2 * soonMs,
      caption:
        'The journal on disk knows the lease, so the new dispatcher waited for {from}, which came back ' +
        'and delivers now, {took} after the start.',
    },
    {
      asks: null,
      does: [],
      awaits: { change: 'verdict', commit: '{commit}', expects: '{commit} has its verdict' },
      withinMs: soonMs,
      caption: 'Commit {commit} has its verdict, from its first run. Nothing was tested twice.',
    },
  ],
};
