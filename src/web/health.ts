/**
 * Owns what those are told who start and stop processes: whether this one lives, and whether it can take
 * commits now. Anybody may ask; the answer is a word.
 */

import type { Hono } from 'hono';
import type { Behind } from './behind.js';

export function serveHealth(app: Hono, { vitals }: Pick<Behind, 'vitals'>): void {
  app.get('/healthz', (context) => {
    context.header('Cache-Control', 'no-store');
    return context.text('ok\n');
  });
  app.get('/readyz', (context) => {
    context.header('Cache-Control', 'no-store');
    const why = vitals.unready();
    return why === null ? context.text('ready\n') : context.text(`${why}\n`, 503);
  });
}
