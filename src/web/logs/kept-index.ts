/**
 * Owns an index as it is kept beside its log, once that is over: so that a log of 100 MB opens as fast
 * as a short one. It is derived from the log and may be deleted at any time.
 * Never believed because it is there: it must have this shape, be of a log of that length, and its
 * checkpoints must stand behind line feeds (indexed-log.ts).
 */

import * as z from 'zod';
import { indexBeside } from '../../dispatcher/store/log-names.js';
import { parseJson, readIfThere } from '../../world/files.js';
import type { IndexState } from './line-index.js';
import { writeBeside } from './times.js';

/** Another number is an index of another release: it is made anew. */
const version = 1;

/** Below this a log is read faster than its index would be. */
const bytesWorth = 256 * 1_024;

const count = z.int().min(0);
const keptSchema = z.object({
  version: z.literal(version),
  bytes: count,
  line: count.min(1),
  isMidLine: z.boolean(),
  style: z.string(),
  checkpoints: z.array(z.tuple([count, count, z.string()])).min(1),
  folds: z.array(
    z.object({
      from: count,
      to: count.nullable(),
      title: z.string(),
      isOpen: z.boolean().nullable(),
      isDim: z.boolean(),
      isMarked: z.boolean(),
    }),
  ),
  errors: z.array(count),
});

/** What is kept beside that log of `bytes` bytes; null where there is nothing that can be used. */
export function readKept(log: string, bytes: number): IndexState | null {
  const { data } = keptSchema.safeParse(parseJson(readIfThere(indexBeside(log)) ?? ''));
  if (data === undefined || data.bytes !== bytes) return null;
  const checkpoints = data.checkpoints.map(([line, offset, style]) => ({ line, offset, style }));
  const isInOrder = checkpoints.every(({ line, offset }, at) => {
    const before = checkpoints[at - 1] ?? { line: 0, offset: -1 };
    return line > before.line && offset > before.offset && offset <= bytes && line <= data.line;
  });
  if (!isInOrder || checkpoints[0]?.line !== 1 || checkpoints[0].offset !== 0) return null;
  return { ...data, offset: bytes, checkpoints };
}

/** Whether there is a reason to keep it. */
export function isWorthKeeping({ offset }: IndexState): boolean {
  return offset >= bytesWorth;
}

export async function keepIndex(log: string, state: IndexState): Promise<void> {
  const { offset: bytes, checkpoints, ...rest } = state;
  const triples = checkpoints.map(({ line, offset, style }) => [line, offset, style]);
  const text = JSON.stringify({ version, bytes, ...rest, checkpoints: triples });
  await writeBeside(log, indexBeside(log), text);
}
