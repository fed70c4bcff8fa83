/**
 * Owns where on an axis of time a moment lies. Stretches in which nothing went on, as between a verdict
 * and a re-run the day after, are cut short. Pure.
 */

export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** `at` runs from 0 to 1. */
export interface Mark {
  readonly at: number;
  readonly says: string;
}

export interface Axis {
  /** From 0 to 1; what lies outside is at the nearer end. */
  place(atMs: number): number;
  readonly ticks: readonly Mark[];
  /** Where something was cut out, and how much. */
  readonly cuts: readonly Mark[];
}

/** A rest is cut if it is longer than this part of all that was busy. */
const cutFrom = 0.5;

/** What stays of it. */
const cutShare = 0.04;

/** So many ticks at most, for a narrow screen too. */
const ticksMost = 5;

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Distances of ticks that people count in. */
const distances = [
  ...[100, 200, 500].map((ms) => ms),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7].map((n) => n * day),
];

/** An axis over these spans; one that is empty is still a millisecond long. */
export function axisOver(spans: readonly Span[]): Axis {
  const pieces = busyPieces(spans);
  const [first] = pieces;
  const last = pieces.at(-1);
  if (first === undefined || last === undefined) return { place: () => 0, ticks: [], cuts: [] };
  const busyMs = pieces.reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0);
  const perMs = (1 - cutShare * (pieces.length - 1)) / Math.max(1, busyMs);
  const placed: { readonly piece: Span; readonly from: number }[] = [];
  let from = 0;
  for (const piece of pieces) {
    placed.push({ piece, from });
    from += (piece.untilMs - piece.fromMs) * perMs + cutShare;
  }
  const place = (atMs: number) => {
    const lies = placed.findLast(({ piece }) => piece.fromMs <= atMs) ?? placed[0];
    if (lies === undefined) return 0;
    const { piece } = lies;
    const withinMs = Math.min(Math.max(atMs, piece.fromMs), piece.untilMs) - piece.fromMs;
    return Math.min(1, lies.from + withinMs * perMs);
  };
  const cuts = placed.slice(1).map(({ piece, from }, index) => ({
    at: from - cutShare / 2,
    says: `${tickWords(piece.fromMs - (pieces[index]?.untilMs ?? 0))} later`,
  }));
  const ticks =
    pieces.length === 1
      ? ticksOver(first, place)
      : placed.map(({ piece, from }) => ({ at: from, says: clockTime(piece.fromMs) }));
  return { place, ticks, cuts };
}

/** The spans, merged where they touch or the rest between them is short. */
function busyPieces(spans: readonly Span[]): Span[] {
  const sorted = spans.toSorted((one, other) => one.fromMs - other.fromMs);
  const merged = mergedWithin(sorted, 0);
  const busyMs = merged.reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0);
  return mergedWithin(merged, Math.max(second, busyMs * cutFrom));
}

function mergedWithin(sorted: readonly Span[], restMs: number): Span[] {
  const merged: Span[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last === undefined || span.fromMs > last.untilMs + restMs) merged.push(span);
    else {
      const untilMs = Math.max(last.untilMs, span.untilMs);
      merged[merged.length - 1] = { fromMs: last.fromMs, untilMs };
    }
  }
  return merged;
}

function ticksOver({ fromMs, untilMs }: Span, place: (atMs: number) => number): Mark[] {
  const lengthMs = untilMs - fromMs;
  const apartMs = distances.find((ms) => lengthMs / ms <= ticksMost) ?? lengthMs / ticksMost;
  const count = Math.floor(lengthMs / apartMs);
  return Array.from({ length: count + 1 }, (_, index) => ({
    at: place(fromMs + index * apartMs),
    says: tickWords(index * apartMs),
  }));
}

/** `0`, `500 ms`, `5 s`, `1 min 30 s`, `2 h`. */
export function tickWords(ms: number): string {
  if (ms === 0) return '0';
  if (ms < second) return `${ms} ms`;
  const parts = [
    [Math.floor(ms / day), 'd'],
    [Math.floor((ms % day) / hour), 'h'],
    [Math.floor((ms % hour) / minute), 'min'],
    [Math.floor((ms % minute) / second), 's'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).slice(0, 2);
  return told.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

function clockTime(atMs: number): string {
  return new Date(atMs).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}
