import { readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openClone } from '../../src/world/clone.js';
import { UsageError } from '../../src/world/exit.js';
import { GitFault, gitIn, swiftGitIn } from '../../src/world/git.js';
import { makeRepository, temporaryFolder } from '../support/git.js';

test('a shell that is killed costs one git command, and the next has a shell of its own', async () => {
  const repository = makeRepository();
  repository.commit('first', { 'a.txt': 'one' });
  const git = swiftGitIn(repository.path);
  await git(['version']);
  const shell = shellFor(repository.path);
  const dying = git(['-c', `alias.die=!kill -KILL ${shell}; sleep 1`, 'die']);
  await expect(dying).rejects.toThrow(GitFault);
  expect(await git(['log', '--format=%s'])).toBe('first\n');
});

test('output without end is ended, and is a fault of git', async () => {
  const repository = makeRepository();
  const git = swiftGitIn(repository.path);
  const flood = git(['-c', 'alias.flood=!yes', 'flood']);
  await expect(flood).rejects.toThrow(/^more than \d+ characters of output$/);
  expect(await git(['rev-parse', '--is-bare-repository'])).toBe('false\n');
});

test('git that cannot be started is a fault of git, not of ours', async () => {
  const repository = makeRepository();
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('PATH', '/nonexistent');
  const git = swiftGitIn(repository.path);
  await expect(git(['version'])).rejects.toThrow('git could not be started: spawn sh ENOENT');
  await expect(git(['version'])).rejects.toThrow(GitFault);
});

test('a machine without git is told to install it, whoever looks for git', async () => {
  const { path } = makeRepository();
  const folder = temporaryFolder();
  symlinkSync('/bin/sh', join(folder, 'sh'));
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('PATH', folder);
  const sentence = 'git was not found: install it';
  await expect(swiftGitIn(path)(['version'])).rejects.toThrow(new GitFault(sentence));
  await expect(gitIn(path)(['version'])).rejects.toThrow(new GitFault(sentence));
  await expect(openClone(path)).rejects.toThrow(new UsageError(`${sentence}.`));
});

test('a folder that is gone is not taken for a git that is not there', async () => {
  const { path } = makeRepository();
  const git = gitIn(path);
  rmSync(path, { recursive: true });
  await expect(git(['version'])).rejects.toThrow(`there is no folder ${path}`);
});

/** The pid of the shell that starts git in that folder. */
function shellFor(folder: string): number {
  const pids = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name));
  const found = pids.find((pid) => environmentOf(pid).includes(`FOLDER=${folder}`));
  if (found === undefined) throw new Error('there is no shell');
  return Number(found);
}

/** Empty where the process is gone. */
function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
