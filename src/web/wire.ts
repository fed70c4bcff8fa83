/**
 * Owns the routes of the record of the wire: what is in memory of it, as in a file, and what comes, as
 * server-sent events. The same for a dispatcher's own record and for any other that goes on.
 * Never waits for a viewer: who reads too slowly is told what it missed, and who takes nothing at all
 * for a while is closed.
 */

import type { ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Hono, MiddlewareHandler } from 'hono';
import * as z from 'zod';
import type { Recording, WireForm } from '../record/recording.js';
import type { Clock } from '../world/clock.js';
import { refused } from './api.js';
import { openStream } from './stream.js';

/** `<n>`, or `<n>-<when the recording began>`, as the id of an event has it; 0 is before the first. */
const place = /^(\d{1,15})(?:-(\d{1,15}(?:\.\d{1,9})?))?$/;

export const wireAsked = z.object({ after: z.string().regex(place).optional() });

/** An event for each record; its id is where one goes on. */
const events: WireForm = {
  header: (header) => written('header', JSON.stringify(header)),
  record: (n, line, { startedAtMs }) =>
    `id: ${n}-${startedAtMs}\n${written('record', line.trimEnd())}`,
  missed: ({ from, to }) => written('missed', JSON.stringify({ from, to })),
  reset: () => written('reset', '{}'),
  told: (event, data) => written(event, JSON.stringify(data)),
};

export interface WireGiven {
  readonly recording: Recording;
  readonly clock: Clock;
  /** Refuses whoever may not. */
  readonly refusesToRead: MiddlewareHandler;
}

export function serveWire(app: Hono, { recording, clock, refusesToRead }: WireGiven): void {
  app.get('/api/wire', refusesToRead, (context) => {
    const after = placeIn(context.req.query('after') ?? '0');
    if (after === null) return refused(context, 400, notAPlace);
    const headers = { 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' };
    return context.body(inPieces(recording.since(after.n)), 200, headers);
  });
  app.get('/api/wire/live', refusesToRead, (context) => {
    const after = placeIn(context.req.header('last-event-id') ?? context.req.query('after') ?? '0');
    if (after === null) return refused(context, 400, notAPlace);
    // node's own ends of it, as the server that all this lives in hands them on.
    const { incoming: request, outgoing } = context.env as HttpBindings;
    openStream(clock, { request, response: outgoing as ServerResponse }, (write) =>
      recording.watch({ form: events, write }, after.n, after.of),
    );
    return RESPONSE_ALREADY_SENT;
  });
}

const notAPlace = 'after is the n of a record, such as 17, or an id of an event';

function placeIn(text: string): { readonly n: number; readonly of?: number } | null {
  const [, n, of] = place.exec(text) ?? [];
  if (n === undefined) return null;
  return { n: Number(n), ...(of !== undefined && { of: Number(of) }) };
}

function written(event: string, data: string): string {
  return `event: ${event}\ndata: ${data}\n\n`;
}

/** As fast as it is read. */
function inPieces(pieces: Iterator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull: (controller) => {
      const { value, done } = pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
}
