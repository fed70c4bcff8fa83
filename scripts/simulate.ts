/**
 * Owns `npm run simulate`: worlds made from seeds, one after the other, each with its faults.
 *
 *   npm run simulate                        a thousand seeds
 *   npm run simulate -- --seeds 100000      as many as you like; progress and a table
 *   npm run simulate -- --seed 123          that world again, with its story
 *   npm run simulate -- --seed 123 --record FILE   and what crossed its wire, for the page to open
 *
 * Exit code 0: every law was kept in every world; 1: one was broken; 2: bad flags.
 */

import { writeFileSync } from 'node:fs';
import { lineOf, type WireRecord } from '../src/record/record.js';
import type { Ended } from '../test/simulation/record.js';
import { simulate } from '../test/simulation/world.js';
import { headerOf } from '../test/simulation/world-record.js';
import { file, readCommandLine, refuse, wholeNumber } from './command-line.js';
import { failure, progress, Summary, story, summaryOf } from './simulate/words.js';

const commandLine = {
  script: 'simulate',
  purpose: 'Worlds made from seeds, one after the other, each with its faults.',
  flags: {
    seeds: wholeNumber('how many worlds (default: 1000)', 1, null),
    from: wholeNumber('the first of their seeds (default: 1)', 0, null),
    seed: wholeNumber('that one world again, with its story', 0, null),
    record: file('writes what crossed the wire of that one world, for the page to open'),
  },
};

/** How often one hears how far it is. */
const progressEveryMs = 5_000;

/** So many broken worlds are told of; they are mostly one mistake. */
const toldMost = 20;

process.exitCode = await main();

async function main(): Promise<number> {
  const { seed, seeds, from, record } = readCommandLine(commandLine).flags;
  if (seed === null && record !== null)
    refuse(commandLine, '--record writes one world: name its --seed.');
  if (seed === null) return many(from ?? 1, seeds ?? 1_000);
  if (seeds === null && from === null) return one(seed, record);
  refuse(commandLine, '--seed names one world; --seeds and --from name many: choose.');
}

async function one(seed: number, file: string | null): Promise<number> {
  const lines = file === null ? null : [lineOf(headerOf(seed))];
  const onlooker = lines && { take: (record: WireRecord) => void lines.push(lineOf(record)) };
  const ended = await simulate(seed, onlooker);
  if (file !== null && lines !== null) write(file, lines);
  console.log(story(ended));
  if (ended.broken === null) console.log(summaryOf(ended));
  else console.log(failure(ended));
  return ended.broken === null ? 0 : 1;
}

function write(file: string, lines: readonly string[]): void {
  try {
    writeFileSync(file, lines.join(''));
  } catch (error) {
    refuse(commandLine, `The record cannot be written: ${(error as Error).message}.`);
  }
}

async function many(from: number, seeds: number): Promise<number> {
  const summary = new Summary();
  const startedAtMs = performance.now();
  let toldAtMs = startedAtMs;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const ended = await simulate(seed);
    tellIfBroken(ended, summary.broken);
    summary.add(ended);
    if (performance.now() - toldAtMs < progressEveryMs) continue;
    toldAtMs = performance.now();
    console.log(progress(summary, seeds, toldAtMs - startedAtMs));
  }
  console.log(summary.table(performance.now() - startedAtMs));
  return summary.broken === 0 ? 0 : 1;
}

/** Only the first is told in full: the others are a command away, and after some only counted. */
function tellIfBroken(ended: Ended, before: number): void {
  if (ended.broken === null) return;
  if (before === 0) console.log(story(ended));
  if (before < toldMost) console.log(failure(ended));
}
