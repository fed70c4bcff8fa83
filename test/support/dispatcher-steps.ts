/**
 * Owns what anybody may do to a dispatcher, right or wrong, as steps of a random life.
 */

import fc from 'fast-check';
import { expect } from 'vitest';
import type { RunId } from '../../src/protocol/ids.js';
import { suiteEnds } from '../../src/protocol/job-bodies.js';
import type { ClassicManner } from './classic-manners.js';
import { commit } from './commits.js';
import type { Scenario } from './dispatcher-scenario.js';
import { testsOf } from './tests.js';

export const names = ['ada', 'bob', 'eve'];
const commits = [1, 2, 3, 4];
export const addresses = ['localhost:8900', 'build-1:8901'];
const manners: ClassicManner[] = ['alive', 'busy', 'mumbling', 'frozen', 'dead'];

/** A thing that somebody does, and how it is told. */
export type Step = readonly [description: string, happens: (s: Scenario) => void];

const name = fc.constantFrom(...names);
const number = fc.constantFrom(...commits);
const repository = fc.constantFrom('demo', 'other', null);
const address = fc.constantFrom(...addresses);
const manner = fc.constantFrom(...manners);
const which = fc.nat({ max: 12 });

/** Only those who joined since the last restart can speak. */
export const ifHere = (s: Scenario, who: string, speaks: () => void) => {
  if (s.isHere(who)) speaks();
};

/** Some run that exists, the right one or a wrong one. */
const someRun = (s: Scenario, at: number): RunId => {
  const runs = s.journal.flatMap((entry) => (entry.kind === 'leased' ? entry.run : []));
  return runs[runs.length - 1 - at] ?? ('0badcafe-1' as RunId);
};

/** Any one of them. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(number, fc.option(name)).map(dispatches) },
  { weight: 3, arbitrary: fc.tuple(name, repository, fc.integer({ min: 1, max: 3 })).map(joins) },
  { weight: 2, arbitrary: fc.tuple(name, which).map(returns) },
  { weight: 2, arbitrary: name.map(leaves) },
  { weight: 6, arbitrary: fc.tuple(name, which, fc.constantFrom(...suiteEnds)).map(reports) },
  { weight: 2, arbitrary: fc.tuple(name, which).map(handsBack) },
  { weight: 1, arbitrary: name.map(says('drains')) },
  { weight: 1, arbitrary: fc.tuple(name, fc.integer({ min: 1, max: 3 })).map(offers) },
  { weight: 1, arbitrary: name.map(says('freezes')) },
  { weight: 1, arbitrary: name.map(says('thaws')) },
  { weight: 2, arbitrary: fc.tuple(address, manner).map(registers) },
  { weight: 1, arbitrary: fc.tuple(address, manner).map(behaves) },
  { weight: 2, arbitrary: number.map(classicResult) },
  { weight: 1, arbitrary: number.map(asks('cancel')) },
  { weight: 2, arbitrary: number.map(asks('rerun')) },
  { weight: 4, arbitrary: fc.constantFrom(250, 1_000, 6_000, 40_000).map(passes) },
  { weight: 1, arbitrary: fc.constant<Step>(['the dispatcher restarts', (s) => s.restart()]) },
);

function dispatches([commitNumber, by]: [number, string | null]): Step {
  return [
    `dispatch ${commitNumber} by ${by}`,
    (s) => s.dispatch(commitNumber, by !== null && s.isHere(by) ? by : undefined),
  ];
}

function joins([who, ofRepository, capacity]: [string, string | null, number]): Step {
  return [
    `${who} joins (${ofRepository}, ${capacity})`,
    (s) => {
      ifHere(s, who, () => s.leaves(who));
      s.runner(who, { repository: ofRepository, capacity });
    },
  ];
}

function returns([who, at]: [string, number]): Step {
  return [
    `${who} returns with run ${at} from the end`,
    (s) => s.runner(who, { runs: [someRun(s, at)] }),
  ];
}

function leaves(who: string): Step {
  return [`${who} leaves`, (s) => ifHere(s, who, () => s.leaves(who))];
}

function offers([who, capacity]: [string, number]): Step {
  return [`${who} offers ${capacity}`, (s) => ifHere(s, who, () => s.offers(who, capacity))];
}

function says(verb: 'drains' | 'freezes' | 'thaws') {
  return (who: string): Step => [`${who} ${verb}`, (s) => ifHere(s, who, () => s[verb](who))];
}

function reports([who, at, end]: [string, number, (typeof suiteEnds)[number]]): Step {
  return [
    `${who} reports run ${at} from the end: ${end}`,
    (s) =>
      ifHere(s, who, () =>
        s.reports(who, someRun(s, at), {
          end,
          ...(end === 'failed' && { tests: testsOf({ adds: 'f' }) }),
        }),
      ),
  ];
}

function handsBack([who, at]: [string, number]): Step {
  const reason = (['unknown-commit', 'could-not-fetch', 'stopped'] as const)[at % 3] ?? 'stopped';
  return [
    `${who} hands back run ${at} from the end`,
    (s) => ifHere(s, who, () => s.handsBack(who, someRun(s, at), reason)),
  ];
}

function registers([at, how]: [string, ClassicManner]): Step {
  return [`${at} registers, ${how}`, (s) => s.registers(at, how)];
}

function behaves([at, how]: [string, ClassicManner]): Step {
  return [`${at} is ${how}`, (s) => s.behaves(at, how)];
}

function classicResult(commitNumber: number): Step {
  return [`a classic result of ${commitNumber}`, (s) => s.classicResult(commitNumber)];
}

function asks(what: 'cancel' | 'rerun') {
  return (commitNumber: number): Step => [
    `${what} ${commitNumber}`,
    (s) => {
      const known = s.core.jobsOf(commit(commitNumber)).length;
      s[what](commitNumber);
      expect(s.core.jobsOf(commit(commitNumber)).length).toBeGreaterThanOrEqual(known);
    },
  ];
}

function passes(durationMs: number): Step {
  return [`${durationMs} ms pass`, (s) => s.passes(durationMs)];
}
