/**
 * Owns where in a drawing each of the things lies that need one another: in a column right of all that it
 * needs, beside what it comes from. A line that crosses a column has a row of its own there, so that it
 * runs behind nothing. Pure.
 */

export interface Needing {
  readonly id: number;
  readonly needs: readonly number[];
}

/** Rows may be halves: a column that is shorter is centred. */
export interface Spot {
  readonly column: number;
  readonly row: number;
}

export interface Layout {
  readonly spots: ReadonlyMap<number, Spot>;
  /** From the one that is needed to the one that needs it, by way of the columns between. */
  readonly edges: readonly {
    readonly from: number;
    readonly to: number;
    readonly by: readonly Spot[];
  }[];
  readonly columns: number;
  readonly rows: number;
}

/** A node, or where the edge to a node crosses a column. */
interface Cell {
  readonly key: string;
  readonly from: readonly string[];
}

export function layoutOf(all: readonly Needing[]): Layout {
  const known = new Set(all.map(({ id }) => id));
  const nodes = all.map(({ id, needs }) => ({ id, needs: needs.filter((one) => known.has(one)) }));
  const columnOf = columnsOf(nodes);
  const columns: Cell[][] = Array.from({ length: Math.max(0, ...columnOf.values()) + 1 }, () => []);
  for (const { id, needs } of nodes) {
    const column = columnOf.get(id) ?? 0;
    const from = needs.map((need) => keyBefore(need, id, column, columnOf));
    columns[column]?.push({ key: String(id), from });
    for (const need of needs) {
      for (const between of columnsBetween(need, id, columnOf)) {
        const before = keyBefore(need, id, between, columnOf);
        columns[between]?.push({ key: crossing(need, id, between), from: [before] });
      }
    }
  }
  const rows = Math.max(0, ...columns.map((column) => column.length));
  const placed = placedIn(columns, rows);
  const spotOf = (key: string) => placed.get(key) ?? { column: 0, row: 0 };
  const spots = new Map(nodes.map(({ id }) => [id, spotOf(String(id))]));
  const edges = nodes.flatMap(({ id, needs }) =>
    needs.map((from) => {
      const between = columnsBetween(from, id, columnOf);
      return { from, to: id, by: between.map((column) => spotOf(crossing(from, id, column))) };
    }),
  );
  return { spots, edges, columns: columns.length, rows };
}

/** Column by column, each ordered by where in the one before its cells come from. */
function placedIn(columns: readonly Cell[][], rows: number): Map<string, Spot> {
  const placed = new Map<string, Spot>();
  for (const [column, cells] of columns.entries()) {
    const mean = ({ from }: Cell) =>
      from.reduce((sum, key) => sum + (placed.get(key)?.row ?? 0), 0) / Math.max(1, from.length);
    const ordered = cells.toSorted((one, other) => mean(one) - mean(other));
    for (const [place, { key }] of ordered.entries()) {
      placed.set(key, { column, row: place + (rows - cells.length) / 2 });
    }
  }
  return placed;
}

function columnsBetween(from: number, to: number, columnOf: ReadonlyMap<number, number>): number[] {
  const first = (columnOf.get(from) ?? 0) + 1;
  const count = Math.max(0, (columnOf.get(to) ?? 0) - first);
  return Array.from({ length: count }, (_, index) => first + index);
}

/** What lies on the way from one to the other in the column before. */
function keyBefore(
  from: number,
  to: number,
  column: number,
  columnOf: ReadonlyMap<number, number>,
): string {
  return columnOf.get(from) === column - 1 ? String(from) : crossing(from, to, column - 1);
}

function crossing(from: number, to: number, column: number): string {
  return `${from}→${to} ${column}`;
}

/** The length of the longest way to each. A circle, which no plan has, would end it all the same. */
function columnsOf(nodes: readonly Needing[]): ReadonlyMap<number, number> {
  const columns = new Map(nodes.map(({ id }) => [id, 0]));
  for (let round = 0; round < nodes.length; round += 1) {
    let hasChanged = false;
    for (const { id, needs } of nodes) {
      const column = Math.max(0, ...needs.map((need) => (columns.get(need) ?? 0) + 1));
      if (column === columns.get(id) || column >= nodes.length) continue;
      columns.set(id, column);
      hasChanged = true;
    }
    if (!hasChanged) break;
  }
  return columns;
}
