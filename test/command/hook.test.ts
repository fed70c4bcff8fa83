import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { hook } from '../../src/command/hook.js';
import { eventually } from '../support/eventually.js';
import { makeBare, makeRepository } from '../support/git.js';
import { typed } from '../support/typed.js';

/** Hears what is said at a port, and answers OK. */
async function ear() {
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      heard.push(String(bytes));
      socket.end('OK\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return { heard, port: typeof address === 'object' ? (address?.port ?? 0) : 0 };
}

test('a hook is written or extended, once, and nothing that stood there is lost', async () => {
  const repository = makeRepository();
  const path = join(repository.path, '.git/hooks/post-commit');
  const install = (...args: string[]) => typed(repository.path, hook, 'install', ...args);
  expect(await install()).toEqual({ status: 0, stdout: `${path}: written\n`, stderr: '' });
  const first = readFileSync(path, 'utf8');
  expect(first).toMatch(
    /^#!\/bin\/sh\n# trivet: begin\n.*poll --dispatcher-server localhost:8888 .*&\n/s,
  );
  expect(statSync(path).mode & 0o111).toBe(0o111);
  expect((await install()).stdout).toBe(`${path}: as it was\n`);
  expect(JSON.parse((await install('--json')).stdout)).toEqual({ path, how: 'as it was' });

  writeFileSync(path, '#!/bin/bash -e\necho theirs\nexit 0\n');
  expect((await install('--dispatcher-server', 'ci:8888')).stdout).toBe(`${path}: extended\n`);
  expect(readFileSync(path, 'utf8')).toMatch(
    /^#!\/bin\/bash -e\n# trivet: begin\n.*\necho theirs\nexit 0\n$/s,
  );
  vi.stubEnv('TRIVET_TOKEN', 'a-token-of-sixteen');
  expect((await install()).stderr).toContain('name a file with --token-file');
  vi.unstubAllEnvs();
  await install('--dispatcher-server', 'ci:9999', '--token-file', 'token');
  const moved = readFileSync(path, 'utf8');
  expect(moved).toContain(`ci:9999 --token-file ${join(repository.path, 'token')} <`);
  expect(moved).not.toContain('ci:8888');

  writeFileSync(path, '#!/usr/bin/env python3\nprint("theirs")\n');
  expect(await install()).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('is there already, and is no shell script'),
  });
  expect(readFileSync(path, 'utf8')).toContain('print("theirs")');
});

test('hooks that lie elsewhere, for others as well, are told of and left alone', async () => {
  const repository = makeRepository();
  repository.git('config', 'core.hooksPath', '/srv/hooks');
  expect(await typed(repository.path, hook, 'install')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining(
      'lie in /srv/hooks (core.hooksPath), and may be those of others',
    ),
  });
  repository.git('config', 'core.hooksPath', '.husky');
  expect((await typed(repository.path, hook, 'install')).stdout).toBe(
    `${join(repository.path, '.husky/post-commit')}: written\n`,
  );
});

test('after a commit the observers look at once, and a bare repository says so after a push', async () => {
  const { heard, port } = await ear();
  const bare = makeBare();
  const server = ['--dispatcher-server', `127.0.0.1:${port}`];
  expect((await typed(bare.path, hook, 'install', ...server)).stdout).toBe(
    `${join(bare.path, 'hooks/post-receive')}: written\n`,
  );
  const author = makeRepository();
  expect((await typed('/', hook, 'install', ...server, author.path)).status).toBe(0);
  author.commit('Begin');
  await eventually('the commit is told of', () => heard.length === 1);
  author.git('push', '-q', bare.path, 'HEAD');
  await eventually('the push is told of', () => heard.length === 2);
  expect(heard).toEqual(['poll\n', 'poll\n']);
});
