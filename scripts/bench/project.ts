/**
 * Owns the repositories under test: a bare remote full of prepared commits, and clones of it.
 * All real git; the one thing done by hand is the last act of a push, renaming `<ref>.lock` to
 * `<ref>`, because its moment must be known exactly and its process must not count.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCommit } from '../../src/protocol/ids.js';
import { setClock, wallMs } from './clock.js';

/** The files of the n-th commit besides the suite; they replace those of the one before. */
export type Files = (number: number) => Readonly<Record<string, string>>;

export class Project {
  readonly remote: string;
  readonly #folder: string;
  readonly #suite: string | null;
  #prepared = 0;
  #tip: string | null = null;

  /** `suite` is what `.ci/run` holds in every commit; null: there is none. */
  constructor(folder: string, name: string, suite: string | null) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#suite = suite;
    this.remote = join(folder, `${name}.git`);
    git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', this.remote);
  }

  /** Adds commits, oldest first, that no branch shows yet. */
  prepare(count: number, files: Files = (number) => ({ number: `${number}\n` })): string[] {
    const marks = join(this.#folder, 'marks');
    let stream = 'feature done\n';
    for (let index = 1; index <= count; index += 1) {
      const number = this.#prepared + index;
      const subject = `Change ${number}`;
      stream += `commit refs/prepared/main\nmark :${index}\n`;
      stream += `committer Ada <ada@example.org> ${1_700_000_000 + number} +0000\n`;
      stream += inline(subject);
      if (index === 1 && this.#tip !== null) stream += `from ${this.#tip}\n`;
      stream += 'deleteall\n';
      if (this.#suite !== null) stream += `M 755 inline .ci/run\n${inline(this.#suite)}`;
      for (const [path, text] of Object.entries(files(number))) {
        stream += `M 644 inline ${path}\n${inline(text)}`;
      }
    }
    execFileSync('git', ['fast-import', '--quiet', `--export-marks=${marks}`], {
      cwd: this.remote,
      input: `${stream}done\n`,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ids = new Map(
      readFileSync(marks, 'utf8')
        .split('\n')
        .map((line) => line.split(' ') as [string, string]),
    );
    const commits = Array.from({ length: count }, (_, index) => ids.get(`:${index + 1}`) ?? '');
    if (commits.some((commit) => parseCommit(commit) === null)) throw new Error('no commit id');
    this.#prepared += count;
    this.#tip = commits.at(-1) ?? null;
    return commits;
  }

  /** Moves the remote's main to that commit, as a push does; answers when, by the wall. */
  move(commit: string): number {
    setClock();
    const ref = join(this.remote, 'refs', 'heads', 'main');
    writeFileSync(`${ref}.lock`, `${commit}\n`);
    const movedAtMs = wallMs();
    renameSync(`${ref}.lock`, ref);
    return movedAtMs;
  }

  /** A clone whose origin is the remote's path, or its `file://` URL, which needs fetches. */
  clone(name: string, by: 'path' | 'file' = 'path'): string {
    const path = join(this.#folder, name);
    const url = by === 'path' ? this.remote : `file://${this.remote}`;
    git(this.#folder, 'clone', '--quiet', url, path);
    return path;
  }

  /** A repository that has all prepared commits and can push them. */
  author(name: string): string {
    const path = join(this.#folder, name);
    git(this.#folder, 'clone', '--quiet', '--bare', this.remote, path);
    git(path, 'fetch', '--quiet', 'origin', 'refs/prepared/main:refs/prepared/main');
    return path;
  }

  /** A real push; answers when it began. */
  push(author: string, commit: string): number {
    setClock();
    const beganAtMs = wallMs();
    git(author, 'push', '--quiet', 'origin', `${commit}:refs/heads/main`);
    return beganAtMs;
  }
}

export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: 'pipe' });
}

function inline(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
