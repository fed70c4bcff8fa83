/**
 * Owns the cells of a matrix. They are read before values are put into the text, for the axes are
 * among those values; so what stands in `${…}` is blanked out first.
 */

import { jobsOfCommitMax } from '../protocol/limits.js';
import { check } from './check.js';
import { error, type Remark } from './finding.js';
import { matrix } from './schema.js';
import { treesOf } from './tree.js';

/** A value for each axis; empty where there is no matrix. */
export type Cell = Readonly<Record<string, string>>;

/** The cells of a file: one, empty, where it has no matrix. */
export function cellsOf(text: string): {
  readonly cells: readonly Cell[];
  readonly remarks: readonly Remark[];
} {
  const none = { cells: [{}], remarks: [] };
  if (!/^["']?matrix\b/m.test(text)) return none;
  const blanked = text.replace(/\$\{[^}\n]*\}/g, (written) => '_'.repeat(written.length));
  const { trees } = treesOf(blanked, true);
  const tree = trees.find(({ value }) => matrixIn(value) !== undefined);
  // What is wrong with the file is told of the text with its values in it.
  if (tree === undefined) return none;
  const { value } = check(matrix, {
    value: matrixIn(tree.value),
    at: (path) => tree.at(['matrix', ...path]),
    atKey: (path) => tree.atKey(['matrix', ...path]),
  });
  if (value === null) return none;
  const rows = (value['include'] ?? []).filter((row): row is Cell => typeof row === 'object');
  const cells = rows.length > 0 ? rows : product(axesOf(value));
  if (cells !== null && cells.length <= jobsOfCommitMax) return { cells, remarks: [] };
  const says = `The matrix has more than ${jobsOfCommitMax} cells, the most jobs of one commit.`;
  return { cells: [], remarks: [error(tree.atKey(['matrix']), says)] };
}

function matrixIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as { matrix?: unknown }).matrix ?? undefined;
}

type Axis = readonly [name: string, values: readonly string[]];

function axesOf(written: Readonly<Record<string, readonly unknown[]>>): Axis[] {
  return Object.entries(written)
    .map(([name, values]): Axis => [name, values.filter((value) => typeof value === 'string')])
    .filter(([, values]) => values.length > 0)
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Every combination, the first axis varying slowest; null where they are too many. */
function product(axes: readonly Axis[]): Cell[] | null {
  const count = axes.reduce((product, [, values]) => product * values.length, 1);
  if (count > jobsOfCommitMax) return null;
  return axes.reduce<Cell[]>(
    (cells, [name, values]) =>
      cells.flatMap((cell) => values.map((value) => ({ ...cell, [name]: value }))),
    [{}],
  );
}

/** ` (go=1.22, os=linux)`, as a job's name ends; empty without a matrix. */
export function cellSuffix(cell: Cell): string {
  const axes = Object.entries(cell).map(([name, value]) => `${name}=${value}`);
  return axes.length === 0 ? '' : ` (${axes.join(', ')})`;
}
