/**
 * Owns `npm run simulate`: worlds made from seeds, one after the other, each with its faults.
 *
 *   npm run simulate                        a thousand seeds
 *   npm run simulate -- --seeds 100000      as many as you like; progress and a table
 *   npm run simulate -- --seed 123          that world again, with its story
 *
 * Exit code 0: every law was kept in every world; 1: one was broken; 2: bad flags.
 */

import type { Ended } from '../test/simulation/record.js';
import { simulate } from '../test/simulation/world.js';
import { readCommandLine, refuse, wholeNumber } from './command-line.js';
import { failure, progress, Summary, story, summaryOf } from './simulate/words.js';

const commandLine = {
  script: 'simulate',
  purpose: 'Worlds made from seeds, one after the other, each with its faults.',
  flags: {
    seeds: wholeNumber('how many worlds (default: 1000)', 1, null),
    from: wholeNumber('the first of their seeds (default: 1)', 0, null),
    seed: wholeNumber('that one world again, with its story', 0, null),
  },
};

/** How often one hears how far it is. */
const progressEveryMs = 5_000;

/** So many broken worlds are told of; they are mostly one mistake. */
const toldMost = 20;

process.exitCode = await main();

async function main(): Promise<number> {
  const { seed, seeds, from } = readCommandLine(commandLine).flags;
  if (seed === null) return many(from ?? 1, seeds ?? 1_000);
  if (seeds === null && from === null) return one(seed);
  refuse(commandLine, '--seed names one world; --seeds and --from name many: choose.');
}

async function one(seed: number): Promise<number> {
  const ended = await simulate(seed);
  console.log(story(ended));
  if (ended.broken === null) console.log(summaryOf(ended));
  else console.log(failure(ended));
  return ended.broken === null ? 0 : 1;
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
