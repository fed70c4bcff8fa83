/**
 * Owns how long the steps of a run wait for a service: until it has begun, and, where its image says
 * how that is found out (HEALTHCHECK), until it is well; not for ever. Nothing else is waited for: that
 * a port answers is for a step to look at, as it is with Woodpecker.
 */

import type { Clock } from '../../world/clock.js';
import { ask, type Engine } from './engine.js';
import { inspect } from './inspection.js';

/** What is not well by then is left to the step that needs it, whose failure tells more. */
const wellWithinMs = 60_000;

const lookEveryMs = 200;

/** Whether the container has begun: true once it can be spoken to, or takes too long for that. */
export async function isUp(
  clock: Clock,
  engine: Engine,
  name: string,
  hasEnded: () => boolean,
): Promise<boolean> {
  let begunAtMs: number | null = null;
  while (!hasEnded()) {
    // One answer that does not come is none: the next one may.
    const state = await inspect(engine, name).catch(() => null);
    if (state?.hasBegun === true) {
      begunAtMs ??= clock.nowMs();
      if (state.hasEnded || !state.hasHealthCheck || state.isHealthy) return true;
      if (await isWellNow(engine, name)) return true;
      if (clock.nowMs() - begunAtMs > wellWithinMs) return true;
    }
    await new Promise<void>((resolve) => void clock.after(lookEveryMs, resolve));
  }
  return false;
}

/** Docker's daemon looks by itself; podman leaves that to systemd, which need not be there. */
async function isWellNow(engine: Engine, name: string): Promise<boolean> {
  if (engine.name !== 'podman') return false;
  return ask(engine, ['healthcheck', 'run', name]).then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  );
}
