/**
 * Random lives of a dispatcher: everybody may do anything at any moment, right or wrong. After
 * every event the promises of docs/reliability.md are checked. fast-check shrinks a failure to a
 * short story.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Job } from '../../src/dispatcher/core/job.js';
import type { RunId } from '../../src/protocol/ids.js';
import { replayed } from '../support/dispatcher-journal.js';
import { type Scenario, scenario } from '../support/dispatcher-scenario.js';
import { addresses, ifHere, names, step } from '../support/dispatcher-steps.js';

test('promises 1, 2, 3, 5 and 6 hold whatever anybody does in whatever order', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), fc.boolean(), (steps, retries) => {
      const s = scenario({ retriesFlaky: retries });
      let before = new Map<number, Job>();
      let heldBefore = held(s);
      for (const [, happens] of steps) {
        const from = s.journal.length;
        const lines = s.given(() => happens(s));
        const now = replayed(s.journal);
        checkWords(s, lines);
        checkReplay(s, now);
        checkLeases(s, now);
        checkCapacity(s, heldBefore);
        checkFinishedStays(s, before, from);
        checkRunNumbers(now);
        checkOneJobEach(now);
        checkRetries(s, retries);
        before = now;
        heldBefore = held(s);
      }
    }),
    { numRuns: 400 },
  );
});

test('promise 2: once everybody behaves again, every accepted job gets its verdict', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), fc.boolean(), (steps, retries) => {
      const s = scenario({ retriesFlaky: retries });
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

/** At most one lease a job, held by at most one runner. */
function checkLeases(s: Scenario, now: ReadonlyMap<number, Job>): void {
  const held = s.core.runners().flatMap(({ runs }) => [...runs]);
  expect(new Set(held).size).toBe(held.length);
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

function held(s: Scenario): Map<string, ReadonlySet<RunId>> {
  return new Map(s.core.runners().map(({ key, runs }) => [key, new Set(runs)]));
}

/** Nobody is given anything beyond its capacity, though it may hold more than it offers by now. */
function checkCapacity(s: Scenario, before: ReturnType<typeof held>): void {
  for (const { key, runs, capacity } of s.core.runners()) {
    const isGiven = [...runs].some((run) => before.get(key)?.has(run) !== true);
    if (isGiven) expect(runs.size).toBeLessThanOrEqual(capacity);
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
  const recorded = s.journal.flatMap((entry) =>
    entry.kind === 'finished' || entry.kind === 'retried' ? [entry.run] : [],
  );
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
    if (!('run' in state) || state.run === null) continue;
    const at = runs.findIndex(({ id }) => id === state.run);
    expect(at).toBeGreaterThanOrEqual(runsBefore);
  }
}

/** The same commit of the same repository is one job. */
function checkOneJobEach(now: ReadonlyMap<number, Job>): void {
  const all = [...now.values()].map((job) => `${job.commit} of ${job.repository}`);
  expect(new Set(all).size).toBe(all.length);
}

/** Red tests are tried again only where that is wanted, and once for each time that somebody asks. */
function checkRetries(s: Scenario, retries: boolean): void {
  const tried = new Set<number>();
  for (const { kind, job } of s.journal) {
    if (kind === 'rerun-asked') tried.delete(job);
    if (kind !== 'retried') continue;
    expect(retries && !tried.has(job)).toBe(true);
    tried.add(job);
  }
}
