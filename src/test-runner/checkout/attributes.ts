/**
 * Owns what decides, besides the commit, what git writes into a tree: the commit's own attributes,
 * read from the index that git has just written, and the user's settings. Where these change, files
 * that the commit does not change would be left as they were. Starts no process.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Clone } from '../../world/clone.js';
import type { Git } from '../../world/git.js';
import { gitSettingsNow } from '../../world/git-settings.js';
import { readIndex } from './git-index.js';
import { isRegularFile } from './repository.js';

export class Attributes {
  readonly #tree: string;
  readonly #format: Clone['format'];
  readonly #git: Git;
  /** The paths of all `.gitattributes`, each with the id of its contents. */
  #found = new Map<string, string>();
  #settings = '';
  #warned = { of: '', text: '' };

  constructor(tree: string, format: Clone['format'], git: Git) {
    this.#tree = tree;
    this.#format = format;
    this.#git = git;
  }

  /** Whether they are others in the index now than they were at the last time. */
  haveChanged(): boolean {
    const found = readIndex(this.#tree, this.#format)?.attributes() ?? new Map();
    const settings = gitSettingsNow();
    const isSame = settings === this.#settings && isDeepStrictEqual(found, this.#found);
    this.#found = found;
    this.#settings = settings;
    return !isSame;
  }

  /** A line for each filter that the attributes name and nobody has set up: its files are raw. */
  async warnings(): Promise<string> {
    if (this.#found.size === 0) return '';
    const of = JSON.stringify([...this.#found, this.#settings]);
    if (of !== this.#warned.of) this.#warned = { of, text: await this.#missingFilters() };
    return this.#warned.text;
  }

  /** What git said last was cut off: it is asked again. */
  doubt(): void {
    this.#warned = { of: '', text: '' };
  }

  async #missingFilters(): Promise<string> {
    const wanted = filtersWanted(this.#tree, this.#found.keys());
    if (wanted.length === 0) return '';
    const pattern = '^filter\\..*\\.(smudge|process)$';
    // Nothing that matches is a fault to git.
    const set = await this.#git(['config', '--name-only', '--get-regexp', pattern]).catch(() => '');
    const missing = wanted.filter(
      (filter) => !new RegExp(`^filter\\.${escaped(filter)}\\.`, 'm').test(set),
    );
    return missing
      .map(
        (filter) =>
          `Trivet: .gitattributes names the filter ${filter}, which git does not know here: ` +
          `its files are tested as they are stored${filter === 'lfs' ? ' (git lfs install)' : ''}.\n`,
      )
      .join('');
  }
}

/** A line about a filter that git ran and that failed, from what git complained of; else empty. */
export function failedFilter(complaints: string): string {
  const [, command] = /^error: .*(?:external filter|subprocess) '(.+)'/m.exec(complaints) ?? [];
  if (command === undefined) return '';
  return `Trivet: git's filter "${command}" failed: its files are tested as they are stored.\n`;
}

function escaped(text: string): string {
  return text.replace(/[^\w]/g, '\\$&');
}

/** What the filters are called that those attributes want. */
function filtersWanted(tree: string, attributes: Iterable<string>): string[] {
  const texts = [...attributes].map((path) => {
    const file = join(tree, path);
    // git follows no link here either.
    return isRegularFile(file) ? readFileSync(file, 'utf8') : '';
  });
  const names = texts.flatMap((text) =>
    [...text.matchAll(/^[^#\n].*?\sfilter=(\S+)/gm)].map(([, filter = '']) => filter),
  );
  return [...new Set(names)];
}
