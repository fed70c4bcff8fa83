/**
 * Owns Ctrl-C, and what means the same: the first asks to drain, the second ends at once.
 */

import { exitCodes } from './command-line.js';

export interface Stopping {
  /** Called at the first SIGINT, SIGTERM or SIGHUP: finish what is in hand, then exit. */
  readonly drain: () => void;
  /** Called at the second: clean up what must not outlive us, without waiting. */
  readonly abort: () => void;
}

/** From now on such signals call these two; after `abort` the exit code is that of an abortion. */
export function onStopSignals({ drain, abort }: Stopping): void {
  let asked = false;
  const asks = () => {
    if (asked) {
      abort();
      process.exit(exitCodes.aborted);
    }
    asked = true;
    drain();
  };
  process.on('SIGINT', asks);
  process.on('SIGTERM', asks);
  // A terminal that was closed asks too: what is in hand is finished first.
  process.on('SIGHUP', asks);
  // A pipe whose reader went away asks for nothing: a CI system is not ended by its `| head`.
  process.stdout.on('error', () => {});
}
