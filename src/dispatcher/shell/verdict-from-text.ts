/**
 * Owns the reading of a classic result, whose only verdict is its text: what Python's unittest
 * printed. Its last line is `OK`, `OK (skipped=1)` or `FAILED (failures=2)`.
 */

import { plain } from '../../protocol/characters.js';
import type { Report } from '../../protocol/job-bodies.js';

/** A classic runner's output as a report. Where it says neither, the suite could not be judged. */
export function reportFromText(output: Uint8Array): Report {
  const tail = Buffer.from(output.subarray(-tailBytes)).toString('utf8').trimEnd();
  const lastLine = tail.slice(tail.lastIndexOf('\n') + 1).trim();
  const base = { exitCode: null, signal: null, logBytes: output.byteLength, durationMs: 0 };
  if (/^OK\b/.test(lastLine)) return { ...base, end: 'passed', reason: '' };
  if (/^FAILED\b/.test(lastLine)) {
    return { ...base, end: 'failed', reason: plain(lastLine, reasonCharactersMax) };
  }
  return { ...base, end: 'errored', reason: 'the classic result says neither OK nor FAILED' };
}

/** The last line is short; a megabyte without a newline need not be searched. */
const tailBytes = 4_096;

const reasonCharactersMax = 500;
