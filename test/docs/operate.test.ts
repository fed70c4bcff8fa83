/**
 * Owns the promise that what README and docs/operate.md have people type works as it is written.
 */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { spawnDispatcher } from '../support/dispatchers.js';
import { temporaryFolder } from '../support/git.js';
import { launcher } from '../support/launchers.js';
import { modernPeer } from '../support/modern-peers.js';
import { hasSqlite } from '../support/tools.js';

const readme = readFileSync('README.md', 'utf8');
const operate = readFileSync('docs/operate.md', 'utf8');
const dispatcher = `${process.execPath} ${launcher('dispatcher')}`;
const [c, later] = [commit(0xc0ffee), commit(0xdecade)];

test('a backup is taken of a dispatcher at work, and put back', async () => {
  const folder = temporaryFolder();
  const first = await spawnDispatcher(folder);
  await passes(first.port);
  await sh(folder, blockWith(operate, '--backup'));
  await tell(first.port, `dispatch:${later}`);
  first.kill('SIGKILL');
  await first.exit;

  await sh(folder, blockWith(operate, 'cp -r backup'));
  const { port } = await spawnDispatcher(folder);
  expect(await type(port, `log:${c}`)).toBe('fine\n');
  expect(await type(port, `verdict:${c}`)).toBe('passed\n');
  expect(await type(port, `verdict:${later}`)).toBe('unknown\n');
});

test('who starts over has a dispatcher that knows nothing', async () => {
  const folder = temporaryFolder();
  const first = await spawnDispatcher(folder);
  await tell(first.port, `dispatch:${c}`);
  first.kill('SIGKILL');
  await first.exit;
  await sh(folder, blockWith(operate, 'rm -rf .trivet test_results'));
  const { port } = await spawnDispatcher(folder);
  expect(await type(port, `verdict:${c}`)).toBe('unknown\n');
});

test('a log that was deleted is empty, and its commit keeps its verdict', async () => {
  const folder = temporaryFolder();
  const { port } = await spawnDispatcher(folder);
  await passes(port);
  await sh(folder, blockWith(operate, '-delete').replace('+90', '-1'));
  expect(await type(port, `log:${c}`)).toBe('');
  expect(await type(port, `verdict:${c}`)).toBe('passed\n');
});

test.runIf(hasSqlite)('the last verdicts are asked of the database', async () => {
  const folder = temporaryFolder();
  const { port } = await spawnDispatcher(folder);
  await passes(port);
  expect(await sh(folder, blockWith(readme, 'sqlite3'))).toMatch(
    /│ 0000000 │ .* │ passed +│ 1 +│ ada +│ passed +│/,
  );
});

test('a token is sent to whom the certificate vouches for, and to nobody else', async () => {
  const [folder, other] = [temporaryFolder(), temporaryFolder()];
  const block = blockWith(readme, 'openssl');
  const making = block.slice(0, block.indexOf('node dispatcher.js'));
  const asking = block.slice(block.indexOf('printf'));
  for (const place of [folder, other]) await sh(place, making);
  const [token, cert, key] = ['token', 'cert.pem', 'key.pem'].map((name) => join(folder, name));
  const flags = ['--token-file', token ?? '', '--tls-cert', cert ?? '', '--tls-key', key ?? ''];
  const { port } = await spawnDispatcher(folder, { flags });
  expect(await sh(folder, asking.replace('ci:8888', `localhost:${port}`))).toContain('0 runners');

  const impostor = await impostorWith(other);
  await sh(folder, asking.replace('ci:8888', `localhost:${impostor.port}`)).catch(() => {});
  expect(impostor.heard()).toBe('');
});

/** Somebody who has a certificate in that folder, too. */
async function impostorWith(folder: string) {
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => readFileSync(join(folder, name)));
  let heard = '';
  const server = tls.createServer({ cert, key }, (socket) => {
    socket.on('data', (bytes) => {
      heard += bytes;
    });
    socket.on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, heard: () => heard };
}

/** The commit's suite says that it is fine. */
async function passes(port: number): Promise<void> {
  const runner = await modernPeer(port, { role: 'runner', name: 'ada', repository: 'demo' });
  await tell(port, `dispatch:${c}`);
  const { run } = await runner.hears('runtest');
  runner.finishes(run, 'fine\n');
  await runner.hears('recorded');
}

/** What a page shows between fences, of which that is a part. */
function blockWith(page: string, part: string): string {
  const blocks = [...page.matchAll(/^```(?:sh)?\n([^`]*)^```$/gm)].map(([, block = '']) => block);
  const found = blocks.find((block) => block.includes(part));
  if (found === undefined) throw new Error(`there is no such block: ${part}`);
  return found;
}

/** As a person types it, in the folder where tests have their dispatcher's files. */
async function sh(cwd: string, text: string): Promise<string> {
  const here = text
    .replaceAll('.trivet', 'data')
    .replaceAll('test_results', 'results')
    .replaceAll('trivet-dispatcher', `${dispatcher} --data data`);
  return (await promisify(execFile)('sh', ['-ec', here], { cwd })).stdout;
}
