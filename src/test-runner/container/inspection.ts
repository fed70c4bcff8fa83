/**
 * Owns what an engine knows of a container: whether it has begun, how it ended, whether it is well.
 */

import * as z from 'zod';
import { ask, type Engine } from './engine.js';

const inspected = z.array(
  z.object({
    State: z.object({
      Status: z.string(),
      ExitCode: z.number().int(),
      OOMKilled: z.boolean().default(false),
      /** Docker's word for why it could not start. */
      Error: z.string().default(''),
      /** The year 1 where it never did. */
      StartedAt: z.string(),
      Health: z.object({ Status: z.string().default('') }).nullish(),
    }),
    Config: z.object({ Healthcheck: z.object({ Test: z.array(z.string()).nullish() }).nullish() }),
  }),
);

export interface Inspected {
  readonly hasBegun: boolean;
  readonly hasEnded: boolean;
  readonly exitCode: number;
  readonly isOutOfMemory: boolean;
  readonly complaint: string;
  /** Whether its image says how to find out whether it is well. */
  readonly hasHealthCheck: boolean;
  readonly isHealthy: boolean;
}

/** Null where there is no such container. */
export async function inspect(engine: Engine, name: string): Promise<Inspected | null> {
  const { exitCode, stdout } = await ask(engine, ['container', 'inspect', name]);
  const [container] = exitCode === 0 ? inspected.parse(JSON.parse(stdout)) : [];
  if (container === undefined) return null;
  const { State: state, Config: config } = container;
  return {
    hasBegun: !state.StartedAt.startsWith('0001-'),
    hasEnded: ['exited', 'stopped', 'dead', 'removing'].includes(state.Status),
    exitCode: state.ExitCode,
    isOutOfMemory: state.OOMKilled,
    complaint: state.Error,
    hasHealthCheck: !['NONE', undefined].includes(config.Healthcheck?.Test?.[0]),
    isHealthy: state.Health?.Status === 'healthy',
  };
}
