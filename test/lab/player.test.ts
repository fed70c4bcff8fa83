/** How a scenario is played: captions come with the record, or are told as missing. */

import { expect, test } from 'vitest';
import { scenarios } from '../../src/lab/scenarios/all.js';
import { named, namesIn } from '../../src/lab/scenarios/caption.js';
import { ScenarioPlayer } from '../../src/lab/scenarios/player.js';
import type { Scenario } from '../../src/lab/scenarios/scenario.js';
import type { StepAction } from '../../src/lab/scenarios/step-action.js';
import type { WireChange, WireMessage } from '../../src/record/record.js';
import { handClock } from '../support/hand-clock.js';

const commit = 'a1b2c3d'.padEnd(40, '0');

const scenario: Scenario = {
  ...{
    name: 'death',
    title: 'A runner dies',
    says: 'Its commit goes to another.',
    programs: 'ours',
  },
  runners: 2,
  steps: [
    {
      asks: 'Who will get it?',
      does: [{ do: 'commit', what: 'slow' }],
      awaits: { change: 'leased', expects: 'a lease' },
      withinMs: 5_000,
      keeps: { victim: 'process', commit: 'commit' },
      caption: '{process} tests {commit}.',
    },
    {
      asks: 'How soon does it show?',
      does: [{ do: 'kill', process: '{victim}' }],
      awaits: { change: 'lost', process: '{victim}', commit: '{commit}', expects: 'a lost run' },
      withinMs: 1_000,
      keeps: { noticed: 'took' },
      caption: '{victim} is gone, and it showed after {took}.',
    },
    {
      asks: null,
      does: [],
      awaits: { change: 'leased', commit: '{commit}', expects: 'another lease of {commit}' },
      withinMs: 1_000,
      caption: '{process} has {commit} now: {noticed}.',
    },
  ],
};

test('a caption is told when its record comes, with the names and the time that the record says', () => {
  const { play, next, pass, told, acts } = playing(scenario);
  next();
  expect(acts).toEqual([{ do: 'commit', what: 'slow' }]);
  play(change('leased', { process: 'ada', commit }));
  expect(told).toEqual(['ada tests a1b2c3d.']);
  next();
  expect(acts.at(-1)).toEqual({ do: 'kill', process: 'ada' });
  pass(250);
  play(change('lost', { process: 'ada', commit }));
  play(change('leased', { process: 'bob', commit }));
  expect(told.slice(1)).toEqual([
    'ada is gone, and it showed after 0.3 s.',
    'bob has a1b2c3d now: 0.3 s.',
  ]);
});

test('what is of another process or another commit is not what is waited for', () => {
  const { play, next, told } = playing(scenario);
  next();
  play(change('leased', { process: 'ada', commit }));
  next();
  play(change('lost', { process: 'bob', commit }));
  play(change('lost', { process: 'ada', commit: 'f'.repeat(40) }));
  expect(told).toHaveLength(1);
});

test('what does not come in time did not happen, and the scenario is over', () => {
  const { play, next, pass, told, state } = playing(scenario);
  next();
  play(change('leased', { process: 'ada', commit }));
  next();
  pass(999);
  expect(told).toHaveLength(1);
  pass(1);
  expect(told.at(-1)).toBe('did not happen within 1 s: expected a lost run');
  expect(state()).toMatchObject({ isOver: true, isWell: false });
});

test('what must not happen ends the scenario, whenever it happens', () => {
  const never = [{ change: 'lost', expects: 'a run is lost' } as const];
  const { play, told, state } = playing({ ...scenario, never });
  play(change('lost', { process: 'ada', commit }));
  expect(told).toEqual(['happened, and must not: a run is lost']);
  expect(state()).toMatchObject({ isOver: true, isWell: false });
});

test('a lecturer has all the time to ask, and nothing is done before', () => {
  const { state, acts, pass } = playing(scenario);
  expect(state()?.asks).toBe('Who will get it?');
  pass(3_600_000);
  expect(acts).toEqual([]);
});

test('played by itself it goes on once the question has been read', () => {
  const { acts, pass, play } = playing(scenario, 4_000);
  pass(3_999);
  expect(acts).toEqual([]);
  pass(1);
  expect(acts).toHaveLength(1);
  play(change('leased', { process: 'ada', commit }));
  pass(4_000);
  expect(acts).toHaveLength(2);
});

