/**
 * Owns how our programs are built: `npm run build`. Each, with the packages that it uses, becomes one
 * file, for node takes longer to find and open some hundred modules than to run them; decision 59
 * says more. The page's modules are tsc's: a browser shows them to those who want to read them.
 */

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** What is started on its own: by a launcher, by the lab, or by one of these. */
const programs = [
  'command/main',
  'dispatcher/main',
  'dispatcher/store/query-worker',
  'lab/ancestor/dispatcher',
  'lab/ancestor/observer',
  'lab/ancestor/runner',
  'observer/main',
  'test-runner/local/kill-marked',
  'test-runner/main',
  'test-runner/reports/worker',
  'web/logs/log-worker',
];

/** What only some runs of a program need: it is read where it is imported. */
const partsFolder = 'dist/parts';

const options = {
  absWorkingDir: root,
  outbase: 'src',
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'parts/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  sourcesContent: false,
  // It looks for what was compiled for this machine beside its own files.
  external: ['better-sqlite3'],
  // Packages that are no ES modules load what is node's by `require`.
  banner: {
    js: "const require = process.getBuiltinModule('module').createRequire(import.meta.url);",
  },
  logLevel: 'warning',
  metafile: true,
} as const satisfies BuildOptions;

// Each for itself: what several have in common would be many small files again.
const built = await Promise.all(
  programs.map((name) => build({ ...options, entryPoints: [`src/${name}.ts`] })),
);

// Parts are called by what is in them: those of former builds would pile up.
const files = new Set(built.flatMap(({ metafile }) => Object.keys(metafile.outputs)));
for (const name of readdirSync(join(root, partsFolder))) {
  if (!files.has(`${partsFolder}/${name}`)) rmSync(join(root, partsFolder, name));
}
