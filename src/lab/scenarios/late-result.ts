/**
 * Owns the scenario of the late result: a run that was lost has perhaps only been unheard, and what it
 * found out may still be worth having. One rule says whether it is: is anybody else at it?
 */

import { soonMs, underWay } from './beginning.js';
import type { Scenario, Step } from './scenario.js';

export const lateResult: Scenario = {
  name: 'late-result',
  title: 'The late result',
  says:
    'A run is called lost, and its result arrives after all: once while its commit merely waits, and ' +
    'once when another runner has it already.',
  programs: 'ours',
  runners: 2,
  steps: [
    {
      asks: null,
      does: [{ do: 'commit', what: 'green' }],
      awaits: { change: 'verdict', expects: 'the first commit has its verdict' },
      withinMs: 2 * soonMs,
      keeps: { other: 'process' },
      caption: 'A green commit, to see that all is well: {process} has tested it.',
    },
    {
      asks: null,
      does: [{ do: 'kill', process: '{other}' }],
      awaits: { change: 'left', process: '{other}', expects: '{other} is gone' },
      withinMs: soonMs,
      caption:
        '{other} leaves the stage: what is lost now has to wait, for there is one runner only.',
    },
    ...underWay(
      'A commit is pushed, and then the network of its runner swallows everything. The run will be ' +
        'called lost, and the runner will finish it all the same. Is that result wanted?',
      'runner',
      'waits',
      'green',
    ),
    finished('waits'),
    lost('waits'),
    {
      asks: null,
      does: [{ do: 'line', process: '{runner}', state: 'clear' }],
      awaits: {
        change: 'verdict',
        commit: '{waits}',
        process: '{runner}',
        expects: 'the late result of {waits} is taken',
      },
      withinMs: soonMs,
      caption:
        'The network is back, and the result of the lost run with it. Nobody else had the commit: the ' +
        'result is taken, and no effort is wasted.',
    },
    ...underWay(
      'The same again, but now another runner is there, which gets the commit meanwhile. Whose result ' +
        'counts: the first to arrive, or the last that was given the commit?',
      'runner',
      'given',
      'green',
    ),
    finished('given'),
    lost('given'),
    {
      asks: null,
      does: [{ do: 'restart', process: '{other}' }],
      awaits: { change: 'leased', commit: '{given}', expects: '{other} is given {given}' },
      withinMs: soonMs,
      caption: '{process} comes, and has {commit} now: it has the only lease.',
    },
    {
      asks: null,
      does: [{ do: 'line', process: '{runner}', state: 'clear' }],
      awaits: { message: 'revoked', to: '{runner}', expects: '{runner} hears that it is revoked' },
      withinMs: soonMs,
      caption:
        '{to} is back with its result, and hears “revoked”: who has no lease overwrites nothing.',
    },
    {
      asks: null,
      does: [],
      awaits: { change: 'verdict', commit: '{given}', expects: '{given} has its verdict' },
      withinMs: soonMs,
      caption: 'One commit, one verdict: that of {process}.',
    },
  ],
};

/** What it sends is swallowed, but it was seen to leave. */
function finished(commit: string): Step {
  return {
    asks: null,
    does: [{ do: 'line', process: '{runner}', state: 'swallow' }],
    awaits: {
      message: 'results',
      from: '{runner}',
      expects: `{runner} has finished {${commit}}, and says so`,
    },
    withinMs: soonMs,
    caption: '{from} has finished, and says so; nobody hears it.',
  };
}

function lost(commit: string): Step {
  return {
    asks: null,
    does: [],
    awaits: {
      change: 'lost',
      commit: `{${commit}}`,
      expects: `the run of {${commit}} is called lost`,
    },
    withinMs: soonMs,
    caption: 'Three pings without an answer, {took}: the run of {commit} is called lost.',
  };
}