test('what came while the class was asked is told after that, where nothing is to be done for it', () => {
  const [first, , last] = scenario.steps;
  if (first === undefined || last === undefined) throw new Error('no steps');
  const { play, next, told, state } = playing({
    ...scenario,
    steps: [first, { ...last, asks: 'And then?', caption: '{process} has it.' }],
  });
  next();
  play(change('leased', { process: 'ada', commit }));
  play(change('leased', { process: 'bob', commit }));
  expect(told).toHaveLength(1);
  next();
  expect(told.at(-1)).toBe('bob has it.');
  expect(state()).toMatchObject({ isOver: true, isWell: true, step: 2, steps: 2 });
});

test('so many pings are unanswered where their receiver says nothing between', () => {
  const [first] = scenario.steps;
  if (first === undefined) throw new Error('no steps');
  const awaits = { message: 'ping', to: 'ada', unanswered: 2, expects: 'silence' } as const;
  const { play, next, told } = playing({
    ...scenario,
    steps: [{ ...first, awaits, keeps: {}, caption: '{to} is silent.' }],
  });
  next();
  for (const [from, to, verb] of [
    ['dispatcher', 'ada', 'ping'],
    ['ada', 'dispatcher', 'pong'],
    ['dispatcher', 'ada', 'ping'],
    ['dispatcher', 'bob', 'ping'],
  ] as const) {
    play(message(from, to, verb));
  }
  expect(told).toEqual([]);
  play(message('dispatcher', 'ada', 'ping'));
  expect(told).toEqual(['ada is silent.']);
});

test('what an action brings about at once is heard after all that belongs to the action', () => {
  const { next, told } = playing(scenario, null, (action, play) => {
    if (action.do === 'commit') play(change('leased', { process: 'ada', commit }));
    else play(change('lost', { process: 'ada', commit }));
  });
  next();
  next();
  expect(told).toEqual(['ada tests a1b2c3d.', 'ada is gone, and it showed after 0 ms.']);
});

test('each scenario names only whom it has met, and waits for each step with a deadline', () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
  for (const { name, steps, never = [] } of scenarios) {
    const met = new Set<string>();
    for (const { asks, does, awaits, caption, keeps = {}, withinMs } of steps) {
      const texts = [asks, JSON.stringify(does), JSON.stringify(awaits)];
      for (const used of namesIn(texts.join(' '))) expect([name, ...met]).toContain(used);
      for (const used of namesIn(caption)) expect([name, ...met, ...named]).toContain(used);
      for (const kept of Object.keys(keeps)) met.add(kept);
      expect(withinMs).toBeGreaterThan(0);
    }
    expect(namesIn(JSON.stringify(never))).toEqual([]);
  }
});

/** A scenario under way, upon time that passes by hand. */
function playing(
  of: Scenario,
  readMs: number | null = null,
  acted = (_: StepAction, __: (record: Untimed) => void) => {},
) {
  const clock = handClock();
  const startedAtMs = clock.nowMs();
  const nowMs = () => clock.nowMs() - startedAtMs;
  const told: string[] = [];
  const acts: StepAction[] = [];
  const player = new ScenarioPlayer({
    ...{ clock, nowMs, tell: (says) => told.push(says), changed: () => {} },
    act: (action) => {
      acts.push(action);
      acted(action, play);
    },
  });
  function play(record: Untimed): void {
    player.hear({ ...record, n: 1, atUs: nowMs() * 1_000 });
  }
  player.begin(of, readMs);
  return {
    ...{ told, acts, play, state: () => player.shown, next: () => player.next() },
    pass: (durationMs: number) => clock.pass(durationMs),
  };
}

type Untimed = Omit<WireChange, 'n' | 'atUs'> | Omit<WireMessage, 'n' | 'atUs'>;

function change(what: WireChange['what'], of: { process: string; commit?: string }): Untimed {
  return { kind: 'change', what, says: '', ...of };
}

function message(from: string, to: string, verb: string): Untimed {
  return { kind: 'message', from, to, connection: 'c1', verb, bytes: 5, head: `${verb}\n` };
}
