/**
 * Owns the files of the page: our modules as tsc made them, four libraries as they were published, and
 * styles. Each is read once, compressed once, and named by its content in `ETag`.
 * Never serves a file that is not in its list.
 */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { UsageError } from '../world/exit.js';

export interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array;
  /** The same, by brotli. */
  readonly brotli: Uint8Array;
  readonly etag: string;
}

/** What the page imports by a bare name, and where that is served. */
const libraries = {
  preact: ['preact', 'dist/preact.mjs'],
  'preact/hooks': ['preact', 'hooks/dist/hooks.mjs'],
  htm: ['htm', 'dist/htm.mjs'],
  '@preact/signals-core': ['@preact/signals-core', 'dist/signals-core.mjs'],
  '@preact/signals': ['@preact/signals', 'dist/signals.mjs'],
} as const;

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The built page, also where the dispatcher runs from its sources. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const pageFolder = join(root, 'dist/web/page');
const stylesFolder = join(root, 'src/web/styles');

const notBuilt = 'The page is not built: "npm run build" builds it, or do without by --no-web.';

/** A module, a library, or a style by its path; undefined where there is none such. */
export class Assets {
  readonly #files: ReadonlyMap<string, string>;
  readonly #read = new Map<string, Asset>();

  /** Throws `UsageError` where the page was not built. */
  constructor() {
    if (!existsSync(pageFolder)) throw new UsageError(notBuilt);
    this.#files = new Map([
      ...below('/page', pageFolder, '.js'),
      ...below('/styles', stylesFolder, '.css'),
      ...Object.entries(libraries).map(([name, [module, file]]): [string, string] => [
        `/libraries/${name}.mjs`,
        join(folderOf(module), file),
      ]),
    ]);
  }

  get(path: string): Asset | undefined {
    const file = this.#files.get(path);
    if (file === undefined) return undefined;
    const asset = this.#read.get(path) ?? read(file);
    this.#read.set(path, asset);
    return asset;
  }

  /** Those whose paths begin so. */
  pathsBelow(beginning: string): string[] {
    return [...this.#files.keys()].filter((path) => path.startsWith(beginning)).sort();
  }

  /** For the page: which bare name is which path. */
  get importMap(): string {
    const imports = Object.keys(libraries).map((name) => [name, `/libraries/${name}.mjs`]);
    return JSON.stringify({ imports: Object.fromEntries(imports) });
  }
}

function below(path: string, folder: string, ending: string): [string, string][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => [`${path}/${name.split(sep).join('/')}`, join(folder, name)]);
}

/** Beside us or above: whoever installed us may have it further up. */
function folderOf(module: string): string {
  const entry = fileURLToPath(import.meta.resolve(module));
  const at = entry.lastIndexOf(join('node_modules', ...module.split('/')) + sep);
  return at === -1
    ? dirname(entry)
    : entry.slice(0, at + join('node_modules', ...module.split('/')).length);
}

function read(file: string): Asset {
  const bytes = readFileSync(file);
  const brotli = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 9 },
  });
  const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  const type = types[file.slice(file.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  return { type, bytes, brotli, etag: `"${digest}"` };
}
