/** Owns how an action of a lesson is aimed at whom an earlier step has named. */

import type { LabAction } from '../../record/lab.js';
import { type Bound, exact } from './caption.js';

/** What the buttons do, but for those that lead a lesson. */
export type Action = Exclude<LabAction, { readonly do: 'scenario' | 'next' }>;

export function aimed(action: Action, bound: Bound): Action {
  if (!('process' in action)) return action;
  return { ...action, process: exact(action.process, bound) };
}
