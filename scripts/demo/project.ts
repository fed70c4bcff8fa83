/**
 * Owns the demo's project: a remote, an author's clone that pushes, a clone for Trivet, all real
 * git. Its suite is a shell script that takes as many tenths of a second as the commit says, and notes
 * outside every checkout when it begins and when it completes: the demo's independent witness.
 */

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Change {
  readonly subject: string;
  /** How long the suite takes, in tenths of a second. */
  readonly tenths: number;
  readonly isGreen: boolean;
}

export class Project {
  /** The clone that runners and observer are started with. */
  readonly clone: string;
  readonly #author: string;
  readonly #witness: string;

  constructor(folder: string) {
    const remote = join(folder, 'tickets.git');
    this.#author = join(folder, 'author');
    this.clone = join(folder, 'tickets');
    this.#witness = join(folder, 'witness');
    git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', remote);
    git(folder, 'clone', '--quiet', remote, this.#author);
    git(this.#author, 'checkout', '--quiet', '-B', 'main');
    mkdirSync(join(this.#author, '.ci'));
    const script = join(this.#author, '.ci', 'run');
    writeFileSync(script, suite(this.#witness));
    chmodSync(script, 0o755);
    this.#commit({ subject: 'Begin', tenths: 1, isGreen: true });
    git(folder, 'clone', '--quiet', remote, this.clone);
  }

  /** Commits and pushes; answers the commit's id. */
  push(change: Change): string {
    return this.#commit(change);
  }

  get first(): string {
    return git(this.#author, 'rev-list', '--max-parents=0', 'HEAD').trim();
  }

  /** How often the commit's suite began and how often it completed. */
  witness(commit: string): { begun: number; completed: number } {
    const lines = existsSync(this.#witness) ? readFileSync(this.#witness, 'utf8').split('\n') : [];
    const count = (word: string) => lines.filter((line) => line === `${commit} ${word}`).length;
    return { begun: count('begun'), completed: count('completed') };
  }

  #commit({ subject, tenths, isGreen }: Change): string {
    writeFileSync(join(this.#author, 'tenths'), `${tenths}\n`);
    writeFileSync(join(this.#author, 'answer'), isGreen ? '42\n' : '41\n');
    writeFileSync(join(this.#author, 'subject'), `${subject}\n`);
    git(this.#author, 'add', '--all');
    git(this.#author, 'commit', '--quiet', `--message=${subject}`);
    git(this.#author, 'push', '--quiet', 'origin', 'main');
    return git(this.#author, 'rev-parse', 'HEAD').trim();
  }
}

function suite(witness: string): string {
  return `#!/bin/sh
echo "$CI_COMMIT_SHA begun" >> '${witness}'
echo "testing: $CI_COMMIT_MESSAGE"
for tenth in $(seq "$(cat tenths)"); do
  sleep 0.1
  echo "step $tenth ok"
done
echo "$CI_COMMIT_SHA completed" >> '${witness}'
[ "$(cat answer)" = 42 ] || { echo "the answer is $(cat answer), not 42"; exit 1; }
echo "all good"
`;
}

function git(cwd: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];
  return execFileSync('git', [...identity, ...args], { cwd, encoding: 'utf8', stdio: 'pipe' });
}
