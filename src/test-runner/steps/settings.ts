/**
 * Owns how a plugin is told its settings: as `PLUGIN_…` variables; and how `{from_secret: name}`
 * becomes the secret's value. Never knows where secrets come from.
 */

import * as z from 'zod';
import { secretKey } from '../../protocol/secrets.js';
import type { Variable } from '../../protocol/work.js';

/** By their names in small letters. */
export interface Secrets {
  readonly values: ReadonlyMap<string, string>;
  /** Why others have no value. */
  readonly withheld: ReadonlyMap<string, string>;
  /** Why those have none of which nothing was said. */
  readonly otherwise: string;
}

/** A secret that a step names and has no value. */
export class MissingSecret extends Error {
  constructor(secret: string, why: string) {
    super(`the secret "${secret}" is not given: ${why}`);
  }
}

/** The value of a variable. Throws `MissingSecret`. */
export function resolve(variable: Variable, secrets: Secrets): string {
  return typeof variable === 'string' ? variable : secretOf(variable.from_secret, secrets);
}

/**
 * A text stays as it is, a list of texts gets commas, what else has a structure is JSON; what is null
 * is left out. Throws `MissingSecret`.
 */
export function pluginVariables(
  settings: Readonly<Record<string, unknown>>,
  secrets: Secrets,
): Record<string, string> {
  const entries = Object.entries(settings)
    .map(([key, written]) => [key, revealed(written, secrets)] as const)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => [nameOf(key), written(value)]);
  return Object.fromEntries(entries);
}

function nameOf(key: string): string {
  return `PLUGIN_${key.toUpperCase().replace(/[-.]/g, '_')}`;
}

function secretOf(name: string, secrets: Secrets): string {
  const key = secretKey(name);
  const value = secrets.values.get(key);
  if (value !== undefined) return value;
  throw new MissingSecret(name, secrets.withheld.get(key) ?? secrets.otherwise);
}

const reference = z.strictObject({ from_secret: z.string() });

/** The same with secrets in their places, however deep. */
function revealed(value: unknown, secrets: Secrets): unknown {
  const { data: named } = reference.safeParse(value);
  if (named !== undefined) return secretOf(named.from_secret, secrets);
  if (Array.isArray(value)) return value.map((each) => revealed(each, secrets));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, revealed(each, secrets)]);
  return Object.fromEntries(entries);
}

function written(value: unknown): string {
  const isPlain = (each: unknown) => typeof each !== 'object' || each === null;
  if (isPlain(value)) return String(value);
  return Array.isArray(value) && value.every(isPlain) ? value.join(',') : JSON.stringify(value);
}
