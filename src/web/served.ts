/**
 * Owns what every server of our page says of what it sends: files by their content, and what a browser may
 * do with the page.
 */

import type { Context } from 'hono';
import type { Assets } from './assets.js';
import type { Shell } from './shell.js';

/** Another content has another address. */
const forEver = 'max-age=31536000, immutable';

/** A file of the page; null: there is none at that path. */
export function served(context: Context, assets: Assets): Response | null {
  const asset = assets.at(context.req.path);
  if (asset === undefined) return null;
  const { type, bytes, brotli } = asset;
  const takes = (context.req.header('accept-encoding') ?? '').includes('br');
  const sent = takes ? brotli : null;
  const encoding = sent === null ? {} : { 'Content-Encoding': 'br' };
  const headers = { 'Content-Type': type, 'Cache-Control': forEver, Vary: 'Accept-Encoding' };
  return context.body(new Uint8Array(sent ?? bytes), 200, { ...headers, ...encoding });
}

/**
 * For everything that is answered. `wantsToken`: whoever opened the page in a window must not lead it to
 * another that asks for the token. Where there is none to be had, that would only cost the first page in
 * each tab: a browser gives a page that is cut off from its opener a process of its own, and starts it
 * when the answer is already here.
 */
export function protectionOf(shell: Shell, wantsToken: boolean): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy': shell.contentSecurityPolicy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    ...(wantsToken && { 'Cross-Origin-Opener-Policy': 'same-origin' }),
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}
