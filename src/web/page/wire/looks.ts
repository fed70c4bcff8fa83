/**
 * Owns how verbs and states look: each family of verbs has a colour and a dash, each state a word and a
 * shape. Colours are tokens of wire.css. Pure.
 */

import type { ProcessRole, ProcessState, WireHeader } from '../../../record/record.js';

export interface Family {
  readonly name: string;
  /** As the legend says it. */
  readonly says: string;
  readonly verbs: readonly string[];
  /** As `stroke-dasharray` has it. */
  readonly dash: string;
}

export const families: readonly Family[] = [
  {
    ...{ name: 'work', says: 'work to do', dash: '' },
    verbs: ['dispatch', 'accepted', 'runtest', 'handback', 'want', 'register', 'poll'],
  },
  {
    ...{ name: 'outcome', says: 'what it came to', dash: '' },
    verbs: ['results', 'result', 'recorded', 'verdict'],
  },
  { name: 'output', says: 'output', dash: '7 4', verbs: ['log', 'step', 'entry', 'event'] },
  {
    ...{ name: 'session', says: 'comings and goings', dash: '2 4' },
    verbs: ['hello', 'welcome', 'offer', 'draining', 'resync', 'token'],
  },
  {
    ...{ name: 'trouble', says: 'refusals', dash: '10 3 2 3' },
    verbs: ['revoked', 'refused', 'cancel', 'secret'],
  },
  { name: 'beat', says: 'heartbeats', dash: '1 4', verbs: ['ping', 'pong'] },
];

const other: Family = { name: 'other', says: 'questions and answers', dash: '4 2', verbs: [] };

const byVerb = new Map(families.flatMap((family) => family.verbs.map((verb) => [verb, family])));

export function familyOf(verb: string): Family {
  return byVerb.get(verb) ?? other;
}

/** Half the width of a strip: the wider, the more is going on. */
export const stripHalf: Readonly<Record<ProcessState, number>> = {
  idle: 3,
  busy: 9,
  draining: 9,
  silent: 7,
  frozen: 9,
  dead: 0,
};

/** Told apart without colour. */
export const stateSigns: Readonly<Record<ProcessState, string>> = {
  idle: '○',
  busy: '▶',
  draining: '⇥',
  silent: '…',
  frozen: '❄',
  dead: '✕',
};

/** By its word; who only hears that a connection is closed does not know of a death. */
export function stateWord(
  state: ProcessState,
  role: ProcessRole,
  source: WireHeader['source'],
): string {
  if (state === 'dead' && source === 'dispatcher') return 'gone';
  return role === 'dispatcher' && state === 'idle' ? 'here' : state;
}
