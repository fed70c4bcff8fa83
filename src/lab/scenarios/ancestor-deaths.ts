/**
 * Owns the scenario of the runner that dies, on the ancestor's own wire: one death it survives as we do,
 * one it never notices (A33), and one takes a commit along that was OK already (A22).
 */

import { broken, given } from './ancestors.js';
import { soonMs } from './beginning.js';
import type { Scenario } from './scenario.js';

export const ancestorDeaths: Scenario = {
  name: 'ancestor-deaths',
  title: 'Deaths of runners, on the ancestor’s wire',
  says:
    'The program that Trivet descends from (a stand-in of it) meets the same deaths. A closed ' +
    'connection it understands; a silent one stops it; and one commit it loses that it said OK to.',
  programs: 'ancestor',
  runners: 2,
  steps: [
    given(
      'A commit is pushed, and its runner is killed. All that the ancestor has is a ping every second, ' +
        'each on a connection of its own. Will it notice?',
      'green',
      'dead',
      'first',
    ),
    {
      asks: null,
      does: [{ do: 'kill', process: '{dead}' }],
      awaits: { change: 'lost', commit: '{first}', expects: 'the run of {first} is called lost' },
      withinMs: soonMs,
      caption: 'It does: the next ping is refused, after {took}, and the commit waits again.',
    },
    {
      asks: null,
      does: [],
      awaits: { change: 'leased', commit: '{first}', expects: 'another runner is given {first}' },
      withinMs: soonMs,
      keeps: { healthy: 'process' },
      caption: '{process} has it now: pool, ping and redistribution are its inventions.',
    },
    {
      asks: null,
      does: [],
      awaits: { change: 'verdict', commit: '{first}', expects: '{first} has its result' },
      withinMs: 2 * soonMs,
      caption: 'So far all is as with us.',
    },
    {
      asks:
        'The only runner, {healthy}, is frozen, and the next commit is pushed. A ping waits for its ' +
        'pong without any deadline. Which runners are pinged from now on? And what is said to whoever ' +
        'hands over the commit?',
      does: [
        { do: 'freeze', process: '{healthy}' },
        { do: 'commit', what: 'green' },
      ],
      awaits: { change: 'accepted', expects: 'the dispatcher says OK to the next commit' },
      withinMs: soonMs,
      keeps: { second: 'commit' },
      caption:
        'It says OK to {commit}. Then it asks {healthy}, and waits for the answer: in no list, on no ' +
        'disk, only in a thread that waits.',
    },
    {
      asks: null,
      does: [{ do: 'restart', process: '{dead}' }],
      awaits: { change: 'joined', process: '{dead}', expects: '{dead} is there again' },
      withinMs: soonMs,
      caption: 'A second runner, {process}, has come, healthy and idle.',
    },
    {
      asks: 'Now the frozen one dies, and is started anew. Who will test {second}?',
      does: [
        { do: 'kill', process: '{healthy}' },
        { do: 'restart', process: '{healthy}' },
      ],
      ...broken('{second}'),
      caption:
        'Nobody, ever. The thread died of the broken connection, and nothing else knew of {second}: ' +
        '{says}',
    },
  ],
};
