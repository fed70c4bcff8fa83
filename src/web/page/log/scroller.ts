/**
 * Owns the arithmetic of a list that is longer than an element may be high: browsers end at 16.7 million
 * pixels, which is 840,000 lines. Beyond that a pixel that is scrolled stands for more than one of the
 * list. Pure.
 *
 *     list   |0 ................................ top ..[view].. rows × rowPx|
 *     spacer |0 ............ scrollTop ..[view].. 16,000,000|
 */

/** Somewhat below what Chrome and Firefox can do. */
const spacerMostPx = 16_000_000;

export interface Extent {
  readonly rows: number;
  readonly rowPx: number;
  /** What is seen at once. */
  readonly viewPx: number;
}

/** How high what is scrolled is. */
export function spacerPx({ rows, rowPx }: Extent): number {
  return Math.min(spacerMostPx, rows * rowPx);
}

/** Where in the list the view begins. */
export function topAt(scrollTop: number, extent: Extent): number {
  return Math.max(0, Math.min(scrollTop * scaleOf(extent), lastTop(extent)));
}

/** How far to scroll so that the view begins there. */
export function scrollTopFor(top: number, extent: Extent): number {
  return Math.max(0, Math.min(top, lastTop(extent))) / scaleOf(extent);
}

/** The first row that is seen, counted in steps of so many. */
export function rowAt(scrollTop: number, extent: Extent, step: number): number {
  const row = Math.floor(topAt(scrollTop, extent) / extent.rowPx);
  return row - (row % step);
}

/** The rows to be mounted while the first that is seen is one of that step: some more on both sides. */
export function mountedFrom(
  row: number,
  step: number,
  { rows, rowPx, viewPx }: Extent,
  beyond: number,
): { readonly first: number; readonly end: number } {
  const first = Math.max(0, Math.min(row, rows - 1) - beyond);
  return { first, end: Math.min(rows, row + step + Math.ceil(viewPx / rowPx) + beyond) };
}

/** Where in the spacer that row stands. */
export function placeOf(row: number, scrollTop: number, extent: Extent): number {
  return scrollTop + row * extent.rowPx - topAt(scrollTop, extent);
}

/** Pixels of the list for one that is scrolled; both ends of both coincide. */
function scaleOf(extent: Extent): number {
  const last = spacerPx(extent) - extent.viewPx;
  return last <= 0 ? 1 : Math.max(1, lastTop(extent) / last);
}

function lastTop({ rows, rowPx, viewPx }: Extent): number {
  return Math.max(0, rows * rowPx - viewPx);
}
