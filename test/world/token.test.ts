import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Told } from '../../src/world/story.js';
import { readToken } from '../../src/world/token.js';
import { temporaryFolder } from '../support/git.js';

test('A49: a token is read anew where its file has changed, and that is said without it', () => {
  const { file, token, told } = tokenIn('correct-horse-battery');
  token?.reread((line) => told.push(line));
  expect(told).toEqual([]);
  writeFileSync(file, 'incorrect-horse-battery\n');
  token?.reread((line) => told.push(line));
  expect(token?.matches('correct-horse-battery')).toBe(false);
  expect(token?.matches('incorrect-horse-battery')).toBe(true);
  expect(told).toEqual([
    { event: 'token-read', file, msg: `the token was read anew from ${file}` },
  ]);
});

test.each([
  ['too short', (file: string) => writeFileSync(file, 'horse')],
  ['gone', (file: string) => rmSync(file)],
  ['a pipe, which nobody fills', (file: string) => pipeAt(file)],
  ['a link to itself', (file: string) => linkToItself(file)],
  ['in a folder that is a file by now', (file: string) => fileFor(dirname(file))],
])('a token file that is %s is not taken, and said', (_, spoil) => {
  const { file, token, told } = tokenIn('correct-horse-battery');
  spoil(file);
  token?.reread((line) => told.push(line));
  expect(token?.matches('correct-horse-battery')).toBe(true);
  expect(told[0]?.msg).toMatch(/The former token stays in use\.$/);
  expect(() => token?.exposedIn).not.toThrow();
});

test('a token that others may read is named, but not one that systemd gives to us alone', () => {
  const { file, token } = tokenIn('correct-horse-battery');
  chmodSync(file, 0o440);
  expect(token?.exposedIn).toBe(file);
  vi.stubEnv('CREDENTIALS_DIRECTORY', dirname(file));
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(token?.exposedIn).toBe(null);
});

function pipeAt(file: string): void {
  rmSync(file);
  execFileSync('mkfifo', [file]);
}

function linkToItself(file: string): void {
  rmSync(file);
  symlinkSync(file, file);
}

function fileFor(folder: string): void {
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'a file in the place of a folder');
}

function tokenIn(text: string) {
  const file = join(temporaryFolder(), 'token');
  writeFileSync(file, text, { mode: 0o600 });
  const told: Told[] = [];
  return { file, token: readToken(file), told };
}
