/**
 * Owns `trivet convert`: a file of Drone's written in our language, beside it. What is there
 * already is never overwritten.
 */

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { convert } from '../workflow/convert.js';
import { exitCodes, UsageError } from '../world/exit.js';
import { makeFolder, writeAtomically } from '../world/files.js';
import { readFlags } from '../world/flags.js';
import { inShort } from './findings.js';
import { readSource } from './work-tree.js';

const flags = {
  print: { type: 'boolean', default: false, describe: 'print it instead' },
} as const;

/** Answers the exit code. */
export async function convertFile(argv: readonly string[]): Promise<number> {
  const read = readFlags(
    {
      program: 'trivet convert',
      purpose: 'Writes a .drone.yml as .trivet.yml, or as several files in .trivet/.',
      flags,
      argument: { name: 'file', describe: 'the file (default: .drone.yml)', isMany: false },
    },
    argv,
  ) as { print: boolean; file?: string } | null;
  if (read === null) return exitCodes.fine;
  const source = readSource(process.cwd(), read.file ?? '.drone.yml');
  const { files, findings } = convert(source);
  process.stderr.write(inShort(findings));
  if (findings.some(({ severity }) => severity === 'error')) return exitCodes.usage;
  const folder = dirname(resolve(source.path));
  const taken = files.find(({ path }) => existsSync(join(folder, path)));
  if (taken !== undefined && !read.print) {
    throw new UsageError(`${taken.path} is there already: move it away, or say --print.`);
  }
  for (const { path, text } of files) {
    if (read.print) {
      process.stdout.write(files.length === 1 ? text : `# ${path}\n${text}\n`);
      continue;
    }
    makeFolder(dirname(join(folder, path)));
    writeAtomically(join(folder, path), text);
    process.stdout.write(`${path} written\n`);
  }
  return exitCodes.fine;
}
