/**
 * Owns a long list of rows of one height, of which only those in view are there; the room of the others is
 * kept free above and below them.
 */

import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Drawn above and below what is seen. */
const beyond = 12;

/** Rows that are seen beyond the one that is revealed. */
const margin = 1;

export interface Windowed {
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** The rows that are there: from the first to before the end. */
  readonly first: number;
  readonly end: number;
  /** Free room, in pixels. */
  readonly abovePx: number;
  readonly belowPx: number;
  readonly onScroll: () => void;
  /** Scrolls as little as it takes until that row is seen. */
  readonly reveal: (row: number) => void;
}

export function useWindowed(rows: number, rowPx: number): Windowed {
  const scroller = useRef<HTMLDivElement>(null);
  const [{ top, height }, setSeen] = useState({ top: 0, height: 600 });
  const look = () => {
    const element = scroller.current;
    if (element === null) return;
    const seen = { top: Math.floor(element.scrollTop / rowPx), height: element.clientHeight };
    setSeen((before) => (before.top === seen.top && before.height === seen.height ? before : seen));
  };
  useEffect(() => {
    const watcher = new ResizeObserver(look);
    if (scroller.current !== null) watcher.observe(scroller.current);
    return () => watcher.disconnect();
  }, [rowPx]);
  const first = Math.max(0, Math.min(top - beyond, rows - 1));
  const end = Math.min(rows, top + Math.ceil(height / rowPx) + beyond);
  const reveal = (row: number) => {
    const element = scroller.current;
    if (element === null || row < 0) return;
    const lowest = (row + 1 + margin) * rowPx - element.clientHeight;
    element.scrollTop = Math.min(Math.max(element.scrollTop, lowest), (row - margin) * rowPx);
    look();
  };
  const [abovePx, belowPx] = [first * rowPx, Math.max(0, rows - end) * rowPx];
  return { scroller, first, end, abovePx, belowPx, onScroll: look, reveal };
}
