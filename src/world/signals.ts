/**
 * Owns Ctrl-C: the first asks the process to drain, the second ends it at once.
 */

import { exitCodes } from './command-line.js';

export interface Stopping {
  /** Called at the first SIGINT or SIGTERM: finish what is in hand, then exit. */
  readonly drain: () => void;
  /** Called at the second: clean up what must not outlive us, without waiting. */
  readonly abort: () => void;
}

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
  // A terminal that was closed, or a pipe whose reader went away, must not end a CI system.
  process.on('SIGHUP', asks);
  process.stdout.on('error', () => {});
}
