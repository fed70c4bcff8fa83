/**
 * Owns `trivet lint`: what is wrong with workflow files, for every event that there could be, with
 * the line in question below each sentence.
 */

import { explained, type Finding } from '../workflow/finding.js';
import { events, type Occasion } from '../workflow/occasion.js';
import { planCommit } from '../workflow/plan.js';
import type { SourceFile } from '../workflow/sources.js';
import { exitCodes } from '../world/exit.js';
import { readFlags } from '../world/flags.js';
import { harmless } from '../world/harmless.js';
import { headOf, readSource, workflowFiles } from './work-tree.js';

const flags = {
  json: { type: 'boolean', default: false, describe: 'a list of findings for programs' },
  strict: { type: 'boolean', default: false, describe: 'a warning is an error, too' },
} as const;

/** Answers the exit code. */
export async function lint(argv: readonly string[]): Promise<number> {
  const read = readFlags(
    {
      program: 'trivet lint',
      purpose:
        'Checks workflow files, or those of the work tree, and explains what is wrong with them.',
      flags,
      argument: { name: 'file', describe: '', isMany: true },
    },
    argv,
  ) as { json: boolean; strict: boolean; file: readonly string[] } | null;
  if (read === null) return exitCodes.fine;
  const { top, occasion } = await headOf(process.cwd());
  const files =
    read.file.length > 0
      ? read.file.map((path) => readSource(process.cwd(), path))
      : workflowFiles(top);
  const findings = findingsIn(files, occasion);
  const text = read.json
    ? `${JSON.stringify(findings, null, 2)}\n`
    : `${[...findings.flatMap((each) => explained(each, files)).map(harmless), summary(files, findings)].join('\n')}\n`;
  process.stdout.write(text);
  const isWrong = findings.some(({ severity }) => read.strict || severity === 'error');
  return isWrong ? exitCodes.usage : exitCodes.fine;
}

/** What is wrong with the files is so whatever HEAD says; an empty one would hide what a word brings. */
const anyMessage = 'Change';

/** Each finding once, whatever event brings it about, as the files have them from top to bottom. */
function findingsIn(files: readonly SourceFile[], occasion: Occasion): Finding[] {
  const found = events.flatMap(
    (event) => planCommit(files, { ...occasion, event, message: anyMessage }).findings,
  );
  const distinct = [...new Map(found.map((each) => [JSON.stringify(each), each])).values()];
  const order = (a: Finding, b: Finding) => a.line - b.line || a.column - b.column;
  return files.flatMap(({ path }) => distinct.filter(({ file }) => file === path).toSorted(order));
}

function summary(files: readonly SourceFile[], findings: readonly Finding[]): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  return `${counted(files.length, 'file')}, ${counted(errors, 'error')}, ${counted(warnings, 'warning')}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
