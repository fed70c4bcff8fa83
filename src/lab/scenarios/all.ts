/** Owns which scenarios there are, in the order in which a class may want to see them. */

import { ancestorDeaths } from './ancestor-deaths.js';
import { ancestorDispatcherDies } from './ancestor-dispatcher-dies.js';
import { dispatcherDies } from './dispatcher-dies.js';
import { frozenDispatcher } from './frozen-dispatcher.js';
import { lateResult } from './late-result.js';
import { poison } from './poison.js';
import type { Scenario } from './scenario.js';
import { threeDeaths } from './three-deaths.js';

export const scenarios: readonly Scenario[] = [
  threeDeaths,
  dispatcherDies,
  lateResult,
  poison,
  frozenDispatcher,
  ancestorDeaths,
  ancestorDispatcherDies,
];
