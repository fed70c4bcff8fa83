/**
 * Owns what `--keep` means: which commits of the past may go. Pure: it is told of each commit, newest
 * first, and never removes one (keeper.ts). That the newest of each branch stays is seen to where
 * it can be seen, in the rows (removal.ts).
 */

/** Infinity where there is no limit. */
export interface Keep {
  readonly ageMs: number;
  readonly logBytes: number;
  readonly commits: number;
}

export interface PastCommit {
  /** When the last of its jobs ended; null while one is not over. */
  readonly finishedAtMs: number | null;
  /** What its logs take on disk. */
  readonly logBytes: number;
}

/** A file takes a block of the disk at least. */
export const blockBytes = 4_096;

const all: Keep = { ageMs: Infinity, logBytes: Infinity, commits: Infinity };

const hourMs = 3_600_000;
const ages: Readonly<Record<string, number>> = {
  h: hourMs,
  d: 24 * hourMs,
  w: 7 * 24 * hourMs,
  y: 365 * 24 * hourMs,
};
const sizes: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, TB: 1e12 };

/** What `all`, `90d`, `20GB`, `10000` or several with commas between spell; null: nothing. */
export function parseKeep(text: string): Keep | null {
  if (text === 'all') return all;
  const limits = text.split(',').map(limit);
  const kinds = limits.flatMap((one) => Object.keys(one ?? {}));
  // One of each kind: of two, nobody could say which is meant.
  if (limits.includes(null) || new Set(kinds).size < kinds.length) return null;
  return Object.assign({}, all, ...limits);
}

function limit(text: string): Partial<Keep> | null {
  const [, digits = '', unit = ''] = /^([1-9][0-9]{0,14})([a-zA-Z]*)$/.exec(text) ?? [];
  const number = Number(digits);
  const [age, size] = [ages[unit], sizes[unit]];
  if (digits === '') return null;
  if (age !== undefined) return { ageMs: number * age };
  if (size !== undefined) return { logBytes: number * size };
  return unit === '' ? { commits: number } : null;
}

/** The same, the other way round, in the largest units that fit. */
export function spellKeep({ ageMs, logBytes, commits }: Keep): string {
  const [age = '', ofAgeMs = 1] = fitting(ages, ageMs);
  const [size = '', ofBytes = 1] = fitting(sizes, logBytes);
  const limits = [
    ...(ageMs < Infinity ? [`${ageMs / ofAgeMs}${age}`] : []),
    ...(logBytes < Infinity ? [`${logBytes / ofBytes}${size}`] : []),
    ...(commits < Infinity ? [String(commits)] : []),
  ];
  return limits.length === 0 ? 'all' : limits.join(',');
}

function fitting(units: Readonly<Record<string, number>>, amount: number): [string?, number?] {
  return Object.entries(units).findLast(([, unit]) => amount % unit === 0) ?? [];
}

/** Whether anything may be, as long as nobody has counted; the oldest job is that old. */
export function mayBeBeyond({ ageMs, logBytes, commits }: Keep, oldestMs: number): boolean {
  return oldestMs > ageMs || logBytes < Infinity || commits < Infinity;
}

/** To be called with each commit, newest first: whether it is beyond what is kept. */
export function keeping(keep: Keep, nowMs: number): (commit: PastCommit) => boolean {
  let commits = 0;
  let bytes = 0;
  return ({ finishedAtMs, logBytes }) => {
    commits += 1;
    bytes += logBytes;
    if (finishedAtMs === null) return false;
    return nowMs - finishedAtMs > keep.ageMs || bytes > keep.logBytes || commits > keep.commits;
  };
}
