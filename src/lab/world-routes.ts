/**
 * Owns the routes of a simulated world: what it tells of itself, what is asked of it, and two recordings to
 * lay side by side: this one and its twin's.
 */

import { Readable } from 'node:stream';
import type { Hono } from 'hono';
import { decisionsMax } from '../record/world.js';
import { refused } from '../web/api.js';
import type { SimulatedWorld } from './world.js';
import { worldAction } from './world-schemas.js';

const ndjson = { 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' };

export function serveWorld(app: Hono, world: SimulatedWorld): void {
  app.get('/api/world', (context) => {
    const { document, died } = world;
    if (document === null || died !== null) return refused(context, 503, died ?? 'not yet');
    return context.json(document);
  });
  app.post('/api/world', async (context) => {
    const asked = worldAction.safeParse(await context.req.json().catch(() => null));
    if (!asked.success) return refused(context, 400, whatIsAction);
    if (world.died !== null) return refused(context, 503, world.died);
    if (asked.data.do === 'fork' && keptBy(asked.data.step, world) >= decisionsMax) {
      return refused(context, 409, `A world has at most ${decisionsMax} decisions: forget one`);
    }
    world.act(asked.data);
    return context.json({ says: 'OK' });
  });
  app.get('/api/world/recording', (context) =>
    context.body([...world.recording.since(0)].join(''), 200, ndjson),
  );
  app.get('/api/world/twin', (context) =>
    context.body(
      Readable.toWeb(Readable.from(world.twin())) as ReadableStream<Uint8Array>,
      200,
      ndjson,
    ),
  );
}

/** Decisions that a fork at that step leaves as they are. */
function keptBy(step: number, { document }: SimulatedWorld): number {
  return document?.decisions.filter((decision) => decision.step <= step).length ?? 0;
}

const whatIsAction =
  'an action is {"do":"step","count":1}, {"do":"run"}, {"do":"pause"}, {"do":"to","step":17}, ' +
  '{"do":"fork","step":17,"choice":…} with one of the choices of GET /api/world, ' +
  '{"do":"forget","index":0}, {"do":"seed","seed":7} or {"do":"reveal"}';
