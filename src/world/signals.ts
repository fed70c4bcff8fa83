/**
 * Owns Ctrl-C, and what means the same: the first asks a process of ours to drain, the second ends it at
 * once. And SIGHUP, by which a service manager asks to read anew what has changed.
 */

import { closeSync, openSync } from 'node:fs';
import { exitCodes } from './exit.js';

/** By which a command is asked to end; a terminal that is closed says so by the last. */
export const endingSignals = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP'] as const;

export interface Stopping {
  /** Called at the first SIGINT, SIGTERM or SIGQUIT: finish what is in hand, then exit. */
  readonly drain: () => void;
  /** Called at the second: clean up what must not outlive us, without waiting. */
  readonly abort: () => void;
  /** Called at each SIGHUP: reads anew what may have changed. */
  readonly reload: () => void;
}

/** From now on such signals call these two; after `abort` the exit code is that of an abortion. */
export function onStopSignals({ drain, abort, reload }: Stopping): void {
  const hadTerminal = hasTerminal();
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
  process.on('SIGQUIT', asks);
  // By the same signal a terminal says that it was closed: what is in hand is finished then.
  process.on('SIGHUP', () => (hadTerminal && !hasTerminal() ? asks() : reload()));
  // Node would open its debugger's port, where any user of this machine could run code as us.
  process.on('SIGUSR1', () => {});
  // A pipe whose reader went away asks for nothing: a CI system is not ended by its `| head`.
  process.stdout.on('error', () => {});
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
