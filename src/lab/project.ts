/**
 * Owns the sample repository of a lab: a remote, an author's clone that pushes, and clones for the
 * processes. What the suite of a commit does, the commit itself says; each notes outside every checkout
 * when it came to its end, so that nobody need take a runner's word for it.
 */

import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CommitKind } from '../record/lab.js';

/** By this a suite finds the process that runs it, and ends that where it is poison. */
export const runnerVariable = 'LAB_RUNNER';

const subjects: Readonly<Record<CommitKind, string>> = {
  green: 'Add a ticket',
  red: 'Break the answer',
  slow: 'Count the tickets one by one',
  hanging: 'Wait for the last ticket',
  poison: 'Free all memory',
};

/** What a suite does after its first words, in a shell; a slow one takes some 20 s. */
const suites: Readonly<Record<CommitKind, string>> = {
  green: 'for n in 1 2 3 4 5; do sleep 0.1; echo "test $n ok"; done',
  red: 'sleep 0.3; echo "test 1 ok"; echo "test 2: the answer is 41, not 42"; note; exit 1',
  slow: 'for n in $(seq 1 40); do sleep 0.5; echo "test $n ok"; done',
  hanging: 'while :; do sleep 1; echo "still waiting"; done',
  poison: `sleep 1; echo "now I end my runner"; kill -9 "$(cat "$LAB/pids/$${runnerVariable}")"; sleep 60`,
};

const git = promisify(execFile);

export class Project {
  readonly #folder: string;
  readonly #author: string;
  #commits = 0;
  /** One push after the other. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(folder: string) {
    this.#folder = folder;
    this.#author = join(folder, 'author');
  }

  /** A repository with one green commit, in that folder. */
  static async in(folder: string): Promise<Project> {
    const project = new Project(folder);
    await mkdir(join(folder, 'pids'), { recursive: true });
    await run(folder, 'init', '--quiet', '--bare', '--initial-branch=main', project.remote);
    await run(folder, 'clone', '--quiet', project.remote, project.#author);
    await run(project.#author, 'checkout', '--quiet', '-B', 'main');
    await project.#push('green', () => {});
    return project;
  }

  get remote(): string {
    return join(this.#folder, 'tickets.git');
  }

  /** A clone of that name. */
  async clone(name: string): Promise<string> {
    const clone = join(this.#folder, name);
    await run(this.#folder, 'clone', '--quiet', this.remote, clone);
    return clone;
  }

  /** Commits and pushes; `known` is told the commit before anybody else can see it. */
  push(what: CommitKind, known: (commit: string) => void): Promise<void> {
    const pushed = this.#last.then(() => this.#push(what, known));
    this.#last = pushed.catch(() => {});
    return pushed;
  }

  /** Whose process that is, for its suites. */
  async runsAs(runner: string, pid: number): Promise<void> {
    await writeFile(join(this.#folder, 'pids', runner), String(pid));
  }

  /** How often the suite of each commit came to its end. */
  async completed(): Promise<ReadonlyMap<string, number>> {
    const text = await readFile(join(this.#folder, 'witness'), 'utf8').catch(() => '');
    const times = new Map<string, number>();
    for (const commit of text.split('\n').slice(0, -1)) {
      times.set(commit, (times.get(commit) ?? 0) + 1);
    }
    return times;
  }

  async #push(what: CommitKind, known: (commit: string) => void): Promise<void> {
    this.#commits += 1;
    const script = join(this.#author, '.ci', 'run');
    await mkdir(join(this.#author, '.ci'), { recursive: true });
    await writeFile(script, suiteOf(what, this.#folder));
    await chmod(script, 0o755);
    await writeFile(join(this.#author, 'tickets'), `${this.#commits}\n`);
    await run(this.#author, 'add', '--all');
    await run(this.#author, 'commit', '--quiet', `--message=${subjects[what]} (${what})`);
    const commit = (await run(this.#author, 'rev-parse', 'HEAD')).trim();
    known(commit);
    await run(this.#author, 'push', '--quiet', 'origin', 'main');
  }
}

function suiteOf(what: CommitKind, folder: string): string {
  return `#!/bin/sh
LAB='${folder}'
note() { echo "\${CI_COMMIT_SHA:-$(git rev-parse HEAD)}" >> "$LAB/witness"; }
echo "testing tickets: this commit is ${what}"
${suites[what]}
note
echo "all good"
`;
}

/** Nobody's settings of git: the same commits everywhere. */
async function run(cwd: string, ...args: string[]): Promise<string> {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  const env = { ...Object.fromEntries(others), GIT_CONFIG_GLOBAL: '/dev/null' };
  const { stdout } = await git('git', [...identity, ...args], { cwd, env });
  return stdout;
}
