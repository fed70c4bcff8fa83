import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { gitSettingsNow } from '../../src/world/git-settings.js';
import { temporaryFolder } from '../support/git.js';

/** The settings of a user whose file that is. */
function settingsIn(file: string): string {
  vi.stubEnv('GIT_CONFIG_GLOBAL', file);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return gitSettingsNow();
}

test('settings are others once a file that they include is another', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'config');
  writeFileSync(file, '[include]\n  path = more\n');
  const without = settingsIn(file);
  expect(settingsIn(file)).toBe(without);
  writeFileSync(join(folder, 'more'), '[user]\n');
  expect(settingsIn(file)).not.toBe(without);
});

test('a file that cannot be read is like one that is not there, as it is for git', () => {
  const folder = temporaryFolder();
  const circle = join(folder, 'circle');
  symlinkSync(circle, circle);
  expect(settingsIn(circle)).toBe(settingsIn(join(folder, 'none')));
});
