/** Owns how an action of a lesson is aimed at whom an earlier step has named. */

import { type Bound, exact } from './caption.js';

type LineState = 'clear' | 'delay' | 'slice' | 'swallow' | 'hold';

export type Action =
  | { readonly do: 'commit'; readonly what: 'green' | 'red' | 'slow' | 'hanging' | 'poison' }
  | { readonly do: 'kill' | 'freeze' | 'thaw' | 'restart' | 'cut'; readonly process: string }
  | { readonly do: 'line'; readonly process: string; readonly state: LineState }
  | { readonly do: 'deliver'; readonly process: string };

export function aimed(action: Action, bound: Bound): Action {
  if (!('process' in action)) return action;
  return { ...action, process: exact(action.process, bound) };
}
