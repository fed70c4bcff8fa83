/**
 * Owns the files of the page: our modules as tsc made them, with maps by which a browser's tools show
 * the sources, libraries as they were published, and styles. Each is read once, compressed once, by
 * another thread. The address of each names the content of all: a browser need not ask twice for one, and
 * mixes none of two releases. Never serves a file that is not in its list.
 */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BrotliOptions, brotliCompress, constants } from 'node:zlib';
import { UsageError } from '../world/exit.js';
import { home } from '../world/home.js';

export interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array;
  /** The same, by brotli; null: it is not compressed yet. */
  readonly brotli: Uint8Array | null;
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
  map: 'application/json',
};

/** The built page, also where the dispatcher runs from its sources. */
const pageFolder = join(home, 'dist/web/page');
const recordFolder = join(home, 'dist/record');
const stylesFolder = join(home, 'src/web/styles');

const notBuilt = 'The page is not built: "npm run build" builds it, or do without by --no-web.';

/** What a module imports before it begins, as tsc and our libraries write it. */
const importPattern = /\b(?:from|import) ?["']([\w@./-]+)["']/g;

/** A module, a library, or a style by its path; nothing where there is none such. */
export class Assets {
  readonly #files: ReadonlyMap<string, string>;
  readonly #read = new Map<string, Uint8Array>();
  readonly #served = new Map<string, Asset>();
  readonly #imports = new Map<string, string[]>();
  #folder = '';

  /** Throws `UsageError` where the page was not built. */
  constructor() {
    if (!existsSync(pageFolder)) throw new UsageError(notBuilt);
    this.#files = new Map([
      // As on disk: a module of the page asks for `../../../record/`.
      ...below('/web/page', pageFolder, /\.js(?:\.map)?$/),
      ...below('/record', recordFolder, /\.js(?:\.map)?$/),
      ...below('/web/styles', stylesFolder, /\.css$/),
      ...Object.entries(libraries).map(([name, [module, file]]): [string, string] => [
        `/libraries/${name}.mjs`,
        join(folderOf(module), file),
      ]),
    ]);
  }

  /** Where a browser finds what is at that path. */
  address(path: string): string {
    this.#folder ||= `/files/${this.#hash()}`;
    return `${this.#folder}${path}`;
  }

  /** What is at that address; undefined where it is of another release, or of none. */
  at(address: string): Asset | undefined {
    const folder = this.address('');
    const path = address.slice(folder.length);
    if (!address.startsWith(folder) || !this.#files.has(path)) return undefined;
    const asset = this.#served.get(path) ?? toServe(path, this.bytes(path));
    this.#served.set(path, asset);
    return asset;
  }

  /** The file at that path; none: no bytes. */
  bytes(path: string): Uint8Array {
    const file = this.#files.get(path);
    const bytes = this.#read.get(path) ?? (file === undefined ? nothing : readFileSync(file));
    this.#read.set(path, bytes);
    return bytes;
  }

  text(path: string): string {
    return Buffer.from(this.bytes(path)).toString();
  }

  /** What a page may need whose path begins so: maps are for tools. */
  pathsBelow(beginning: string): string[] {
    const needed = [...this.#files.keys()].filter((path) => !path.endsWith('.map'));
    return needed.filter((path) => path.startsWith(beginning)).sort();
  }

  /** The modules that these import, and they in turn, themselves among them. */
  neededBy(...modules: string[]): string[] {
    const found = new Set(modules);
    // What is added meanwhile is looked at, too.
    for (const path of found) for (const other of this.#importsOf(path)) found.add(other);
    return [...found].sort();
  }

  #importsOf(path: string): string[] {
    const known = this.#imports.get(path);
    if (known !== undefined) return known;
    const names = [...this.text(path).matchAll(importPattern)].map(([, name = '']) => name);
    const paths = names.map((name) =>
      name.startsWith('.') ? posix.join(posix.dirname(path), name) : `/libraries/${name}.mjs`,
    );
    this.#imports.set(path, paths);
    return paths;
  }

  /** Of all that a page may need. */
  #hash(): string {
    const hash = createHash('sha256');
    for (const path of this.pathsBelow('/')) hash.update(`${path}\n`).update(this.bytes(path));
    return hash.digest('base64url').slice(0, 22);
  }

  /** For the page: which bare name is at which address. */
  get importMap(): string {
    const imports = Object.keys(libraries).map((name) => [
      name,
      this.address(`/libraries/${name}.mjs`),
    ]);
    return JSON.stringify({ imports: Object.fromEntries(imports) });
  }
}

const nothing = new Uint8Array();

/** The best takes twenty times as long for a fourteenth less, just when the first page wants the processor. */
const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };

const brotli = promisify<Uint8Array, BrotliOptions, Uint8Array>(brotliCompress);

/** As small as is quickly done. */
export function compressed(bytes: Uint8Array): Promise<Uint8Array> {
  return brotli(bytes, quality);
}

function below(path: string, folder: string, ending: RegExp): [string, string][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
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

function toServe(path: string, bytes: Uint8Array): Asset {
  const type = types[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  const asset = { type, bytes, brotli: null as Uint8Array | null };
  // Whoever comes before that is done gets it as it is: the first is mostly on this machine.
  void compressed(bytes).then((brotli) => {
    asset.brotli = brotli;
  });
  return asset;
}
