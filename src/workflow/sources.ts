/**
 * Owns which files of a repository are its workflows. The first form that is there counts, whole:
 * who writes `.trivet.yml` beside a `.drone.yml` means the former.
 */

import { filesMax } from './limits.js';

/** A workflow file: its path in the repository, with slashes, and what it holds. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** In this order. */
const forms: readonly RegExp[] = [
  /^\.trivet\.ya?ml$/,
  /^\.trivet\/[^/]+\.ya?ml$/,
  /^\.woodpecker\.ya?ml$/,
  /^\.woodpecker\/[^/]+\.ya?ml$/,
  /^\.drone\.ya?ml$/,
];

/** Those of the paths that are workflows, by name; and how many more there are than are read. */
export function chooseSources(paths: readonly string[]): {
  readonly chosen: readonly string[];
  readonly surplus: number;
} {
  const form = forms.find((each) => paths.some((path) => each.test(path)));
  const all = form === undefined ? [] : paths.filter((path) => form.test(path)).toSorted();
  return { chosen: all.slice(0, filesMax), surplus: Math.max(0, all.length - filesMax) };
}

/** What a file's workflow is called: `.woodpecker/lint.yml` is `lint`, `.trivet.yml` is `trivet`. */
export function workflowName(path: string): string {
  const base = path.slice(path.lastIndexOf('/') + 1);
  return base.replace(/\.ya?ml$/, '').replace(/^\./, '');
}

/**
 * Whether a file is in the language of Drone 1 and 2: so its name says, or a line that only Drone's
 * have. A `pipeline:` at the margin marks a file of before, which is read as Woodpecker's old ones.
 */
export function isDrones({ path, text }: SourceFile): boolean {
  if (/^pipeline:/m.test(text)) return false;
  return /(?:^|\/)\.?drone\.ya?ml$/.test(path) || /^kind:\s*["']?pipeline\b/m.test(text);
}
