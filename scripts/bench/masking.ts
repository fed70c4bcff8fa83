/**
 * Owns what it costs to keep secrets out of logs: 100 MB of a build's output written to a file as a
 * runner does it, with and without ten secrets that are looked for.
 */

import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Masks } from '../../src/test-runner/masking/masks.js';
import type { Benchmark, Figure } from './figures.js';
import { timed } from './floors.js';
import { inRoom } from './room.js';

const outputBytes = 100 * 1_024 * 1_024;

/** What a pipe gives at once. */
const chunkBytes = 65_536;

const secrets = 10;
const secretCharacters = 40;
const rounds = 5;

export const masking: Benchmark = {
  name: 'masking',
  says: `${outputBytes / 1_024 / 1_024} MB of output with ${secrets} secrets, and without`,
  run: () =>
    inRoom(async ({ folder }) => {
      const values = Object.fromEntries(
        Array.from({ length: secrets }, (_, number) => [`secret-${number}`, secretOf(number)]),
      );
      const chunks = outputOf(Object.values(values));
      const write = (masks: Masks) => () => writeAll(join(folder, 'log'), chunks, masks);
      const floor: Figure = await timed('written, without secrets', write(new Masks()), rounds);
      const masked = await timed(
        `written, with ${secrets} secrets`,
        write(new Masks(values)),
        rounds,
      );
      const lost = writeAll(join(folder, 'log'), chunks, new Masks(values));
      return {
        figures: [{ ...masked, floor }],
        floors: [floor],
        notes: [
          'Each secret is looked for in some fifteen spellings, and stands in each megabyte once.',
        ],
        violations: lost === outputBytes ? ['nothing was masked'] : [],
      };
    }),
};

/** Answers how many bytes were written. */
function writeAll(path: string, chunks: readonly Buffer[], masks: Masks): number {
  rmSync(path, { force: true });
  const file = openSync(path, 'w');
  const masker = masks.forOutput();
  let bytes = 0;
  for (const chunk of chunks) bytes += writeSync(file, masker?.push(chunk) ?? chunk);
  if (masker !== null) bytes += writeSync(file, masker.flush());
  closeSync(file);
  return bytes;
}

/** The same at each run: letters and digits, as tokens are. */
function secretOf(number: number): string {
  let seed = number + 1;
  return Array.from({ length: secretCharacters }, () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return (seed % 36).toString(36);
  }).join('');
}

/** Lines as a compiler or a test prints them, and each secret once a megabyte. */
function outputOf(values: readonly string[]): Buffer[] {
  const lines = Array.from({ length: 400 }, (_, number) => {
    const seed = (number * 7_919) % 9_973;
    return `[${seed}/9973] CC src/module-${number}/part_${seed % 89}.c -o build/${seed}.o  (${seed % 61} ms)\n`;
  }).join('');
  const megabyte = Buffer.alloc(1_024 * 1_024, lines);
  for (const [index, value] of values.entries()) megabyte.write(`token=${value}\n`, index * 99_991);
  const chunks: Buffer[] = [];
  for (let at = 0; at < outputBytes; at += chunkBytes) {
    chunks.push(megabyte.subarray(at % megabyte.length, (at % megabyte.length) + chunkBytes));
  }
  return chunks;
}
