/**
 * Owns which routes there are for other programs, besides the documents below /api.
 */

import type { Context, Hono, MiddlewareHandler } from 'hono';
import type { Token } from '../world/token.js';
import { serveBadge } from './badge.js';
import type { Behind } from './behind.js';
import { serveCctray } from './cctray.js';
import { serveHealth } from './health.js';
import { serveHooks } from './hooks/hooks.js';
import { Metrics, serveMetrics } from './metrics.js';
import type { SharedAnswers } from './shared-answers.js';

export interface ProgramsGiven {
  readonly behind: Behind;
  readonly answers: SharedAnswers;
  /** Whether it may see what the page shows; from another site too, which a picture is asked for by. */
  readonly mayRead: (context: Context) => boolean;
  /** Refuses whoever may not. */
  readonly refusesToRead: MiddlewareHandler;
  /** What forges sign with; null: they are not heard. */
  readonly hooksSecret: Token | null;
}

export function servePrograms(app: Hono, given: ProgramsGiven): void {
  const { behind, hooksSecret, refusesToRead } = given;
  serveHealth(app, behind);
  serveMetrics(app, refusesToRead, new Metrics(behind));
  serveBadge(app, given);
  serveCctray(app, given);
  serveHooks(app, hooksSecret, behind);
}
