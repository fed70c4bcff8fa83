/**
 * Owns the project under chaos: real git, whose every commit says how its suite is to behave. So
 * what each commit must come to, to the last byte of its output, is known beforehand.
 * The suites note beginnings and completions outside every checkout.
 */

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Commit, parseCommit } from '../../src/protocol/ids.js';
import type { Random } from '../../test/simulation/random.js';

/** What a commit must come to. */
export interface Expected {
  readonly commit: Commit;
  readonly verdict: 'passed' | 'failed';
  readonly output: string;
}

export class Project {
  readonly expected: Expected[] = [];
  readonly #folder: string;
  readonly #author: string;
  readonly #remote: string;
  readonly #witness: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#remote = join(folder, 'tickets.git');
    this.#author = join(folder, 'author');
    this.#witness = join(folder, 'witness');
    git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', this.#remote);
    git(folder, 'clone', '--quiet', this.#remote, this.#author);
    git(this.#author, 'checkout', '--quiet', '-B', 'main');
    mkdirSync(join(this.#author, '.ci'));
    writeFileSync(join(this.#author, '.ci', 'run'), suite(this.#witness));
    chmodSync(join(this.#author, '.ci', 'run'), 0o755);
  }

  /** A clone of its own for a process. */
  clone(name: string): string {
    const path = this.clonePath(name);
    git(this.#folder, 'clone', '--quiet', this.#remote, path);
    return path;
  }

  clonePath(name: string): string {
    return join(this.#folder, name, 'tickets');
  }

  /** Commits so many times and pushes once. */
  push(count: number, random: Random): void {
    for (let made = 0; made < count; made += 1) this.#commit(random);
    git(this.#author, 'push', '--quiet', 'origin', 'main');
  }

  /** The runs whose suite noted that word for the commit. */
  witnessed(word: 'begun' | 'completed', commit: string): string[] {
    const lines = existsSync(this.#witness) ? readFileSync(this.#witness, 'utf8').split('\n') : [];
    const prefix = `${word} ${commit} `;
    return lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
  }

  #commit(random: Random): void {
    const number = this.expected.length + 1;
    const isGreen = random.below(4) > 0;
    const lines = random.between(1, 400);
    const hundredths = random.between(0, 120);
    const plan = { number, lines, hundredths, exit: isGreen ? 0 : random.between(1, 120) };
    for (const [name, value] of Object.entries(plan)) {
      writeFileSync(join(this.#author, name), `${value}\n`);
    }
    git(this.#author, 'add', '--all');
    git(this.#author, 'commit', '--quiet', `--message=Change ${number}`);
    const commit = parseCommit(git(this.#author, 'rev-parse', 'HEAD').trim());
    if (commit === null) throw new Error('git names its HEAD in no way that we know');
    const output = Array.from({ length: lines }, (_, line) => `${line + 1} of ${commit}\n`).join(
      '',
    );
    this.expected.push({ commit, verdict: isGreen ? 'passed' : 'failed', output });
  }
}

/** Half of its lines, its pause, the other half: so that a kill falls into the middle of a log. */
function suite(witness: string): string {
  return `#!/bin/sh
echo "begun $CI_COMMIT_SHA $TRIVET_RUN" >> '${witness}'
lines=$(cat lines)
half=$((lines / 2))
seq 1 $half | sed "s/$/ of $CI_COMMIT_SHA/"
sleep "$(awk '{ print $1 / 100 }' hundredths)"
seq $((half + 1)) $lines | sed "s/$/ of $CI_COMMIT_SHA/"
echo "completed $CI_COMMIT_SHA $TRIVET_RUN" >> '${witness}'
exit "$(cat exit)"
`;
}

function git(cwd: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];
  return execFileSync('git', [...identity, ...args], { cwd, encoding: 'utf8', stdio: 'pipe' });
}
