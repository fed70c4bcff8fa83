import { expect, test } from 'vitest';
import { ProcessStates } from '../../src/record/process-states.js';

test('a runner is busy as long as it has a run, wherever that ends', () => {
  const states = twoRunners();
  states.takes('a', '1');
  states.takes('a', '2');
  states.ends('1');
  expect(states.stateOf('a')).toBe('busy');
  states.takes('b', '2');
  expect([states.stateOf('a'), states.stateOf('b')]).toEqual(['idle', 'busy']);
});

test('it is silent from its second ping without an answer on, which is told once', () => {
  const states = twoRunners();
  expect(['a', 'a', 'a'].map((name) => states.asked(name))).toEqual([false, true, false]);
  expect(states.stateOf('a')).toBe('silent');
  expect([states.heard('a'), states.heard('a')]).toEqual([true, false]);
  expect(states.asked('a')).toBe(false);
  expect(states.stateOf('a')).toBe('idle');
});

test('who lives and has left the pool is silent until it joins again', () => {
  const states = twoRunners();
  states.drains('a');
  states.left('a');
  expect(states.stateOf('a')).toBe('silent');
  states.joined('a');
  expect(states.stateOf('a')).toBe('idle');
});

test('what is dead or frozen is so whatever the dispatcher thinks, and a new life begins with nothing', () => {
  const states = twoRunners();
  states.takes('a', '1');
  states.setLife('a', 'frozen');
  expect(states.stateOf('a')).toBe('frozen');
  states.setLife('a', 'running');
  expect(states.stateOf('a')).toBe('busy');
  states.setLife('a', 'dead');
  expect(states.stateOf('a')).toBe('dead');
  // Its end is told late: it is another process by then.
  states.setLife('a', 'running');
  states.left('a');
  expect(states.stateOf('a')).toBe('idle');
});

test('of whom nothing is known there is no state, and nothing that befalls it is news', () => {
  const states = twoRunners();
  states.takes('a', '1');
  states.remove('a');
  expect(states.stateOf('a')).toBeUndefined();
  expect([states.asked('a'), states.asked('a'), states.heard('a')]).toEqual([false, false, false]);
  states.ends('1');
  states.add('a', 'runner');
  expect(states.stateOf('a')).toBe('idle');
});

function twoRunners(): ProcessStates {
  const states = new ProcessStates();
  for (const name of ['a', 'b']) {
    states.add(name, 'runner');
    states.joined(name);
  }
  return states;
}
