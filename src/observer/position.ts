/**
 * Owns the saved positions: one small file, replaced as a whole, and the lock beside it.
 * Never decides what a position is. Losing the file costs a repeated hand-over, nothing else,
 * because the dispatcher takes the same commit twice as one.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { commit } from '../protocol/bodies.js';
import { UsageError } from '../world/exit.js';
import { parseJson, readIfThere, writeAtomically } from '../world/files.js';
import { type Lock, tryLock } from '../world/lock.js';
import type { Known } from './core/news.js';

/** Bumped where an older observer could not read the file. */
const version = 1;

const move = z.object({
  branch: z.string(),
  from: commit.nullable(),
  to: commit.nullable(),
  through: z.array(commit).default([]),
});

const file = z.object({
  version: z.literal(version),
  repository: z.string(),
  // A list, because a branch may be called `__proto__`.
  branches: z.array(z.object({ branch: z.string(), commit })),
  // The file's older words for the baseline and the first baseline: what was saved is still read.
  behind: z.array(commit).nullable().default(null),
  begun: z.array(commit).nullable().default(null),
  trail: z.array(move).default([]),
});

export interface PositionFile {
  /** What was saved before; null at the first start of all. */
  readonly saved: Known | null;
  save(known: Known): void;
  /** Lets another observer have the folder. */
  release(): void;
}

/** Takes the folder for this observer. Throws a `UsageError` where it cannot be had. */
export function openPositions(folder: string, repository: string): PositionFile {
  const path = join(folder, 'observer.json');
  const lock = takeLock(folder);
  return {
    saved: read(path, repository),
    save: ({ positions, baseline: behind, firstBaseline: begun, trail }) => {
      const branches = [...positions].map(([branch, at]) => ({ branch, commit: at }));
      const kept = { version, repository, branches, behind, begun, trail };
      writeAtomically(path, `${JSON.stringify(kept, null, 2)}\n`);
    },
    release: () => lock.release(),
  };
}

function takeLock(folder: string): Lock {
  let lock: Lock | null;
  try {
    mkdirSync(folder, { recursive: true });
    lock = tryLock(join(folder, 'observer.lock'));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `The observer cannot keep its position in ${folder} ` +
        `(${(error as NodeJS.ErrnoException).code}): name another folder with --state.`,
    );
  }
  if (lock === null) {
    throw new UsageError(
      `Another observer keeps its position in ${folder}: stop it, or give this one a --state.`,
    );
  }
  return lock;
}

function read(path: string, repository: string): Known | null {
  const text = readIfThere(path);
  if (text === null) return null;
  const parsed = file.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new UsageError(
      `${path} is damaged, or from a newer Trivet: remove it, and each branch's tip is ` +
        'handed over again.',
    );
  }
  if (parsed.data.repository !== repository) {
    throw new UsageError(
      `${path} belongs to the repository "${parsed.data.repository}", not "${repository}": ` +
        `give --repository ${parsed.data.repository} to go on from there, or another --state.`,
    );
  }
  const { branches, behind: baseline, begun: firstBaseline, trail } = parsed.data;
  const positions = new Map(branches.map(({ branch, commit: at }) => [branch, at]));
  return { positions, baseline, firstBaseline, trail };
}
