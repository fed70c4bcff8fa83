/**
 * Owns what a benchmark hands back and how it is shown: figures, floors, peers, at 80 columns.
 * Never measures. A figure stands beside the floor that was measured in the same run.
 */

export type Unit = 'ms' | 's' | '/s' | 'MB' | '%' | 'µs';

export interface Figure {
  readonly says: string;
  readonly unit: Unit;
  readonly samples: readonly number[];
  /** What it must not exceed (or, for a rate, fall below). */
  readonly target?: number;
  /** What it is compared with: another figure's samples, in the same unit. */
  readonly floor?: Figure;
}

export interface Result {
  readonly figures: readonly Figure[];
  readonly floors?: readonly Figure[];
  /** Peers' published figures, measured on a machine of the same size. */
  readonly peers?: string;
  readonly notes?: readonly string[];
  /** Broken promises: something lost, doubled or altered. Any one makes the exit code 1. */
  readonly violations?: readonly string[];
}

export interface Benchmark {
  readonly name: string;
  /** What it measures, in one line. */
  readonly says: string;
  readonly run: () => Promise<Result>;
}

const columns = { says: 38, value: 10 };
const width = 80;

/** The value that a share of the samples does not exceed. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** A benchmark's table, ready to print. */
export function table(benchmark: Benchmark, result: Result): string {
  const { figures, floors = [], peers, notes = [], violations = [] } = result;
  const head = ['median', 'worst 5%', 'target', '× floor'];
  const lines = [
    `\n${benchmark.name}: ${benchmark.says}`,
    ''.padEnd(columns.says) + head.map((word) => word.padStart(columns.value)).join(''),
    '─'.repeat(width - 1),
    ...figures.map((figure) => line(figure, figure.says)),
    ...floors.map((figure) => line(figure, `floor: ${figure.says}`)),
  ];
  if (peers !== undefined) lines.push(...wrap(`peers: ${peers}`));
  for (const note of notes) lines.push(...wrap(note));
  for (const violation of violations) lines.push(...wrap(`BROKEN: ${violation}`));
  return lines.join('\n');
}

function line({ says, unit, samples, target, floor }: Figure, as = says): string {
  const isRate = unit === '/s';
  const middle = median(samples);
  const worst = quantile(samples, isRate ? 0.05 : 0.95);
  const meets = target === undefined || (isRate ? middle >= target : middle <= target);
  const base = floor === undefined ? Number.NaN : median(floor.samples);
  const cells = [
    show(middle, unit),
    samples.length > 1 ? show(worst, unit) : '',
    target === undefined ? '' : `${isRate ? '≥' : '≤'} ${target} ${unit}`,
    Number.isNaN(base) ? '' : `${(isRate ? base / middle : middle / base).toFixed(1)}`,
  ];
  const name = samples.length > 1 ? `${as} (${samples.length})` : as;
  const row =
    name.padEnd(columns.says) + cells.map((cell) => cell.padStart(columns.value)).join('');
  return meets ? row : `${row} !`;
}

function show(value: number, unit: Unit): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    if (current.length + word.length + 1 > width - 1) {
      lines.push(current);
      current = ' ';
    }
    current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current];
}
