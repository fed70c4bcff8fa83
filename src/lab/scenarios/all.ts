/** Owns which lessons there are, in the order in which a class may want to see them. */

import { ancestorDeaths } from './ancestor-deaths.js';
import { ancestorDispatcherDies } from './ancestor-dispatcher-dies.js';
import { dispatcherDies } from './dispatcher-dies.js';
import { frozenDispatcher } from './frozen-dispatcher.js';
import { lateResult } from './late-result.js';
import type { Lesson } from './lesson.js';
import { poison } from './poison.js';
import { threeDeaths } from './three-deaths.js';

export const lessons: readonly Lesson[] = [
  threeDeaths,
  dispatcherDies,
  lateResult,
  poison,
  frozenDispatcher,
  ancestorDeaths,
  ancestorDispatcherDies,
];
