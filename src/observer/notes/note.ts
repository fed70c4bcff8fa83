/**
 * Owns the text of the note on a commit: a line for each of its jobs, by their names. Pure. What somebody
 * else wrote into it stays.
 *
 *   build: passed after 12.4 s on ada
 *   lint: failed after 0.8 s with exit code 1 on bob
 */

import { type Commit, short } from '../../protocol/ids.js';

/** What is to stand in the note on a commit. */
export interface NoteLine {
  readonly commit: Commit;
  readonly job: string;
  /** `passed after 12.4 s on ada` */
  readonly says: string;
}

/** By the names of jobs, which hold no colon. */
export type Says = ReadonlyMap<string, string>;

/** The note that is there, with these lines in it. */
export function noted(before: string, says: Says): string {
  const kept = before.split('\n').filter((line) => line !== '' && !says.has(jobIn(line)));
  const added = [...says].map(([job, text]) => `${job}: ${text}`);
  return [...kept, ...added].toSorted().join('\n');
}

function jobIn(line: string): string {
  return line.slice(0, Math.max(0, line.indexOf(': ')));
}

interface Ending {
  readonly verdict: string;
  readonly durationMs: number;
  readonly exitCode: number | null;
  /** Null: nobody's, or not known. */
  readonly runner: string | null;
}

export function sentenceOf({ verdict, durationMs, exitCode, runner }: Ending): string {
  const took = durationMs > 0 ? ` after ${(durationMs / 1_000).toFixed(1)} s` : '';
  const code = exitCode !== null && exitCode !== 0 ? ` with exit code ${exitCode}` : '';
  return `${verdict}${took}${code}${runner === null ? '' : ` on ${runner}`}`;
}

/** For the story. */
export function nameOf(commits: readonly Commit[]): string {
  const [first] = commits;
  return commits.length === 1 && first !== undefined ? short(first) : `${commits.length} commits`;
}
