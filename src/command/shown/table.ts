/**
 * Owns rows whose cells stand below each other, each column as wide as the widest of its cells. Where that
 * is too much for the terminal, the widest columns, which hold what anybody wrote, give way.
 */

import { fitted, widthOf } from '../screen/cells.js';

/** A column keeps at least so much. */
const columnLeast = 12;

const gap = '  ';

/** A column that is empty in all rows is left out. */
export function table(
  rows: readonly (readonly string[])[],
  columns = Number.POSITIVE_INFINITY,
  indent = gap,
): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const wanted = Array.from({ length: count }, (_, at) =>
    Math.max(...rows.map((row) => widthOf(row[at] ?? ''))),
  );
  const shown = wanted.flatMap((width, at) => (width === 0 ? [] : [at]));
  const room = columns - indent.length - gap.length * (shown.length - 1);
  const widths = narrowed(wanted, room);
  return rows.map((row) => {
    const cells = shown.map((at) => fitted(row[at] ?? '', widths[at] ?? 0));
    return `${indent}${cells.join(gap)}`.trimEnd();
  });
}

/** The widest gives way, column by column. */
function narrowed(wanted: readonly number[], room: number): number[] {
  const widths = [...wanted];
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= columnLeast) break;
    widths[widths.indexOf(widest)] = widest - 1;
    excess -= 1;
  }
  return widths;
}
