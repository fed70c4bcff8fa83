/**
 * Owns what every server of our page says of what it sends: files by their content, and what a browser may
 * do with the page.
 */

import type { Context } from 'hono';
import type { Assets } from './assets.js';
import type { Shell } from './shell.js';

/** A file of the page; null: there is none at that path. */
export function served(context: Context, assets: Assets): Response | null {
  const asset = assets.get(context.req.path);
  if (asset === undefined) return null;
  const { etag, type, bytes, brotli } = asset;
  const headers = { ETag: etag, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding' };
  if (context.req.header('if-none-match') === etag) return context.body(null, 304, headers);
  const takes = (context.req.header('accept-encoding') ?? '').includes('br');
  const sent = takes ? brotli : null;
  const encoding = sent === null ? {} : { 'Content-Encoding': 'br' };
  const body = new Uint8Array(sent ?? bytes);
  return context.body(body, 200, { ...headers, 'Content-Type': type, ...encoding });
}

/** For everything that is answered. */
export function protectionOf(shell: Shell): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy': shell.contentSecurityPolicy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}
