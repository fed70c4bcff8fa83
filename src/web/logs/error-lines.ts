/**
 * Owns the rule by which a line of a log counts as an error: where a red run is opened, and what
 * `n` and `p` go to. It is a rule about texts, so it errs; rather too few lines than too many.
 *
 * A line is an error if, colours aside, it has one of:
 * - a word that is or ends in `error`, followed by a colon, by a code (`error[E0308]`, `error TS2322`)
 *   or by the line's end: `src/a.c:3:1: error: …`, `TypeError: …`, `AssertionError`; but not `no error`
 * - `FAIL`, `FAILED`, `FAILURE` or `FAILURES` in capitals, but not beside a zero: `--- FAIL: TestSum`
 * - `not ok` at its beginning, unless TAP expects it (`# TODO`, `# SKIP`)
 * - one of ✗ ✘ ✖ ✕ × ❌ at its beginning
 * - `panicked at`, `Traceback (most recent call last)`, `Segmentation fault`, `command not found`
 * - `fatal:`, `##[error]`, `::error`, `make: ***` or `npm ERR!` at its beginning
 *
 * Invariants: in each line that is an error there is one of `stems`; no pattern takes longer than
 * the line is long.
 */

import { visible } from '../page/log/sgr.js';

/** So much of a line is looked at. */
export const judgedBytesMax = 4_096;

const patterns = [
  /(?<!\b(?:no|any|without|0) +)(?:(?<![\p{L}\p{N}-])error|Error|(?<!\p{L})ERROR)(?::(?! *0\b)|\[| [A-Z]{1,6}[0-9]+\b| \[[A-Z_]+\]:|$)/u,
  /(?<![\p{L}\p{N}_-])(?<!\b0 +)FAIL(?:ED|URES?)?(?![\p{L}\p{N}_-])(?!:?[ =]*0\b)/u,
  /^ *not ok\b(?!.*# ?(?:TODO|SKIP|todo|skip))/,
  /^[ │|]*[✗✘✖✕×❌](?:\s|$)/u,
  /panicked at|Traceback \(most recent call last\)|Segmentation fault|command not found/,
  /^ *(?:fatal: |##\[error\]|::error\b)|^make(?:\[[0-9]+\])?: \*\*\* |^npm (?:ERR!|error) /,
];

export function isErrorLine(text: string): boolean {
  const seen = visible(text).trimEnd();
  return patterns.some((pattern) => pattern.test(seen));
}

/** Parts of errors that no colour interrupts. */
const stems = [
  ...['rror', 'RROR', 'ERR!', 'FAIL', 'not ok', 'panicked at', 'Traceback', 'Segmentation fault'],
  ...['fatal:', 'command not found', '***', '✗', '✘', '✖', '✕', '×', '❌'],
].map((text) => Buffer.from(text));

/**
 * Whether one of the parts stands before `to` and behind where was looked last. One search for each
 * part, by what searches bytes fastest, takes half as long as one pattern for all.
 */
export function suspects(lines: Buffer): (to: number) => boolean {
  const find = (stem: Buffer, from: number) => {
    const at = lines.indexOf(stem, from);
    return at === -1 ? lines.length : at;
  };
  const places = stems.map((stem) => find(stem, 0));
  let first = Math.min(...places);
  return (to) => {
    if (first >= to) return false;
    for (const [index, stem] of stems.entries()) {
      if ((places[index] ?? to) < to) places[index] = find(stem, to);
    }
    first = Math.min(...places);
    return true;
  };
}
