/**
 * Owns the planting of a bug: the whole simulation, production code included, is bundled with one
 * line of it replaced, and loaded from there. Nothing in `src` knows of this.
 */

import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { seedOfLesson } from './lesson-seeds.js';
import type { PlantedBug } from './planted-bug.js';
import type { Ended } from './record.js';
import { traitsOf } from './world.js';

export interface Caught {
  readonly seed: number;
  readonly law: string;
}

const root = resolve(import.meta.dirname, '../..');

/** Below the project, so that the libraries are found. */
const folder = resolve(root, 'node_modules/.cache/planted');

/** Lets worlds happen, seed by seed, until one breaks a law; null where none of them does. */
export async function firstCaught(bug: PlantedBug): Promise<Caught | null> {
  const { simulate } = await planted<{ simulate: (seed: number) => Promise<Ended> }>(
    bug,
    'test/simulation/world.ts',
  );
  const { from = 1, withinSeeds, onlyWhere } = bug;
  for (const seed of seedsFrom(from, withinSeeds, seedOfLesson[bug.name])) {
    if (onlyWhere !== undefined && !traitsOf(seed)[onlyWhere]) continue;
    const { broken } = await simulate(seed);
    if (broken !== null) return { seed, law: broken.law };
  }
  return null;
}

/** First the one that has shown it before; where worlds have changed since, all. */
function* seedsFrom(from: number, count: number, known: number | undefined): Generator<number> {
  if (known !== undefined) yield known;
  for (let seed = from; seed < from + count; seed += 1) yield seed;
}

/** That module, and all that it needs of ours, with the bug in it. */
export async function planted<Module>(bug: PlantedBug, entry: string): Promise<Module> {
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${process.pid}-${bug.name.replace(/\W+/g, '-')}.mjs`);
  try {
    await build({
      entryPoints: [resolve(root, entry)],
      absWorkingDir: root,
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'error',
      plugins: [planting(bug)],
    });
    return (await import(pathToFileURL(outfile).href)) as Module;
  } finally {
    rmSync(outfile, { force: true });
  }
}

/** Which line of its file that is, counted from 1. */
export function lineNumberOf({ file, line }: PlantedBug): number {
  const [before = ''] = readFileSync(resolve(root, 'src', file), 'utf8').split(line);
  return before.split('\n').length;
}

function planting({ file, line, becomes }: PlantedBug): Plugin {
  const path = resolve(root, 'src', file);
  return {
    name: 'planting',
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.ts$/ }, (args) => {
        if (args.path !== path) return undefined;
        const pieces = readFileSync(path, 'utf8').split(line);
        // Where the code has moved on, the bug must move with it: else it tests nothing.
        if (pieces.length !== 2) throw new Error(`not exactly once in ${file}: ${line.trim()}`);
        return { contents: pieces.join(becomes), loader: 'ts' };
      });
    },
  };
}
