/** Owns how an action of a scenario is aimed at whom an earlier step has named. */

import type { LabAction } from '../../record/lab.js';
import { type Bound, exact } from './caption.js';

/** What the buttons do, but for those that lead a scenario. */
export type StepAction = Exclude<LabAction, { readonly do: 'scenario' | 'next' }>;

export function aimed(action: StepAction, bound: Bound): StepAction {
  if (!('process' in action)) return action;
  return { ...action, process: exact(action.process, bound) };
}
