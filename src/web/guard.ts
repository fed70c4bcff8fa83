/**
 * Owns who may read and who may act over HTTP: against other sites that aim at a port on this machine
 * (a rebound name, a form, a script), and, beyond loopback, against those without the token.
 *
 * A browser that was rebound to us names the other site in `Host`: names are believed only if they are
 * ours, addresses always, for nobody can rebind one. What changes anything is a POST of JSON, which a
 * browser sends for another site only after asking us, and which says where it comes from in `Origin`.
 * Invariant: a token is never in a URL, and a cookie holds none.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Token } from '../world/token.js';
import { type Asking, changesNothing } from './asking.js';
import type { WebOptions } from './behind.js';

/** Why it is not heard: what it is told, and with which status. */
export interface Denial {
  readonly status: 401 | 403 | 415 | 421;
  readonly says: string;
}

const cookieName = 'trivet';

/** So long a browser stays signed in. */
const signedInForMs = 30 * 86_400_000;

const signIn = 'Sign in with the token first';

export class Guard {
  readonly #token: Token | null;
  readonly #isOpenToRead: boolean;
  readonly #names: ReadonlySet<string>;

  constructor({ token, isOpenToRead, hosts }: WebOptions) {
    this.#token = token;
    this.#isOpenToRead = isOpenToRead;
    const own = hostname().toLowerCase();
    const [plain = own] = own.split('.');
    this.#names = new Set(['localhost', own, plain, ...hosts.map((name) => name.toLowerCase())]);
  }

  /** Why nothing at all is answered; null where it may go on. */
  refuses(asking: Asking): Denial | null {
    const host = nameIn(asking.header('host') ?? '');
    if (isIP(host) === 0 && !this.#names.has(host) && !host.endsWith('.localhost')) {
      const says = `This port is not known as "${host}": name it with --web-hosts, or use its address`;
      return { status: 421, says };
    }
    return changesNothing(asking) ? null : whyNotChanged(asking);
  }

  /** Why a program of another site gets no data; navigation to a page is welcome. */
  refusesData(asking: Asking, nowMs: number): Denial | null {
    const site = asking.header('sec-fetch-site');
    const isForeign = site === 'cross-site' || site === 'same-site';
    if (isForeign) return { status: 403, says: 'Other sites may not read this' };
    return this.mayRead(asking, nowMs) ? null : { status: 401, says: signIn };
  }

  /** Whether it may see what there is, wherever the wish comes from. */
  mayRead(asking: Asking, nowMs: number): boolean {
    return this.#isOpenToRead || this.isTrusted(asking, nowMs);
  }

  /** Why it may change nothing; null where it may. */
  refusesChange(asking: Asking, nowMs: number): Denial | null {
    return this.isTrusted(asking, nowMs) ? null : { status: 401, says: signIn };
  }

  /** It has shown the token, or there is none. */
  isTrusted(asking: Asking, nowMs: number): boolean {
    const token = this.#token;
    if (token === null) return true;
    const [, bearer] = /^Bearer (.+)$/.exec(asking.header('authorization') ?? '') ?? [];
    if (bearer !== undefined) return token.matches(bearer);
    const password = passwordIn(asking.header('authorization') ?? '');
    if (password !== null) return token.matches(password);
    const [, untilMs = '', seal = ''] = cookiePattern.exec(asking.header('cookie') ?? '') ?? [];
    return Number(untilMs) > nowMs && isSame(seal, sealOf(token, untilMs));
  }

  /** The cookie for a browser that gives the token; null where that is wrong. */
  cookieFor(given: string, { isSecure }: Asking, nowMs: number): string | null {
    const token = this.#token;
    if (token === null || !token.matches(given)) return null;
    const untilMs = String(nowMs + signedInForMs);
    const value = `${untilMs}.${sealOf(token, untilMs)}`;
    return cookie(value, signedInForMs / 1_000, isSecure);
  }

  /** The cookie that ends it. */
  farewell({ isSecure }: Asking): string {
    return cookie('', 0, isSecure);
  }

  get wantsToken(): boolean {
    return this.#token !== null;
  }
}

const cookiePattern = new RegExp(`(?:^|; )${cookieName}=(\\d{1,15})\\.([0-9a-f]{64})`);

function cookie(value: string, maxAgeSeconds: number, isSecure: boolean): string {
  const secure = isSecure ? '; Secure' : '';
  return `${cookieName}=${value}; Max-Age=${maxAgeSeconds}; Path=/; HttpOnly; SameSite=Lax${secure}`;
}

/** Tray icons know no other way: any name, and the token as its password. */
function passwordIn(authorization: string): string | null {
  const [, basic] = /^Basic ([A-Za-z0-9+/=]+)$/.exec(authorization) ?? [];
  if (basic === undefined) return null;
  const pair = Buffer.from(basic, 'base64').toString();
  return pair.slice(pair.indexOf(':') + 1);
}

/** A new token makes those of the former one worthless. */
function sealOf(token: Token, untilMs: string): string {
  return createHmac('sha256', token.reveal()).update(`web until ${untilMs}`).digest('hex');
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function whyNotChanged(asking: Asking): Denial | null {
  const origin = asking.header('origin');
  if (origin !== undefined && hostIn(origin) !== asking.header('host')?.toLowerCase()) {
    return { status: 403, says: 'Other sites may not change anything here' };
  }
  const type = asking.header('content-type') ?? '';
  if (/^application\/json\b/i.test(type)) return null;
  return { status: 415, says: 'Send JSON, with "Content-Type: application/json"' };
}

/** Whether by TLS or not: a proxy before us may speak it for us. Of `null`, and of what is no origin, null. */
function hostIn(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

/** `ci:8888` → `ci`, `[::1]:8888` → `::1`. */
function nameIn(host: string): string {
  const [, address] = /^\[([^\]]*)\]/.exec(host) ?? [];
  return address ?? host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
}
