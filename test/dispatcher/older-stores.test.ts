/**
 * Stores that earlier releases made, kept in stores/: `<version>.sql` is a dump of one, beside it its
 * logs and what the dispatcher that made it answered of each of its commits.
 */

import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../../src/dispatcher/store/open-sqlite.js';
import { SqliteStore } from '../../src/dispatcher/store/sqlite.js';
import type { RunId } from '../../src/protocol/ids.js';
import { type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { launchDispatcher, startDispatcher } from '../support/dispatchers.js';
import { temporaryFolder } from '../support/git.js';
import { modernPeer } from '../support/modern-peers.js';

const stores = join(import.meta.dirname, 'stores');

/** A folder with such a store as a dispatcher's data. */
function kept(version: number): string {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  mkdirSync(data);
  cpSync(join(stores, `${version}.logs`), join(data, 'logs'), { recursive: true });
  change(folder, readFileSync(join(stores, `${version}.sql`), 'utf8'));
  return folder;
}

function change(folder: string, sql: string): void {
  const database = new Database(join(folder, 'data', 'trivet.db'));
  database.exec(sql);
  database.close();
}

test('a store of version 1 opens, and tells all its history as its own release did', async () => {
  const { port } = await startDispatcher({ folder: kept(1) });
  const answers = readFileSync(join(stores, '1.answers.txt'), 'utf8').split(/^\$ (.*)\n/m);
  expect(answers.length).toBeGreaterThan(60);
  for (let at = 1; at < answers.length; at += 2) {
    const [question = '', answer = ''] = answers.slice(at, at + 2);
    expect(`${question}\n${(await type(port, question)).trimEnd()}\n`).toBe(
      `${question}\n${answer}`,
    );
  }
});

test('what was not finished in it goes on: out with a runner, or waiting', async () => {
  const { port } = await startDispatcher({ folder: kept(1) });
  const [ten, eleven] = ['aa92822e-15', 'c5148cb8-1'] as RunId[];
  if (ten === undefined || eleven === undefined) throw new Error('no runs');
  const runs = [
    { run: ten, commit: commit(10) },
    { run: eleven, commit: commit(11) },
  ];
  const ida = await modernPeer(port, { role: 'runner', name: 'ida', repository: 'demo', runs });
  const max = await modernPeer(port, { role: 'runner', name: 'max', repository: 'other' });
  const twelve = await max.hears('runtest');
  expect(twelve).toMatchObject({ commit: commit(12), body: { number: 1 } });
  ida.finishes(ten, 'ten goes on\nto its end\n');
  ida.finishes(eleven, 'eleven\n', 'failed');
  max.finishes(twelve.run, 'twelve\n');
  for (const peer of [ida, ida, max]) await peer.hears('recorded');
  const words = [10, 11, 12].map((number) => type(port, `verdict:${commit(number)}`));
  expect(await Promise.all(words)).toEqual(['passed\n', 'failed\n', 'passed\n']);
  expect(await type(port, `log:${commit(10)}`)).toBe('ten goes on\nto its end\n');
});

test('a disk that is full in the middle leaves it as it was, and the next start goes on', () => {
  const folder = kept(1);
  const path = join(folder, 'data', 'trivet.db');
  const full = new Database(path);
  const pages = full.pragma('page_count', { simple: true });
  full.pragma(`max_page_count = ${pages}`);
  expect(() => new SqliteStore(full, { release: () => {} })).toThrow(
    expect.objectContaining({ code: 'SQLITE_FULL' }),
  );
  expect(full.pragma('user_version', { simple: true })).toBe(1);
  full.close();
  const store = openSqliteStore(join(folder, 'data'));
  expect(store.jobsOf(commit(2))).toMatchObject([{ verdict: 'passed' }]);
  store.close();
});

test('a damaged entry of a job that goes on is named at the start, with exit code 2', async () => {
  const folder = kept(1);
  change(folder, `UPDATE journal SET entry = replace(entry, '000b"', 'x"') WHERE seq = 44`);
  const { code, stderr } = await launchDispatcher(folder, '--port', '0').exit;
  expect(stderr).toMatch(
    /^The store is damaged: entry 44 is none \(commit: not a full commit id\)/,
  );
  expect(code).toBe(2);
});

test('a store that lacks a table is refused with a sentence and exit code 2', async () => {
  const folder = kept(1);
  change(folder, 'DROP TABLE job');
  const { code, stderr } = await launchDispatcher(folder, '--port', '0').exit;
  expect(stderr).toMatch(/^The store in .* is not as Trivet made it \(no such table: job\)/);
  expect(code).toBe(2);
});
