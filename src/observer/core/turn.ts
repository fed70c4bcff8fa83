/**
 * Owns one handling of one event: what the observer's core comes to ask for, and in which order that
 * is told. Never decides.
 */

import type { Effect, Exit, Notice } from './events.js';
import type { Handover } from './handover-queue.js';
import type { Known, RevList } from './news.js';

export class Turn {
  save: Known | null = null;
  send: readonly Handover[] = [];
  readonly publish: Notice[] = [];
  poll = false;
  revList: RevList | null = null;
  wakeAtMs: number | null = null;
  exit: Exit | null = null;

  /** All that was asked for, in the order in which it is to be performed. */
  get effects(): Effect[] {
    const { save, send, publish, poll, revList, wakeAtMs, exit } = this;
    return [
      ...(save === null ? [] : [{ kind: 'save', known: save } as const]),
      ...send.map((handover) => ({ kind: 'send', handover }) as const),
      ...publish.map((notice) => ({ kind: 'publish', notice }) as const),
      ...(poll ? [{ kind: 'poll' } as const] : []),
      ...(revList === null ? [] : [{ kind: 'rev-list', revList } as const]),
      { kind: 'wake', atMs: wakeAtMs },
      ...(exit === null ? [] : [{ kind: 'exit', exit } as const]),
    ];
  }
}
