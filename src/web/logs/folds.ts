/**
 * Owns the parts of a log that can be folded, as three families of systems mark them:
 *
 *     ::group::Title  (##[group])  …  ::endgroup::              GitHub: one after another, collapsed
 *     section_start:TIME:NAME[collapsed=true]\r\e[0KTitle  …
 *     section_end:TIME:NAME\r\e[0K                              GitLab: within each other, open
 *     --- Title   +++ Title   ~~~ Title   ^^^ +++               Buildkite: each to the next one;
 *                                                               collapsed, open, dim; open that one
 *
 * Never shows anything. A patch (`--- a` followed by `+++ b`) and Go's `--- FAIL:` are no folds.
 */

import type { LogFold } from '../../protocol/log-documents.js';
import { visible } from '../page/log/sgr.js';
import { shownText } from './line-text.js';

type Family = 'github' | 'gitlab' | 'buildkite';

type Mark =
  | { readonly kind: 'begin'; readonly family: Family; readonly name: string; readonly fold: Begun }
  | { readonly kind: 'end'; readonly family: Family; readonly name: string }
  | { readonly kind: 'open' };

type Begun = Pick<LogFold, 'title' | 'isOpen' | 'isDim'>;

interface OpenFold {
  readonly index: number;
  readonly family: Family;
  readonly name: string;
}

/** Of a longer line the beginning is looked at. */
const markBytesMax = 512;

/** Beyond these a log's marks are lines like others. */
const foldsMax = 5_000;
const depthMax = 32;

const escapeByte = 0x1b;

/** How marks begin: by two equal signs, with `se`, or hidden behind an escape. */
export function mayBeMark(bytes: Uint8Array, from: number): boolean {
  const first = bytes[from] ?? 0;
  if (first === escapeByte) return bytes[from + 2] === 0x30 && bytes[from + 3] === 0x4b;
  const second = first === 0x73 ? 0x65 : first;
  return bytes[from + 1] === second && markBytes.includes(first);
}

const markBytes = [...':#s-+~^'].map((one) => one.charCodeAt(0));

export class Folds {
  readonly #all: LogFold[];
  readonly #open: OpenFold[] = [];

  constructor(all: readonly LogFold[] = []) {
    this.#all = [...all];
  }

  /** In the order of their first lines. */
  get all(): readonly LogFold[] {
    return this.#all;
  }

  /** A line of the log; those without a mark need not be told. */
  line(number: number, bytes: Uint8Array): void {
    const mark = markOf(bytes);
    if (mark === null) return;
    if (mark.kind === 'begin') this.#begin(number, mark);
    else if (mark.kind === 'end') this.#end(number, mark);
    else this.#reopen();
  }

  /** No line follows that one. */
  finish(last: number): void {
    this.#close(0, last, false);
  }

  #begin(number: number, { family, name, fold }: Mark & { kind: 'begin' }): void {
    if (family === 'buildkite' && this.#isPatch(number, fold)) return;
    // Only GitLab's stand within each other.
    const first = family === 'gitlab' ? -1 : this.#open.findIndex((open) => open.family === family);
    if (first !== -1) this.#close(first, number - 1, false);
    if (this.#all.length >= foldsMax || this.#open.length >= depthMax) return;
    this.#open.push({ index: this.#all.length, family, name });
    this.#all.push({ from: number, to: null, isMarked: false, ...fold });
  }

  #end(number: number, { family, name }: Mark & { kind: 'end' }): void {
    const first = this.#open.findLastIndex((open) => open.family === family && open.name === name);
    if (first !== -1) this.#close(first, number, true);
  }

  /** The last fold that has begun is to be open after all. */
  #reopen(): void {
    const last = this.#open.findLast(({ family }) => family === 'buildkite');
    if (last !== undefined) this.#change(last.index, { isOpen: true });
  }

  /** The two lines that head a patch: the first of them was taken for a fold. */
  #isPatch(number: number, { isOpen }: Begun): boolean {
    const last = this.#open.at(-1);
    if (last?.family !== 'buildkite' || isOpen !== true) return false;
    const before = this.#all[last.index];
    if (before?.from !== number - 1 || before.isOpen !== null) return false;
    this.#open.pop();
    this.#all.pop();
    return true;
  }

  #close(first: number, to: number, isMarked: boolean): void {
    for (const [depth, { index }] of this.#open.splice(first).entries()) {
      this.#change(index, { to, isMarked: isMarked && depth === 0 });
    }
  }

  #change(index: number, change: Partial<LogFold>): void {
    const fold = this.#all[index];
    if (fold !== undefined) this.#all[index] = { ...fold, ...change };
  }
}

const github = /^(?:::group::|##\[group\])(.*)$/;
const githubEnd = /^(?:::endgroup::|##\[endgroup\])\s*$/;
const gitlab =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is how GitLab hides its mark.
  /^(?:\x1b\[0K)*section_(start|end):[0-9]+:([\w.-]{1,200})(\[[\w=,]*\])?(?:\r|$)/;
const buildkite = /^(---|\+\+\+|~~~)\s+(?!(?:PASS|FAIL|SKIP|BENCH): )(\S.*)$/;
const buildkiteOpen = /^\^\^\^ \+\+\+\s*$/;

function markOf(line: Uint8Array): Mark | null {
  const head = line.subarray(0, markBytesMax);
  const section = gitlab.exec(Buffer.from(head).toString('latin1'));
  const text = visible(shownText(head));
  if (section !== null) {
    const [, side, name = '', options = ''] = section;
    if (side === 'end') return { kind: 'end', family: 'gitlab', name };
    const fold = { title: text || name, isOpen: !options.includes('collapsed=true'), isDim: false };
    return { kind: 'begin', family: 'gitlab', name, fold };
  }
  const group = github.exec(text);
  if (group !== null) {
    const fold = { title: group[1] ?? '', isOpen: false, isDim: false };
    return { kind: 'begin', family: 'github', name: '', fold };
  }
  if (githubEnd.test(text)) return { kind: 'end', family: 'github', name: '' };
  if (buildkiteOpen.test(text)) return { kind: 'open' };
  const heading = buildkite.exec(text);
  if (heading === null) return null;
  const [, sign, title = ''] = heading;
  const isOpen = sign === '+++' ? true : sign === '---' ? null : false;
  const fold = { title, isOpen, isDim: sign === '~~~' };
  return { kind: 'begin', family: 'buildkite', name: '', fold };
}
