/**
 * Owns signing in: the token once, in the body of a POST, for a cookie that no script can read.
 */

import type { Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as z from 'zod';
import { refused } from './api.js';
import { askingOf } from './asking.js';
import type { Guard } from './guard.js';

const path = '/api/session';

const bodyBytesMax = 2_048;

export const sessionBody = z.object({ token: z.string() });

export function serveSignIn(app: Hono, guard: Guard, nowMs: () => number): void {
  const limit = (context: Context) => refused(context, 413, `At most ${bodyBytesMax} bytes`);
  app.use(path, bodyLimit({ maxSize: bodyBytesMax, onError: limit }));
  app.post(path, async (context) => {
    const given = sessionBody.safeParse(await context.req.json().catch(() => null));
    if (!given.success) return refused(context, 400, 'Send {"token": "…"}');
    const cookie = guard.cookieFor(given.data.token, askingOf(context), nowMs());
    if (cookie === null) return refused(context, 401, 'The token is wrong');
    context.header('Set-Cookie', cookie);
    return context.json({ says: 'OK' });
  });
  app.delete(path, (context) => {
    context.header('Set-Cookie', guard.farewell(askingOf(context)));
    return context.json({ says: 'OK' });
  });
}
