/**
 * Owns what is looked at of an HTTP request before it is answered.
 */

import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

export interface Asking {
  readonly method: string;
  readonly header: (name: string) => string | undefined;
  readonly isSecure: boolean;
}

export function askingOf(context: Context): Asking {
  const { incoming } = context.env as HttpBindings;
  return {
    method: context.req.method,
    header: (name) => context.req.header(name),
    isSecure: 'encrypted' in incoming.socket,
  };
}

export function changesNothing({ method }: Asking): boolean {
  return method === 'GET' || method === 'HEAD';
}
