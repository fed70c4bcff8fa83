/**
 * Owns the scenario of three deaths: a runner that is killed, one that is frozen, one that is cut off.
 * The first is seen at once; of the other two the dispatcher sees the same: nothing.
 */

import { soonMs, underWay } from './beginning.js';
import type { Scenario, Step } from './scenario.js';

export const threeDeaths: Scenario = {
  name: 'three-deaths',
  title: 'Three deaths',
  says:
    'A runner dies in the middle of a test in three ways: killed, frozen, cut off. When that is ' +
    'noticed differs; what becomes of its commit does not.',
  programs: 'ours',
  runners: 3,
  steps: [
    ...underWay(
      'A commit is pushed, and while it is tested its runner is killed with kill -9. It cannot say ' +
        'goodbye then. By what does the dispatcher notice, and how soon?',
      'killed',
      'first',
    ),
    {
      ...lost('killed', 'first', 'closed'),
      does: [{ do: 'kill', process: '{killed}' }],
      caption:
        'The system closed the connections of the dead {killed}, and the dispatcher read the end of ' +
        'one: noticed after {took}.',
    },
    elsewhere('first'),
    {
      asks: null,
      does: [{ do: 'restart', process: '{killed}' }],
      awaits: { change: 'joined', process: '{killed}', expects: '{killed} is there again' },
      withinMs: soonMs,
      caption: 'A new {process} has joined; nobody asks it about its life before.',
    },
    ...underWay(
      'The next runner is frozen (SIGSTOP): it does nothing any more, but its sockets stay open, and ' +
        'the kernel takes what is sent to it. What can the dispatcher see now?',
      'frozen',
      'second',
    ),
    {
      asks: null,
      does: [{ do: 'freeze', process: '{frozen}' }],
      awaits: {
        message: 'ping',
        to: '{frozen}',
        unanswered: 2,
        expects: 'two pings to {frozen} without an answer',
      },
      withinMs: soonMs,
      caption: 'No connection has closed. By now two pings to {to} are without an answer.',
    },
    {
      ...lost('frozen', 'second', 'silent'),
      does: [],
      caption: 'Three are enough: after {took} of silence the run on {frozen} is called lost.',
    },
    elsewhere('second'),
    {
      asks: '{frozen} is thawed. It knows nothing of all this, and would go on. May it?',
      does: [{ do: 'thaw', process: '{frozen}' }],
      awaits: { change: 'joined', process: '{frozen}', expects: '{frozen} is there again' },
      withinMs: soonMs,
      caption: 'It hears that its run is revoked, ends it, and comes back with empty hands.',
    },
    ...underWay(
      'The last one is well, but its network swallows all that is sent. What is different for the ' +
        'dispatcher? And for the runner?',
      'apart',
      'third',
    ),
    {
      ...lost('apart', 'third', 'swallowed'),
      does: [{ do: 'line', process: '{apart}', state: 'swallow' }],
      caption:
        'For the dispatcher nothing is different: three pings, {took}. That {apart} still tests, ' +
        'nobody can know.',
    },
    {
      asks: null,
      does: [{ do: 'line', process: '{apart}', state: 'clear' }],
      awaits: { change: 'joined', process: '{apart}', expects: '{apart} is there again' },
      withinMs: soonMs,
      caption:
        'Killed: noticed after {closed}. Frozen: after {silent}. Cut off: after {swallowed}. A closed ' +
        'connection is a message; silence is none, and one has to decide how long to listen to it.',
    },
  ],
};

function lost(runner: string, commit: string, keep: string): Omit<Step, 'caption' | 'does'> {
  return {
    asks: null,
    awaits: {
      change: 'lost',
      commit: `{${commit}}`,
      expects: `the run of {${commit}} on {${runner}} is called lost`,
    },
    withinMs: soonMs,
    keeps: { [keep]: 'took' },
  };
}

function elsewhere(commit: string): Step {
  return {
    asks: null,
    does: [],
    awaits: {
      change: 'leased',
      commit: `{${commit}}`,
      expects: `another runner is given {${commit}}`,
    },
    withinMs: soonMs,
    caption: 'The commit went to the front of the queue, and {process} has it now.',
  };
}
