/**
 * Owns real git repositories for tests: made in a temporary folder, removed after each test,
 * with a fixed author and without the machine's own configuration.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Commit, parseCommit } from '../../src/protocol/ids.js';

const environment = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

export interface TestRepository {
  readonly path: string;
  /** Runs git there and answers what it printed, trimmed. */
  git(...args: string[]): string;
  /** Commits on the current branch; with a file, so that the tree differs. */
  commit(subject: string, files?: Readonly<Record<string, string>>): Commit;
  push(...refs: string[]): void;
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'trivet-test-'));
  // What a process that was killed had started may still write.
  onTestFinished(() => rmSync(path, { recursive: true, force: true, maxRetries: 10 }));
  return path;
}

/** A repository with a work tree and no commit, its branch called main. */
export function makeRepository(path = join(temporaryFolder(), 'demo')): TestRepository {
  mkdirSync(path, { recursive: true });
  runGit(path, ['init', '-q', '-b', 'main']);
  return repositoryAt(path);
}

/** A bare repository, as one that is pushed to. */
export function makeBare(path = join(temporaryFolder(), 'demo.git')): TestRepository {
  mkdirSync(path, { recursive: true });
  runGit(path, ['init', '-q', '--bare', '-b', 'main']);
  return repositoryAt(path);
}

/** A clone of `url`; its name may hold anything that a path may. */
export function makeClone(url: string, path = join(temporaryFolder(), 'clone')): TestRepository {
  runGit(tmpdir(), ['clone', '-q', url, path]);
  return repositoryAt(path);
}

/** A bare remote, and the clone of somebody who pushes to it. */
export function makeRemote(): { remote: TestRepository; author: TestRepository } {
  const remote = makeBare();
  return { remote, author: makeClone(remote.path) };
}

/** `count` commits upon one another on `branch`, made in one go. */
export function importCommits({ path }: TestRepository, branch: string, count: number): void {
  const stream = Array.from({ length: count }, (_, index) => {
    const subject = `commit ${index + 1}`;
    const mark = `commit refs/heads/${branch}\nmark :${index + 1}\n`;
    const from = index === 0 ? '' : `from :${index}\n`;
    const who = `committer Ada <ada@example.com> ${1_700_000_000 + index} +0000\n`;
    return `${mark}${who}data ${subject.length}\n${subject}\n${from}`;
  });
  execFileSync('git', ['fast-import', '--quiet'], {
    cwd: path,
    env: environment,
    input: stream.join(''),
  });
}

function repositoryAt(path: string): TestRepository {
  const git = (...args: string[]) => runGit(path, args);
  const head = () => {
    const commit = parseCommit(git('rev-parse', 'HEAD'));
    if (commit === null) throw new Error('HEAD is no commit');
    return commit;
  };
  return {
    path,
    git,
    commit: (subject, files = {}) => {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(join(path, name), text);
      }
      git('add', '--all');
      git('commit', '-q', '--allow-empty', '-m', subject);
      return head();
    },
    push: (...refs) => {
      git('push', '-q', 'origin', ...(refs.length === 0 ? ['HEAD'] : refs));
    },
  };
}

function runGit(cwd: string, args: readonly string[]): string {
  const output = execFileSync('git', args, { cwd, env: environment, stdio: 'pipe' });
  return output.toString('utf8').trim();
}

/** The user's settings of git are these, until the test ends. */
export function userSets(text: string): string {
  const before = process.env['HOME'];
  onTestFinished(() => {
    process.env['HOME'] = before;
  });
  const home = temporaryFolder();
  process.env['HOME'] = home;
  writeFileSync(join(home, '.gitconfig'), text);
  return home;
}
