/**
 * Owns which effects of a turn are for whom: for the disk, for the wire, for those who are told. Pure.
 */

import type { Effect, Notice, Send, Tested } from './events.js';
import type { Entry } from './journal.js';

/** Those that are to be made durable. */
export function entriesOf(effects: readonly Effect[]): Entry[] {
  return effects.flatMap((effect) => (effect.kind === 'append' ? effect.entry : []));
}

/** Those in the lists of classic runners and of pauses, which are to be made durable too. */
export function listChangesOf(effects: readonly Effect[]) {
  return effects.filter((effect) => effect.kind === 'register' || effect.kind === 'pause');
}

/** Of tests, those that are to be made durable. */
export function testedOf(effects: readonly Effect[]): Tested[] {
  return effects.flatMap((effect) => (effect.kind === 'tested' ? effect.tested : []));
}

/** Those that are to be told. */
export function noticesOf(effects: readonly Effect[]): Notice[] {
  return effects.flatMap((effect) => (effect.kind === 'publish' ? effect.notice : []));
}

/** Each kind of what leaves: a new one that is forgotten here does not compile. */
const sendKinds = {
  send: true,
  'hang-up': true,
  reply: true,
  ask: true,
} as const satisfies Record<Send['kind'], true>;

/** Those that leave. */
export function sendsOf(effects: readonly Effect[]): Send[] {
  return effects.filter((effect): effect is Send => Object.hasOwn(sendKinds, effect.kind));
}
