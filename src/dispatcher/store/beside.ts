/**
 * Owns the names of what readers keep beside a log (src/web/logs). Never what is in it: that goes with the
 * log, and can be made anew.
 */

/** Where a reader may keep what it knows of that log's lines. */
export function indexBeside(path: string): string {
  return `${path}.lines`;
}

/** Where it may keep when they came. */
export function timesBeside(path: string): string {
  return `${path}.times`;
}

/** A log, and what is beside it. */
export function withBeside(path: string): string[] {
  return [path, indexBeside(path), timesBeside(path)];
}
