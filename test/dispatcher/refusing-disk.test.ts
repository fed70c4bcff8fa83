import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseCommit } from '../../src/protocol/ids.js';
import { type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { launchDispatcher, spawnDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { modernPeer } from '../support/modern-peers.js';

// Their logs lie in different folders.
const c = parseCommit('1c'.repeat(20)) ?? commit(0);
const d = parseCommit('d4'.repeat(20)) ?? commit(1);

/** A dispatcher with a runner of two slots. */
async function atWork() {
  const folder = temporaryFolder();
  const dispatcher = await spawnDispatcher(folder);
  const hello = { role: 'runner', name: 'ada', repository: 'demo', capacity: 2 } as const;
  return { ...dispatcher, folder, runner: await modernPeer(dispatcher.port, hello) };
}

describe('what the disk refuses', () => {
  test('to a reader of a log is told to that reader, and costs nobody else anything', async () => {
    const { folder, port, runner } = await atWork();
    expect(await type(port, `dispatch:${c}`)).toBe('OK');
    const { run } = await runner.hears('runtest');
    runner.finishes(run, 'fine\n');
    await runner.hears('recorded');
    // As an unreadable one: who has all rights may read that, and nobody a folder.
    const log = join(folder, 'data', 'logs', c.slice(0, 2), `${c}-1.1.log`);
    rmSync(log);
    mkdirSync(log);
    expect(await type(port, `log:${c}`)).toMatch(/^\nThis log cannot be read .*EISDIR/);
    const raw = await fetch(`http://127.0.0.1:${port}/api/logs/${run}/raw`);
    expect(await raw.text().catch(() => '')).not.toContain('fine');
    expect(await type(port, `verdict:${c}`)).toBe('passed\n');
  });

  test('of a log is waited for, and told of; other runs go on', async () => {
    const { folder, port, runner, told } = await atWork();
    const inItsPlace = join(folder, 'data', 'logs', c.slice(0, 2));
    writeFileSync(inItsPlace, 'a file in the place of a folder');
    expect(await type(port, `dispatch:${c}`)).toBe('OK');
    const first = await runner.hears('runtest');
    runner.finishes(first.run, 'fine\n');
    await eventually('it says so', () =>
      told.find(({ msg }) => /^a log cannot be written .*its runner waits/.test(String(msg))),
    );
    const other = await modernPeer(port, { role: 'runner', name: 'bob', repository: 'demo' });
    expect(await type(port, `dispatch:${d}`)).toBe('OK');
    const second = await eventually('it is given away', () =>
      [...runner.heard, ...other.heard].find(
        (message) => message.verb === 'runtest' && message.commit === d,
      ),
    );
    expect(second).toBeDefined();
    rmSync(inItsPlace);
    await runner.hears('recorded');
    expect(await type(port, `log:${c}`)).toBe('fine\n');
    expect(await type(port, `why:${c}`)).not.toContain('lost');
  });

  test('in the results folder holds up nobody, not even a pipe that nobody writes to', async () => {
    const { folder, port, runner, told } = await atWork();
    rmSync(join(folder, 'results'), { recursive: true });
    execFileSync('mkfifo', [join(folder, 'results')]);
    expect(await type(port, `dispatch:${c}`)).toBe('OK');
    runner.finishes((await runner.hears('runtest')).run, 'fine\n');
    await runner.hears('recorded');
    expect(await type(port, `log:${c}`)).toBe('fine\n');
    expect(told).toContainEqual(expect.objectContaining({ event: 'results-not-published' }));
  });
});

test('a folder for logs that cannot be had is told of at the start', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'data', 'logs'), 'a file in its place');
  const { code, stderr } = await launchDispatcher(folder, '--port', '0').exit;
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^Cannot write logs to .*--data\./)]);
});
