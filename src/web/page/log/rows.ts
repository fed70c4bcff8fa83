/**
 * Owns the scrolled rows of a log: which of them are mounted, and that they stay where the reader is. Of a
 * log of up to 5,000 lines all are, so that the browser's own search and selection reach them; of a longer
 * one those around the view.
 * Follows the end as long as its reader does not scroll up; whether he did is known from his wheel and from
 * scroll events, never by looking while drawing.
 */

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Element, html } from '../html.js';
import { heading, rowOf } from './row.js';
import { type Extent, mountedFrom, placeOf, rowAt, scrollTopFor, spacerPx } from './scroller.js';
import type { Viewer } from './viewer.js';

/** As log.css has it. */
const rowPx = 20;

const plainMost = 5_000;

/** Mounted above and below what is seen: a flick of the wheel. */
const beyond = 40;

/** Rows are mounted anew only when so many have passed; between, they are only moved. */
const stepRows = 20;

/** How near the end counts as its end. */
const nearPx = 4;

export function Rows({ viewer }: { readonly viewer: Viewer }) {
  const scroller = useRef<HTMLDivElement>(null);
  const placed = useRef<HTMLDivElement>(null);
  const [row, setRow] = useState(0);
  const viewPx = useHeight(scroller);
  const { source } = viewer;
  const folding = viewer.folding.value;
  const total = source.outline.value?.total ?? 0;
  void source.arrived.value;
  const isPlain = total <= plainMost;
  const wraps = viewer.wraps.value;
  const extent = { rows: folding.rows, rowPx, viewPx };
  // Of rows that wrap nobody knows the height: the first that is seen is the first that is mounted.
  const step = wraps ? 1 : stepRows;
  const mounted = isPlain
    ? { first: 0, end: extent.rows }
    : mountedFrom(row, step, extent, wraps ? 0 : beyond);
  const lines = Array.from({ length: mounted.end - mounted.first }, (_, index) =>
    folding.lineAt(mounted.first + index),
  );
  useEffect(() => source.want(lines.filter((line) => folding.foldAt(line) === undefined)));
  useTarget(viewer, scroller, extent, isPlain);
  // Where lines wrap the last row must be reached although rows are higher than counted.
  const isEnd = wraps && mounted.end === extent.rows && mounted.first > 0;
  const place = () => {
    if (placed.current === null || scroller.current === null) return;
    const atPx = placeOf(mounted.first, scroller.current.scrollTop, extent);
    placed.current.style.transform = isEnd ? '' : `translateY(${atPx}px)`;
    placed.current.style.bottom = isEnd ? '0' : '';
  };
  useLayoutEffect(() => {
    const element = scroller.current;
    if (viewer.isFollowing.value && element !== null) element.scrollTop = element.scrollHeight;
    place();
  });
  const last = useRef(0);
  const onScroll = () => {
    const element = scroller.current;
    if (element === null) return;
    const { scrollTop: now, clientHeight, scrollHeight } = element;
    const isAtEnd = now + clientHeight >= scrollHeight - nearPx;
    if (now < last.current - nearPx && !isAtEnd) viewer.isFollowing.value = false;
    if (now > last.current && isAtEnd && isLive(viewer)) viewer.isFollowing.value = true;
    last.current = now;
    viewer.top = isPlain ? lineAtTop(element) : folding.lineAt(rowAt(now, extent, 1));
    if (isPlain) return;
    place();
    setRow(rowAt(now, extent, step));
  };
  return html`<div
    class="log ${wraps ? 'wraps' : ''} ${viewer.showsTimes.value ? 'timed' : ''}"
    ref=${scroller}
    role="log"
    aria-live="off"
    aria-label="Log"
    tabindex="0"
    onScroll=${onScroll}
    onWheel=${(event: WheelEvent) => {
      if (event.deltaY < 0) viewer.isFollowing.value = false;
    }}
    onClick=${(event: MouseEvent) => chooseBy(event, viewer)}
  >
    ${
      isPlain
        ? html`<div class="lines">${lines.map((line) => drawn(viewer, line))}</div>`
        : html`<div class="spacer" style=${{ height: `${spacerPx(extent)}px` }}>
            <div class="lines placed" ref=${placed}>${lines.map((line) => drawn(viewer, line))}</div>
          </div>`
    }
  </div>`;
}

function drawn(viewer: Viewer, number: number): Element {
  const { source, range, current, errors, finds, showsTimes } = viewer;
  const folding = viewer.folding.value;
  const fold = folding.foldAt(number);
  const chosen = range.value;
  const about = {
    number,
    isError: errors.value.has(number),
    isChosen: chosen !== null && number >= chosen.first && number <= chosen.last,
    isCurrent: current.value === number,
    showsTimes: showsTimes.value,
  };
  if (fold !== undefined) {
    const lines = (fold.to ?? source.outline.value?.total ?? fold.from) - fold.from;
    return heading({
      ...{ ...about, fold, isOpen: folding.isOpen(fold), errors: folding.errorsIn(fold) },
      lines: fold.isMarked ? lines - 1 : lines,
      toggle: () => viewer.toggle(fold),
    });
  }
  const rawUrl = `${source.url}/raw`;
  return rowOf({ ...about, line: source.line(number), query: finds.value?.query ?? '', rawUrl });
}

/** Goes where the viewer wants, once for each wish. */
function useTarget(
  viewer: Viewer,
  scroller: { readonly current: HTMLDivElement | null },
  extent: Extent,
  isPlain: boolean,
): void {
  const target = viewer.target.value;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || target === null) return;
    if (target.line === 'first') element.scrollTop = 0;
    else if (target.line === 'last') element.scrollTop = element.scrollHeight;
    else if (isPlain) {
      const row = element.querySelector<HTMLElement>(`[data-line="${target.line}"]`);
      const lead = element.clientHeight / 3;
      if (row !== null) element.scrollTop = row.offsetTop - lead;
    } else {
      // Of rows that wrap nobody knows the height: the line comes nearly to the top.
      const lead = viewer.wraps.value ? 2 * rowPx : extent.viewPx / 3;
      const top = viewer.folding.value.rowOf(target.line) * rowPx - lead;
      element.scrollTop = scrollTopFor(top, extent);
    }
  }, [target?.serial]);
}

/** A click on a line's number chooses it; with Shift, the lines up to it. */
function chooseBy(event: MouseEvent, viewer: Viewer): void {
  const number = event.target instanceof Element ? event.target.closest('a.number') : null;
  if (number === null || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const line = Number(number.getAttribute('data-number'));
  const chosen = viewer.range.value;
  const isAgain = chosen?.first === line && chosen.last === line;
  viewer.choose(isAgain ? null : line, event.shiftKey);
}

function lineAtTop(scroller: HTMLElement): number {
  const rows = scroller.querySelector('.lines')?.children ?? [];
  let [low, high] = [0, rows.length - 1];
  const offsetTop = (row: globalThis.Element | undefined) =>
    row instanceof HTMLElement ? row.offsetTop : 0;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (offsetTop(rows[middle]) <= scroller.scrollTop) low = middle;
    else high = middle - 1;
  }
  return Number(rows[low]?.getAttribute('data-line') ?? 1);
}

function isLive(viewer: Viewer): boolean {
  return viewer.source.outline.value?.isOver === false;
}

/** How high that element is by now. */
function useHeight(of: { readonly current: HTMLElement | null }): number {
  const [height, setHeight] = useState(800);
  useLayoutEffect(() => {
    const element = of.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    setHeight(element.clientHeight);
    return () => observer.disconnect();
  }, []);
  return height;
}
