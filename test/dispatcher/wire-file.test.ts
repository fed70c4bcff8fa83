/**
 * The record of the wire in a file: `--wire-log`.
 */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WireFile } from '../../src/dispatcher/shell/wire-file.js';
import { parseRecording } from '../../src/record/parse.js';
import { type WireHeader, wireFormat, wireVersion } from '../../src/record/record.js';
import type { Told } from '../../src/world/story.js';
import { tell } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { launchDispatcher, spawnDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { modernPeer } from '../support/modern-peers.js';

// Dispatchers start in processes of their own.
vi.setConfig({ testTimeout: 60_000 });

const header: WireHeader = {
  ...{ format: wireFormat, version: wireVersion, source: 'dispatcher' },
  ...{ title: 'dispatcher', startedAtMs: 1 },
};

function given(limits: { fileBytesMax?: number; queuedBytesMax?: number } = {}) {
  const folder = join(temporaryFolder(), 'wire');
  mkdirSync(folder);
  const path = join(folder, 'log');
  const told: Told[] = [];
  const all = { fileBytesMax: 1e6, queuedBytesMax: 1e6, olderFiles: 2, ...limits };
  const file = new WireFile(path, (line) => told.push(line), all);
  file.begin(header);
  const read = (name = 'log') => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
  return { folder, path, told, file, read };
}

const records = (...all: number[]) => [JSON.stringify(header), ...all.map((n) => `record ${n}`)];

test('a full file is moved, each begins with the header, and so many are kept', async () => {
  const { file, read, folder } = given({ fileBytesMax: 100 + JSON.stringify(header).length });
  const begun = [];
  for (let n = 1; n <= 40; n += 1) if (file.write(n, `record ${n}\n`)) begun.push(n);
  await file.close();
  expect(begun).toEqual([11, 20, 29, 38]);
  expect(read()).toEqual(records(38, 39, 40));
  expect(read('log.1')).toEqual(records(29, 30, 31, 32, 33, 34, 35, 36, 37));
  expect(read('log.2')[1]).toBe('record 20');
  expect(existsSync(join(folder, 'log.3'))).toBe(false);
});

test('what was there before is kept as a recording of its own', async () => {
  const { file, read, path } = given();
  writeFileSync(path, 'of yesterday\n');
  file.write(1, 'record 1\n');
  await file.close();
  expect([read('log.1'), read()]).toEqual([['of yesterday'], records(1)]);
});

test('a disk that is too slow makes nobody wait: what found no room is counted', async () => {
  const { file, read, path } = given({ queuedBytesMax: JSON.stringify(header).length + 25 });
  for (let n = 1; n <= 5; n += 1) file.write(n, `record ${n}\n`);
  let n = 5;
  await eventually('there is room again', () => {
    n += 1;
    file.write(n, `record ${n}\n`);
    return existsSync(path) && read().length > 3;
  });
  await file.close();
  const [missed = '', next] = read().slice(3);
  const { from, to } = JSON.parse(missed);
  expect(read().slice(0, 3)).toEqual(records(1, 2));
  expect([from, next]).toEqual([3, `record ${to + 1}`]);
});

test('what is missing at the end of a file is said there', async () => {
  const { file, read } = given({ queuedBytesMax: JSON.stringify(header).length + 25 });
  for (let n = 1; n <= 5; n += 1) file.write(n, `record ${n}\n`);
  await file.close();
  expect(read()).toEqual([...records(1, 2), '{"kind":"missed","from":3,"to":5}']);
});

test('one that cannot be written any more is told of once, and given up', async () => {
  const { file, folder, told } = given({ fileBytesMax: 100 });
  file.write(1, 'record 1\n');
  await eventually('it is written', () => existsSync(join(folder, 'log')));
  rmSync(folder, { recursive: true });
  for (let n = 2; n <= 50; n += 1) file.write(n, `record ${n}\n`);
  await file.close();
  expect(told).toMatchObject([
    { event: 'wire-log-given-up', msg: expect.stringMatching(/ENOENT/) },
  ]);
});

test('a file in no folder is refused at the start, with the way out', async () => {
  const { exit } = launchDispatcher(temporaryFolder(), '--wire-log', '/nowhere/wire.ndjson');
  const { code, stderr } = await exit;
  expect(code).toBe(2);
  expect(stderr).toContain(
    'Cannot write the record of the wire to /nowhere/wire.ndjson (ENOENT): name a file in a folder',
  );
});

test('the file holds the whole story of a commit, and `wire` tells it as it goes on', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'wire.ndjson');
  const { port, kill, exit } = await spawnDispatcher(folder, { flags: ['--wire-log', path] });
  let typed = '';
  const reader = net.connect({ port, host: '127.0.0.1' }, () => reader.write('wire\n'));
  reader.setEncoding('utf8').on('data', (text: string) => {
    typed += text;
  });
  onTestFinished(() => void reader.destroy());
  await eventually('it is heard', () => typed !== '');
  const ada = await modernPeer(port, { role: 'runner', name: 'ada' });
  const c = commit(0xc0ffee);
  await tell(port, `dispatch:${c}`);
  const { run } = await ada.hears('runtest');
  ada.finishes(run, 'all good\n');
  await ada.hears('recorded');
  await eventually('the verdict', () => typed.includes('"what":"verdict"'));
  reader.destroy();
  kill('SIGTERM');
  expect((await exit).code).toBe(0);
  const written = parseRecording(readFileSync(path, 'utf8'));
  if ('says' in written) throw new Error(written.says);
  expect(written.value.header).toMatchObject({ title: `dispatcher on localhost:${port}` });
  const ofCommit = written.value.records.flatMap((record) => {
    if (record.kind === 'message') return record.commit === c ? record.verb : [];
    return record.kind === 'change' && record.commit === c ? record.what : [];
  });
  const way = ['dispatch', 'accepted', 'leased', 'reply', 'runtest', 'log', 'results', 'verdict'];
  expect(ofCommit).toEqual([...way, 'recorded']);
  // It heard the same, from its own request on, and nothing of what it was sent itself.
  const heard = parseRecording(typed);
  if ('says' in heard) throw new Error(heard.says);
  const [first] = heard.value.records;
  expect(heard.value.records).toEqual(
    written.value.records
      .filter(({ n }) => n >= (first?.n ?? 0))
      .slice(0, heard.value.records.length),
  );
});
