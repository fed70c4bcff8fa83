/**
 * Owns the reports of a run, once its steps have ended: the files that its workflow names, the tests in
 * them, and what the log says of both. A report that is damaged, too large or none is a line in the log:
 * it is read as far as it goes, and changes no verdict.
 */

import type { TestReport } from '../../protocol/tests.js';
import { Masks } from '../masking/masks.js';
import { type Found, findReports, formats, type Wanted } from './find.js';
import { bytesMax, failuresToldMax, readForMs, troublesToldMax } from './limits.js';
import { readReport } from './read.js';
import { Tally } from './tally.js';

export interface Collected {
  /** Null: no report told of any test. */
  readonly tests: TestReport | null;
  /** For the log. */
  readonly lines: readonly string[];
}

/**
 * Reads what there is in the checkout, whose processes have ended. `workspace`: where the checkout was
 * to these processes.
 */
export async function collectReports(
  folder: string,
  wanted: Wanted,
  workspace = folder,
  masks = new Masks(),
): Promise<Collected> {
  const globs = formats.flatMap((format) => wanted[format]);
  if (globs.length === 0) return { tests: null, lines: [] };
  let found: Found;
  try {
    found = await findReports(folder, wanted);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { tests: null, lines: [`reports: the checkout cannot be read (${code ?? message})`] };
  }
  const { files, cutShort } = found;
  if (files.length === 0) {
    return { tests: null, lines: [`reports: no file matches ${globs.join(', ')}`] };
  }
  const tally = new Tally();
  const troubles: string[] = [];
  const untilMs = performance.now() + readForMs;
  const at = { folder, roots: [workspace, folder], mask: (text: string) => masks.in(text) };
  let room = bytesMax;
  for (const file of files) {
    const { bytes, trouble } = await readReport(at, file, { bytesMax: room, untilMs }, tally.take);
    room -= bytes;
    if (trouble !== null) troubles.push(`reports: ${file.path} ${trouble}`);
  }
  if (cutShort !== null) troubles.push(`reports: ${cutShort}`);
  const report = tally.tests === 0 ? null : tally.report();
  return { tests: report, lines: [...summary(report, files.length), ...first(troubles)] };
}

function summary(report: TestReport | null, files: number): string[] {
  const from = files === 1 ? '1 report' : `${files} reports`;
  if (report === null) return [`reports: no test in ${from}`];
  const { passed, failed, skipped, durationMs, failures } = report;
  const tests = passed + failed + skipped;
  const others = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  const seconds = (durationMs / 1_000).toFixed(1);
  const counts = `${tests === 1 ? '1 test' : `${tests} tests`} in ${from}, ${seconds} s`;
  const named = failures.slice(0, failuresToldMax);
  const more = failed - named.length;
  return [
    `reports: ${[counts, ...others].join(', ')}${failed > 0 ? ':' : ''}`,
    ...named.map(told),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function told({ name, message, file, line }: TestReport['failures'][number]): string {
  const place = file === null ? '' : ` (${file}:${line})`;
  return `  ${name}${place}${message === '' ? '' : `: ${message}`}`;
}

function first(troubles: readonly string[]): string[] {
  const more = troubles.length - troublesToldMax;
  return [
    ...troubles.slice(0, troublesToldMax),
    ...(more > 0 ? [`reports: and ${more} more`] : []),
  ];
}
