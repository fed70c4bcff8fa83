/** The laws of a lab, each with the violation that it is there for. */

import { expect, test } from 'vitest';
import type { Fact } from '../../src/lab/facts.js';
import { type LawEvent, Laws } from '../../src/lab/laws.js';

const commit = '1a2b3c4d'.repeat(5);

function fact(what: Fact['what'], process: string, more: Partial<Fact> = {}): LawEvent {
  return { kind: 'fact', fact: { what, process, commit, says: '', ...more } };
}

const pushed: LawEvent = { kind: 'pushed', commit, what: 'green' };
const accepted = fact('accepted', 'dispatcher');
const leased = (run: string, process = 'a') => fact('leased', process, { run });
const lost = (run: string, process = 'a') => fact('lost', process, { run });
const verdict = (verdict: string, run: string) => fact('verdict', 'a', { verdict, run });
const well: LawEvent = { kind: 'tick', isWell: true, idle: 1 };
const killed: LawEvent = { kind: 'harmed', process: 'a', isDead: true };
const completed = (times: number): LawEvent => ({ kind: 'completed', commit, times });

/** Which laws are broken where these happen, `stepMs` apart. */
function brokenBy(events: readonly LawEvent[], stepMs = 100): string[] {
  const laws = new Laws();
  for (const [at, event] of events.entries()) laws.handle(event, at * stepMs);
  return laws.verdicts.flatMap(({ name, broken }) => (broken === null ? [] : name));
}

test('a commit that is tested and gets its verdict breaks no law', () => {
  expect(
    brokenBy([pushed, accepted, leased('1'), completed(1), verdict('passed', '1'), well]),
  ).toEqual([]);
});

test('nor does one that is lost of a runner that died, or whose late result is taken while it waits', () => {
  const again = [leased('2', 'b'), completed(1), verdict('passed', '2')];
  expect(brokenBy([pushed, accepted, leased('1'), killed, lost('1'), ...again])).toEqual([]);
  const late = [killed, lost('1'), verdict('passed', '1')];
  expect(brokenBy([pushed, accepted, leased('1'), ...late])).toEqual([]);
});

test.each<[string, readonly LawEvent[]]>([
  ['verdict', [leased('1'), verdict('passed', '1'), verdict('passed', '1')]],
  ['lease', [leased('1'), killed, lost('1'), leased('2', 'b'), verdict('passed', '1')]],
  ['single', [leased('1'), leased('2', 'b')]],
  ['once', [leased('1'), completed(2)]],
  ['truth', [leased('1'), verdict('failed', '1')]],
  ['truth', [leased('1'), killed, lost('1'), verdict('errored', '1')]],
  ['poison', ['1', '2', '3', '4'].flatMap((run) => [leased(run), killed, lost(run)])],
  ['accepted', [{ kind: 'asked-again', commit, isKnown: false }]],
])('the law "%s" is broken by what it forbids', (law, events) => {
  expect(brokenBy([pushed, accepted, ...events])).toContain(law);
});

test('a run that is lost although nobody died is told once there was time to hear of a death', () => {
  const events = [pushed, accepted, leased('1'), lost('1')];
  expect(brokenBy([...events, well])).toEqual([]);
  expect(brokenBy([...events, killed, ...Array<LawEvent>(50).fill(well)])).not.toContain('frozen');
  expect(brokenBy([...events, ...Array<LawEvent>(50).fill(well)])).toContain('frozen');
});

test('once all are well again for a while, nothing may be forgotten', () => {
  const long = Array<LawEvent>(30).fill(well);
  expect(brokenBy([pushed, ...long], 1_000)).toEqual(['kept']);
  expect(brokenBy([pushed, accepted, ...long], 1_000)).toEqual(['rest']);
  // A suite may take as long as it takes; but not that of a runner which is dead.
  expect(brokenBy([pushed, accepted, leased('1'), ...long], 1_000)).toEqual([]);
  expect(brokenBy([pushed, accepted, leased('1'), killed, ...long], 1_000)).toEqual(['rest']);
});
