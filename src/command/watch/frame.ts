/**
 * Owns how the screen of `trivet watch` looks: as large as the terminal is, from 80 by 24 on. Pure.
 */

import { cut } from '../screen/cells.js';
import type { Frame, Size } from '../screen/painting.js';
import { shaded } from '../screen/shades.js';
import { commitLines, storyLines } from '../shown/commit.js';
import { commitRows, headline, runnerRows, runningRows, waitingRows } from '../shown/overview.js';
import { table } from '../shown/table.js';
import { short } from '../shown/words.js';
import { type Overview, shownOf, type View, type Watching } from './state.js';

export function frame(watching: Watching, size: Size, nowMs: number): Frame {
  const { view, says, isTyping, filter } = watching;
  const room = Math.max(0, size.rows - 1);
  const inside = { ...size, rows: room };
  const lines = view.kind === 'all' ? all(watching, inside, nowMs) : one(view, inside, nowMs);
  const filled = Array.from({ length: room }, (_, row) => lines[row] ?? '');
  const foot = isTyping ? `/${filter}▏` : says === '' ? keysOf(view, filter) : says;
  const last = isTyping || says !== '' ? foot : shaded('dim', foot);
  return [...filled, last].map((line) => cut(line, size.columns));
}

function keysOf(view: View, filter: string): string {
  const leave = 'q quit';
  if (view.kind === 'commit') {
    const back = view.isAlone && view.part === 'jobs' ? [] : ['Esc back'];
    const keys = ['↑↓ scroll', 'f log', 'w why', 'c cancel', 'r rerun', 'o open', ...back, leave];
    return keys.join(' · ');
  }
  const only = filter === '' ? '/ filter' : `/ filter "${filter}" · Esc all`;
  return `↑↓ choose · Enter look · c cancel · r rerun · o open · ${only} · ${leave}`;
}

interface Shown {
  readonly heading: string;
  readonly lines: readonly string[];
  /** Which of the lines is chosen, or none. */
  readonly chosen: number;
}

function all(watching: Watching, { columns, rows }: Size, nowMs: number): string[] {
  const overview = shownOf(watching);
  if (overview === null) return ['asking the dispatcher…'];
  const parts = partsOf(overview, watching.at, columns, nowMs);
  const head = [headline(overview), ...overview.paused.map((what) => `${what} is paused`)];
  // A blank and a heading above each.
  const left = rows - head.length - 2 * parts.length;
  const shares = sharesOf(
    parts.map(({ lines }) => lines.length),
    left,
  );
  return [...head, ...parts.flatMap((part, index) => block(part, shares[index] ?? 0))];
}

function partsOf(overview: Overview, at: number, columns: number, nowMs: number): Shown[] {
  const { running, waiting, newest, runners } = overview;
  const bars = running.map(({ sinceMs, estimateMs }) => bar(nowMs - sinceMs, estimateMs));
  const rows = runningRows(running, nowMs).map((row, index) => [
    ...row.slice(0, 6),
    bars[index] ?? '',
    ...row.slice(6),
  ]);
  const count = running.length + waiting.length + newest.length;
  const chosen = Math.min(at, count - 1);
  return [
    { heading: 'running', lines: table(rows, columns), chosen },
    {
      heading: 'waiting',
      lines: table(waitingRows(waiting), columns),
      chosen: chosen - running.length,
    },
    {
      heading: 'newest',
      lines: table(commitRows(newest, nowMs), columns),
      chosen: chosen - running.length - waiting.length,
    },
    { heading: 'runners', lines: table(runnerRows(runners, nowMs), columns), chosen: -1 },
  ].filter(({ lines }) => lines.length > 0);
}

const barColumns = 10;
/** What is not over is never shown as if it were. */
const fullest = 0.99;

/** How far it is, by what such jobs usually take. */
function bar(ms: number, estimateMs: number | null): string {
  if (estimateMs === null || estimateMs <= 0) return '';
  const full = Math.floor(Math.min(fullest, ms / estimateMs) * barColumns);
  return shaded('cyan', '█'.repeat(full)) + shaded('dim', '░'.repeat(barColumns - full));
}

/** Rows for each part, dealt out one by one until all have theirs or the room is out. */
export function sharesOf(wanted: readonly number[], room: number): number[] {
  const shares = wanted.map(() => 0);
  let left = room;
  while (left > 0 && shares.some((share, index) => share < (wanted[index] ?? 0))) {
    for (const [index, most] of wanted.entries()) {
      const share = shares[index] ?? 0;
      if (left === 0 || share >= most) continue;
      shares[index] = share + 1;
      left -= 1;
    }
  }
  return shares;
}

/** So much of a part as there is room for; the chosen line is always within. */
function block({ heading, lines, chosen }: Shown, share: number): string[] {
  const hidden = lines.length - share;
  const count = hidden > 0 ? ` (${lines.length})` : '';
  const first = Math.max(0, Math.min(chosen - share + 1, hidden));
  const shown = lines.slice(first, first + share).map((line, index) => {
    return index + first === chosen ? `${shaded('bold', '›')}${line.slice(1)}` : line;
  });
  return ['', shaded('dim', heading + count), ...shown];
}

function one(
  view: Extract<View, { kind: 'commit' }>,
  { columns, rows: room }: Size,
  nowMs: number,
): string[] {
  const { document, commit, part, log, scrolled, isAlone } = view;
  if (document === null) {
    return [
      isAlone ? `${short(commit)}: waiting until it is handed over` : 'asking the dispatcher…',
    ];
  }
  if (part === 'log') {
    const end = Math.max(room - 1, log.length - scrolled);
    const [title = ''] = commitLines(document, nowMs, columns);
    return [title, ...log.slice(Math.max(0, end - room + 1), end)];
  }
  const lines = part === 'jobs' ? commitLines(document, nowMs, columns) : storyLines(document);
  return lines.slice(Math.min(scrolled, Math.max(0, lines.length - room)));
}
