/**
 * Owns where in our sources something was thrown. A program is built as one file; beside it lies the
 * map that leads back. Where there is none, as in the package, a trace stays as it is.
 */

import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const placePattern = /(file:\/\/[^\s()]+\.js):(\d+):(\d+)/g;

/** The trace of an error, with the places of our sources for those of what was built of them. */
export function traceInSources(trace: string): string {
  return trace.replace(placePattern, (place, url: string, line: string, column: string) => {
    const origin = mapOf(url)?.findOrigin(Number(line), Number(column));
    if (origin === undefined || !('fileName' in origin)) return place;
    const file = fileURLToPath(new URL(origin.fileName, url));
    return `${file}:${origin.lineNumber}:${origin.columnNumber}`;
  });
}

function mapOf(url: string): SourceMap | null {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')));
  } catch {
    // Who tells of an error is not to fail with another.
    return null;
  }
}
