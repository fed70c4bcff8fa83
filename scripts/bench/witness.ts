/**
 * Owns the independent witness: a file outside every checkout into which the suites themselves
 * write. What Trivet says of a run is checked against it. The stamp costs the suite one `date`.
 */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './clock.js';

export interface Stamp {
  readonly word: string;
  readonly commit: string;
  readonly atMs: number;
  /** Of the suite's shell. */
  readonly pid: number;
}

export class Witness {
  readonly path: string;

  constructor(folder: string, name = 'witness') {
    this.path = join(folder, name);
  }

  /** A line of shell that stamps: word, commit, shell's pid, nanoseconds since 1970. */
  stamp(word: string): string {
    return `date "+${word} $CI_COMMIT_SHA $$ %s%N" >> '${this.path}'`;
  }

  /** The first stamp of that commit and word after `skip` others. */
  first(commit: string, word: string, { skip = 0, withinMs = 20_000 } = {}): Promise<Stamp> {
    let seen = -1;
    return until(
      `${commit.slice(0, 7)} ${word}`,
      () => {
        const { size } = statSync(this.path, { throwIfNoEntry: false }) ?? { size: 0 };
        if (size === seen) return undefined;
        seen = size;
        return this.all().filter((one) => one.commit === commit && one.word === word)[skip];
      },
      { everyMs: 3, withinMs },
    );
  }

  count(commit: string, word: string): number {
    return this.all().filter((one) => one.commit === commit && one.word === word).length;
  }

  all(): Stamp[] {
    return this.lines()
      .map((line) => line.split(' '))
      .map(([word = '', commit = '', pid, nanoseconds]) => ({
        word,
        commit,
        pid: Number(pid),
        atMs: Number(nanoseconds) / 1e6,
      }));
  }

  lines(): string[] {
    if (!existsSync(this.path)) return [];
    return readFileSync(this.path, 'utf8').split('\n').slice(0, -1);
  }
}
