/**
 * Owns `npm run simulate`: worlds made from seeds, one after the other, each with its faults.
 *
 *   npm run simulate                        a thousand seeds
 *   npm run simulate -- --seeds 100000      as many as you like; progress and a table
 *   npm run simulate -- --seed 123          that world again, with its story
 *
 * Exit code 0: every law was kept in every world; 1: one was broken; 2: bad flags.
 */

import { parseArgs } from 'node:util';
import type { Ended } from '../test/simulation/record.js';
import { simulate } from '../test/simulation/world.js';
import { failure, progress, Summary, story, summaryOf } from './simulate/words.js';

const usage = 'npm run simulate -- [--seeds COUNT] [--from SEED] | --seed SEED';

/** How often one hears how far it is. */
const progressEveryMs = 5_000;

/** So many broken worlds are told of; they are mostly one mistake. */
const toldMost = 20;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const wish = read(argv);
  if (typeof wish === 'string') {
    console.error(`${wish}\n${usage}`);
    return 2;
  }
  return wish.seed === null ? many(wish.from, wish.seeds) : one(wish.seed);
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

interface Wish {
  readonly seed: number | null;
  readonly from: number;
  readonly seeds: number;
}

/** What is wanted, or a sentence about what is wrong with it. */
function read(argv: readonly string[]): Wish | string {
  const options = {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string' },
  } as const;
  let flags: { seed?: string; seeds?: string; from?: string };
  try {
    flags = parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    return (error as Error).message;
  }
  for (const [name, text] of Object.entries(flags)) {
    if (!/^[0-9]{1,15}$/.test(text)) return `--${name} wants a number, not "${text}".`;
  }
  const { seed, seeds = '1000', from = '1' } = flags;
  if (seed !== undefined && (flags.seeds ?? flags.from) !== undefined) {
    return '--seed names one world; --seeds and --from name many: choose.';
  }
  return {
    seed: seed === undefined ? null : Number(seed),
    from: Number(from),
    seeds: Number(seeds),
  };
}
