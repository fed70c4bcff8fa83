/**
 * Owns how secrets are spoken of: their names, for which runs they are, and what may be asked of a
 * dispatcher about them. A value stands in a body only, never in a header, and no answer holds one.
 */

import * as z from 'zod';
import { controls } from './characters.js';
import { namePattern } from './ids.js';
import { secretBytesMax, secretScopesMax } from './limits.js';
import type { Work } from './work.js';

/** Upper and lower case are one: `from_secret: deploy_key` is `DEPLOY_KEY`. */
export const secretNamePattern = /^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/;

/** A shorter value is in every other line of a log: to mask it there would tell what it is. */
export const maskedCharactersMin = 4;

/** A value that an environment can hold. */
const value = z
  .string()
  .refine((text) => text.trim() !== '', 'it is empty')
  .refine((text) => !text.includes('\0'), 'no variable can hold a byte 0')
  .refine((text) => Buffer.byteLength(text) <= secretBytesMax, `at most ${secretBytesMax} bytes`);

const which = {
  name: z
    .string()
    .regex(secretNamePattern, 'letters, digits or _ . -, at most 100 of them')
    .transform(secretKey),
  repository: z.string().regex(namePattern, 'not the name of a repository'),
};

const branch = z
  .string()
  .max(255)
  .refine((text) => text !== '' && text.search(controls) === -1, 'not a branch or a glob');

/** Which runs get it besides those of other repositories, which never do. */
const scope = {
  /** Globs; none: all branches. What is no branch, such as refs/tags/v1, is called by its full name. */
  branches: z.array(branch).max(secretScopesMax).default([]),
  events: z
    .array(z.string().regex(/^[a-z_]{1,40}$/))
    .min(1)
    .max(secretScopesMax),
};

/** What may be asked about secrets. */
export const secretRequest = z.discriminatedUnion('action', [
  z.object({ action: z.literal('set'), ...which, ...scope, value }),
  z.object({ action: z.literal('remove'), ...which }),
  z.object({ action: z.literal('list') }),
]);

export type SecretRequest = z.infer<typeof secretRequest>;

/** By what a secret is looked up. */
export function secretKey(name: string): string {
  return name.toLowerCase();
}

/** The name of the secret that this is to be, where it is one: `{from_secret: name}`. */
function secretIn(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('from_secret' in value)) return null;
  return typeof value.from_secret === 'string' ? value.from_secret : null;
}

/** The secrets that steps and services name, in variables or anywhere in settings: each once. */
export function secretsNamedIn({ steps, services }: Pick<Work, 'steps' | 'services'>): string[] {
  const names = new Set<string>();
  const left: unknown[] = [...steps, ...services].flatMap(({ environment, settings }) => [
    ...Object.values(environment),
    ...Object.values(settings),
  ]);
  // Not by recursion: how deep they lie in each other, whoever wrote them has said.
  while (left.length > 0) {
    const value = left.pop();
    const name = secretIn(value);
    if (name !== null) names.add(secretKey(name));
    else if (typeof value === 'object' && value !== null) left.push(...Object.values(value));
  }
  return [...names].toSorted();
}
