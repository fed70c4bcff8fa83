import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { gitIn, swiftGitIn } from '../../src/world/git.js';
import { gitEnvironment, tellWhatGitMisses } from '../../src/world/git-environment.js';
import { makeRepository, temporaryFolder } from '../support/git.js';

afterEach(() => vi.unstubAllEnvs());

describe.each([
  ['by simple-git', gitIn],
  ['from the shell that stays', swiftGitIn],
])('what the user tells git in the environment reaches a git started %s', (_, open) => {
  const setting = (path: string) => open(path)(['config', '--get', 'url.x:.insteadOf']);

  test('files with settings', async () => {
    const { path } = makeRepository();
    const file = join(temporaryFolder(), 'gitconfig');
    writeFileSync(file, '[url "x:"]\n\tinsteadOf = y:\n');
    vi.stubEnv('GIT_CONFIG_GLOBAL', file);
    expect(await setting(path)).toBe('y:\n');
  });

  test('single settings', async () => {
    const { path } = makeRepository();
    vi.stubEnv('GIT_CONFIG_COUNT', '1');
    vi.stubEnv('GIT_CONFIG_KEY_0', 'url.x:.insteadOf');
    vi.stubEnv('GIT_CONFIG_VALUE_0', 'z:');
    expect(await setting(path)).toBe('z:\n');
  });

  test('who asks for passwords and how remotes are reached', async () => {
    const { path } = makeRepository();
    const names = ['GIT_ASKPASS', 'GIT_SSH_COMMAND', 'GIT_SSH', 'GIT_SSL_NO_VERIFY', 'SSH_ASKPASS'];
    for (const name of names) vi.stubEnv(name, 'mine');
    vi.stubEnv('GIT_CONFIG_COUNT', '1');
    vi.stubEnv('GIT_CONFIG_KEY_0', 'alias.tell');
    vi.stubEnv('GIT_CONFIG_VALUE_0', '!env | grep =mine');
    const printed = await open(path)(['tell']);
    for (const name of names) expect(printed).toContain(`${name}=mine`);
  });

  test('but nothing that would turn it to another repository', async () => {
    const { path } = makeRepository();
    vi.stubEnv('GIT_DIR', '/nonexistent');
    vi.stubEnv('GIT_INDEX_FILE', '/nonexistent');
    expect(await open(path)(['rev-parse', '--is-inside-work-tree'])).toBe('true\n');
  });
});

test('what is not passed on is said, but for what edits, pages and names people', () => {
  vi.stubEnv('GIT_DIR', '/x');
  vi.stubEnv('GIT_TRACE', '1');
  for (const name of ['GIT_PAGER', 'EDITOR', 'GIT_AUTHOR_NAME', 'GIT_ASKPASS'])
    vi.stubEnv(name, 'x');
  const tell = vi.fn();
  tellWhatGitMisses(tell);
  const [told] = tell.mock.calls[0] ?? [];
  expect(told.names).toEqual(expect.arrayContaining(['GIT_DIR', 'GIT_TRACE']));
  for (const name of ['GIT_PAGER', 'EDITOR', 'GIT_AUTHOR_NAME', 'GIT_ASKPASS']) {
    expect(told.names).not.toContain(name);
  }
});

test('git’s messages, which we read, are English in whatever locale the user is', () => {
  vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
  vi.stubEnv('LANGUAGE', 'de:fr');
  expect(gitEnvironment()).toMatchObject({ LC_ALL: 'de_DE.UTF-8', LANGUAGE: 'en' });
});
