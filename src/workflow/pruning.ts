/**
 * Owns what a file says beyond its schema, or with a note in it: unknown keys are taken out with a
 * warning and the known key that is near; old forms and what Trivet does not do are warned of.
 */

import * as z from 'zod';
import { didYouMean, type Remark, warning } from './finding.js';
import { findingsOfFileMax } from './limits.js';
import { notes } from './schema-parts.js';
import type { Path, Tree } from './tree.js';

/** The value of the tree without what its schema does not know, and what is to be said about it. */
export function pruned(
  schema: z.ZodType,
  tree: Tree,
): { readonly value: unknown; readonly remarks: Remark[] } {
  const remarks: Remark[] = [];
  const say = (path: Path, says: string) => {
    if (remarks.length < findingsOfFileMax) remarks.push(warning(tree.atKey(path), says));
  };

  function prune(shape: z.ZodType, value: unknown, path: Path): unknown {
    const inner = bare(shape, value);
    if (inner instanceof z.ZodArray && Array.isArray(value)) {
      return value.map((item, at) => prune(inner.element as z.ZodType, item, [...path, at]));
    }
    if (!isMap(value)) return value;
    if (inner instanceof z.ZodRecord) {
      const part = inner.valueType as z.ZodType;
      return mapped(value, (key, its) => prune(part, its, [...path, key]));
    }
    return inner instanceof z.ZodObject ? object(inner, value, path) : value;
  }

  function object(shape: z.ZodObject, value: Record<string, unknown>, path: Path) {
    const known = shape.shape as Record<string, z.ZodType>;
    return mapped(value, (key, its) => {
      // A key with nothing behind it is as if it were not there.
      if (its === null) return undefined;
      const part = Object.hasOwn(known, key) ? known[key] : undefined;
      if (part === undefined) {
        const hint = didYouMean(key, Object.keys(known));
        const end = hint === '' ? ' and is ignored.' : hint;
        say([...path, key], `"${key}" is not known here${end}`);
        return undefined;
      }
      const note = notes.get(part);
      if (note?.old !== undefined) {
        say([...path, key], `"${key}" is an old form, understood; write ${note.old} instead.`);
      }
      if (note?.undone !== undefined) {
        say([...path, key], `"${key}" is not done: ${note.undone}.`);
      }
      return prune(part, its, [...path, key]);
    });
  }

  return { value: prune(schema, tree.value, []), remarks };
}

/** Each field anew; one that comes out undefined is left out. */
function mapped(
  value: Record<string, unknown>,
  change: (key: string, its: unknown) => unknown,
): Record<string, unknown> {
  const result: Record<string, unknown> = Object.create(null);
  for (const [key, its] of Object.entries(value)) {
    const changed = change(key, its);
    if (changed !== undefined) result[key] = changed;
  }
  return result;
}

/** The schema without its wrappers; of a union the way that such a value begins. */
function bare(schema: z.ZodType, value: unknown): z.ZodType {
  if (schema instanceof z.ZodOptional) return bare(schema.unwrap() as z.ZodType, value);
  if (schema instanceof z.ZodPipe) return bare(schema.in as z.ZodType, value);
  if (!(schema instanceof z.ZodUnion)) return schema;
  const ways = schema.options.map((option) => bare(option as z.ZodType, value));
  const fits = (way: z.ZodType) =>
    Array.isArray(value)
      ? way instanceof z.ZodArray
      : isMap(value) && (way instanceof z.ZodObject || way instanceof z.ZodRecord);
  return ways.find(fits) ?? schema;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
