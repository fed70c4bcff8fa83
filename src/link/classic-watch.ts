/**
 * Owns the watch on a classic dispatcher, which keeps no connection: it is asked for its
 * status again and again, as classic peers do.
 */

import type { Address } from '../protocol/address.js';
import type { Answer } from '../protocol/answer.js';
import type { Cancel } from '../world/clock.js';
import { ask, type World } from './ask.js';

/** Which classic dialect: they differ in `OK`/`ok` and in `results`/`result`. */
export type Dialect = 'classic' | 'py3';

const statusEveryMs = 5_000;

const statusWithinMs = 3_000;

/** Calls `found` at its first answer and `lost` once it gives none; then the watch is over. */
export function watchClassic(
  world: World,
  address: Address,
  on: { readonly found: (dialect: Dialect) => void; readonly lost: (reason: string) => void },
): Cancel {
  let isOver = false;
  let cancelTimer: Cancel = () => {};
  const askStatus = (then: (answer: Answer & { kind: 'reply' }) => void) => {
    ask(world, address, { verb: 'status' }, statusWithinMs, (answer) => {
      if (isOver) return;
      if (answer.kind === 'reply') then(answer);
      else on.lost(answer.reason);
    });
  };
  const watch = () => {
    cancelTimer = world.clock.after(statusEveryMs, () => askStatus(watch));
  };
  askStatus(({ text }) => {
    watch();
    on.found(text.trim() === 'ok' ? 'py3' : 'classic');
  });
  return () => {
    isOver = true;
    cancelTimer();
  };
}
