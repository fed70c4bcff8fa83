/**
 * Random lives of a dispatcher: everybody may do anything at any moment, right or wrong. After
 * every event the promises of DESIGN.md are checked. fast-check shrinks a failure to a short story.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Job } from '../../src/dispatcher/core/job.js';
import { suiteEnds } from '../../src/protocol/bodies.js';
import type { RunId } from '../../src/protocol/ids.js';
import type { ClassicManner } from '../support/classic-manners.js';
import { commit } from '../support/commits.js';
import { replayed, type Scenario, scenario } from '../support/dispatcher-scenario.js';

const names = ['ada', 'bob', 'eve'];
const commits = [1, 2, 3, 4];
const addresses = ['localhost:8900', 'build-1:8901'];
const manners: ClassicManner[] = ['alive', 'busy', 'mumbling', 'frozen', 'dead'];

type Step = readonly [description: string, happens: (s: Scenario) => void];

const name = fc.constantFrom(...names);
const number = fc.constantFrom(...commits);
const repository = fc.constantFrom('demo', 'other', null);
const address = fc.constantFrom(...addresses);
const manner = fc.constantFrom(...manners);
const which = fc.nat({ max: 12 });

/** Only those who joined since the last restart can speak. */
const ifHere = (s: Scenario, who: string, speaks: () => void) => {
  if (s.isHere(who)) speaks();
};

/** Some run that exists, the right one or a wrong one. */
const someRun = (s: Scenario, at: number): RunId => {
  const runs = s.journal.flatMap((entry) => (entry.kind === 'leased' ? entry.run : []));
  return runs[runs.length - 1 - at] ?? ('0badcafe-1' as RunId);
};

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(number, fc.option(name)).map(dispatches) },
  { weight: 3, arbitrary: fc.tuple(name, repository, fc.integer({ min: 1, max: 3 })).map(joins) },
  { weight: 2, arbitrary: fc.tuple(name, which).map(returns) },
  { weight: 2, arbitrary: name.map(leaves) },
  { weight: 6, arbitrary: fc.tuple(name, which, fc.constantFrom(...suiteEnds)).map(reports) },
  { weight: 2, arbitrary: fc.tuple(name, which).map(handsBack) },
  { weight: 1, arbitrary: name.map(says('drains')) },
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

test('promises 1, 2, 3, 5 and 6 hold whatever anybody does in whatever order', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const s = scenario();
      let before = new Map<number, Job>();
      for (const [, happens] of steps) {
        const from = s.journal.length;
        const lines = s.given(() => happens(s));
        const now = replayed(s.journal);
        checkWords(s, lines);
        checkReplay(s, now);
        checkLeases(s, now);
        checkFinishedStays(s, before, from);
        checkRunNumbers(now);
        checkOneJobEach(now);
        before = now;
      }
    }),
    { numRuns: 400 },
  );
});

test('promise 2: once everybody behaves again, every accepted job gets its verdict', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
      const s = scenario();
      s.given(() => {
        for (const [, happens] of steps) happens(s);
        for (const at of addresses) s.behaves(at, 'dead');
        for (const who of names) {
          s.thaws(who);
          ifHere(s, who, () => s.leaves(who));
        }
        s.runner('demo-1', { repository: 'demo' });
        s.runner('other-1', { repository: 'other' });
        for (let round = 0; round < 60; round += 1) {
          s.passes(15_000);
          for (const { state, runs } of [...replayed(s.journal).values()]) {
            const runner = runs.at(-1)?.runner ?? '';
            if (state.kind === 'leased' && runner.endsWith('-1') && s.isHere(runner)) {
              s.reports(runner, state.run);
            }
          }
        }
      });
      const open = [...replayed(s.journal).values()].filter(
        ({ state }) => state.kind !== 'finished',
      );
      expect(open).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

/** Recovery equals memory: what is forgotten was finished, all else is exactly as replayed. */
function checkReplay(s: Scenario, now: ReadonlyMap<number, Job>): void {
  for (const [id, job] of now) {
    const live = s.core.job(id);
    if (live !== undefined) expect(live).toEqual(job);
    else expect(job.state.kind).toBe('finished');
  }
}

/** At most one lease a job, held by at most one runner, none beyond its capacity. */
function checkLeases(s: Scenario, now: ReadonlyMap<number, Job>): void {
  const held = s.core.runners().flatMap(({ runs }) => [...runs]);
  expect(new Set(held).size).toBe(held.length);
  for (const { runs, capacity } of s.core.runners())
    expect(runs.size).toBeLessThanOrEqual(capacity);
  const leased = [...now.values()].flatMap(({ state }) =>
    state.kind === 'leased' ? state.run : [],
  );
  for (const run of held) expect(leased).toContain(run);
  // Only a run from before a restart may wait for its runner to come back.
  const orphans = leased.filter((run) => !held.includes(run));
  expect(orphans.filter((run) => run.startsWith(s.start))).toEqual([]);
  expect(s.core.counts().leased).toBe(leased.length);
  for (const job of now.values()) {
    const open = job.runs.filter(({ end }) => end === null).map(({ id }) => id);
    expect(open).toEqual(job.state.kind === 'leased' ? [job.state.run] : []);
  }
}

/** A verdict is for ever, unless somebody asks for a rerun. */
function checkFinishedStays(s: Scenario, before: ReadonlyMap<number, Job>, from: number): void {
  for (const entry of s.journal.slice(from)) {
    if (before.get(entry.job)?.state.kind !== 'finished') continue;
    const first = s.journal.slice(from).find(({ job }) => job === entry.job);
    expect(first?.kind).toBe('rerun-asked');
  }
}

/** Nobody hears `recorded` of a result that is not, nor `revoked` of a run that it holds. */
function checkWords(s: Scenario, lines: readonly string[]): void {
  const recorded = s.journal.flatMap((entry) => (entry.kind === 'finished' ? [entry.run] : []));
  for (const line of lines) {
    const [, who = '', word, run = ''] = /^→ (\w+): (recorded|revoked) run (\S+)$/.exec(line) ?? [];
    const id = run.padStart(8 + run.length - run.indexOf('-'), '0') as RunId;
    if (word === 'recorded') expect(recorded).toContain(id);
    if (word === 'revoked') expect(s.holds(who, id)).toBe(false);
  }
}

/** Numbers rise over reruns, and what a rerun gets is one of its own runs. */
function checkRunNumbers(now: ReadonlyMap<number, Job>): void {
  for (const { runs, runsBefore, state } of now.values()) {
    expect(runs.map(({ number }) => number)).toEqual(runs.map((_, index) => index + 1));
    if (state.kind === 'waiting' || state.run === null) continue;
    const at = runs.findIndex(({ id }) => id === state.run);
    expect(at).toBeGreaterThanOrEqual(runsBefore);
  }
}

/** The same commit of the same repository is one job. */
function checkOneJobEach(now: ReadonlyMap<number, Job>): void {
  const all = [...now.values()].map((job) => `${job.commit} of ${job.repository}`);
  expect(new Set(all).size).toBe(all.length);
}

// --- What anybody may do ---

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

function says(verb: 'drains' | 'freezes' | 'thaws') {
  return (who: string): Step => [`${who} ${verb}`, (s) => ifHere(s, who, () => s[verb](who))];
}

function reports([who, at, end]: [string, number, (typeof suiteEnds)[number]]): Step {
  return [
    `${who} reports run ${at} from the end: ${end}`,
    (s) => ifHere(s, who, () => s.reports(who, someRun(s, at), { end })),
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
