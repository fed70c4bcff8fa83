/**
 * Owns how a value from a file is held against a schema: what is wrong becomes an error with its
 * place, what is unknown, old or not done a warning. Never knows what any key means.
 */

import type { z } from 'zod';
import { didYouMean, error, quoted, type Remark } from './finding.js';
import { findingsOfFileMax } from './limits.js';
import { pruned } from './pruning.js';
import type { Path, Tree } from './tree.js';

export interface Checked<Value> {
  /** Null where there is an error among the remarks. */
  readonly value: Value | null;
  readonly remarks: readonly Remark[];
}

/** The value as the schema has it. Keys that nobody knows are left out, with a warning. */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  tree: Tree,
): Checked<z.output<Schema>> {
  const { value, remarks } = pruned(schema, tree);
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data, remarks };
  const wrong = parsed.error.issues
    .slice(0, findingsOfFileMax)
    .flatMap((issue) => innermost(issue))
    .map(({ path, expected, known }) => {
      const found = valueAt(value, path);
      const hint = typeof found === 'string' ? didYouMean(found, known) : '';
      const says = `${subject(path)} is ${quoted(found)}, and expected is ${expected}${hint}`;
      return error(tree.at(path), says.endsWith('?') ? says : `${says}.`);
    });
  return { value: null, remarks: [...remarks, ...wrong] };
}

interface Mismatch {
  readonly path: Path;
  readonly expected: string;
  /** The words that would have been right. */
  readonly known: readonly string[];
}

/** What an issue comes to. Of several ways to write a thing, the one that was begun is meant. */
function innermost(issue: z.core.$ZodIssue, above: Path = []): Mismatch[] {
  const path = [...above, ...issue.path];
  if (issue.code !== 'invalid_union') return [{ path, ...expectation(issue) }];
  const begun = issue.errors.filter((ways) => ways.every((way) => !isAtTop(way)));
  const [meant] = begun.toSorted((a, b) => depthOf(b) - depthOf(a));
  if (meant !== undefined && meant.length > 0) {
    return meant.flatMap((inner) => innermost(inner, path));
  }
  const ways = issue.errors.flatMap((errors) => errors.flatMap((inner) => innermost(inner)));
  const kindsOfWays = new Set(ways.map((way) => way.expected));
  // Where text will do, a number will do as well: nobody need be told.
  if (kindsOfWays.has('text'))
    for (const also of ['a number', 'true or false']) kindsOfWays.delete(also);
  const expected = [...kindsOfWays].join(' or ');
  return [{ path, expected, known: ways.flatMap(({ known }) => known) }];
}

/** Another kind of thing altogether, or a word that is none of those. */
function isAtTop({ code, path, ...issue }: z.core.$ZodIssue): boolean {
  if (path.length > 0) return false;
  if (code !== 'invalid_union') return code === 'invalid_type' || code === 'invalid_value';
  const { errors } = issue as z.core.$ZodIssueInvalidUnion;
  return errors.every((ways) => ways.some(isAtTop));
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length));
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'nothing',
};

function expectation(issue: z.core.$ZodIssue): Omit<Mismatch, 'path'> {
  // A message of our own says what is expected.
  if (!issue.message.startsWith('Invalid ')) return { expected: issue.message, known: [] };
  switch (issue.code) {
    case 'invalid_type':
      return { expected: kinds[issue.expected] ?? issue.expected, known: [] };
    case 'invalid_value': {
      const known = issue.values.map(String);
      return { expected: known.join(', '), known };
    }
    default:
      return { expected: issue.message, known: [] };
  }
}

/** `steps.build.image`, as a sentence begins with it. */
function subject(path: Path): string {
  return path.length === 0 ? 'The file' : `"${path.map(String).join('.')}"`;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (within, key) => (within as Record<PropertyKey, unknown> | null | undefined)?.[key],
    value,
  );
}
