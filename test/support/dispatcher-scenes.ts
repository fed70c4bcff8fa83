/**
 * Owns the scenes with which several tests of the dispatcher's core begin.
 */

import { scenario } from './dispatcher-scenario.js';

/** Where the first classic runner registers. */
export const classicAddress = 'localhost:8900';

/** Ada tests commit 1, Bob is free. */
export function adaTests(bob = true) {
  const s = scenario();
  s.given(() => {
    s.runner('ada');
    s.dispatch(1);
    if (bob) s.runner('bob');
  });
  return { s, run: s.runOf(1) };
}

/** A classic runner is registered and tests commit 1. */
export function classicTests(options = {}) {
  const s = scenario(options);
  s.given(() => {
    s.registers(classicAddress);
    s.dispatch(1);
  });
  return s;
}
