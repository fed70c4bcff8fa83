/**
 * Owns the planting of a bug: the whole simulation, production code included, is bundled with one
 * line of it replaced, and loaded from there. Nothing in `src` knows of this.
 */

import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { PlantedBug } from './planted-bug.js';
import type { Ended } from './record.js';
import { traitsOf } from './world.js';

export interface Caught {
  readonly seed: number;
  readonly law: string;
}

/** Below the project, so that the libraries are found. */
const folder = resolve('node_modules/.cache/planted');

/** Lets worlds happen, seed by seed, until one breaks a law; null where none of them does. */
export async function firstCaught(bug: PlantedBug): Promise<Caught | null> {
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${process.pid}-${bug.name.replace(/\W+/g, '-')}.mjs`);
  await build({
    entryPoints: ['test/simulation/world.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
    plugins: [planting(bug)],
  });
  try {
    const { simulate } = (await import(pathToFileURL(outfile).href)) as {
      simulate: (seed: number) => Promise<Ended>;
    };
    const { from = 1, withinSeeds, onlyWhere } = bug;
    for (let seed = from; seed < from + withinSeeds; seed += 1) {
      if (onlyWhere !== undefined && !traitsOf(seed)[onlyWhere]) continue;
      const { broken } = await simulate(seed);
      if (broken !== null) return { seed, law: broken.law };
    }
    return null;
  } finally {
    rmSync(outfile, { force: true });
  }
}

function planting({ file, line, becomes }: PlantedBug): Plugin {
  const path = resolve('src', file);
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
