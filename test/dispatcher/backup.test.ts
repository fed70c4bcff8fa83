import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { launchDispatcher, spawnDispatcher, startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { modernPeer } from '../support/modern-peers.js';

test('a store is copied while its dispatcher goes on, and holds all that was OK before', async () => {
  const folder = temporaryFolder();
  const { port } = await spawnDispatcher(folder);
  const runner = await modernPeer(port, { role: 'runner', name: 'ada', repository: 'demo' });
  await tell(port, `dispatch:${commit(1)}`);
  runner.finishes((await runner.hears('runtest')).run, 'fine\n');
  await runner.hears('recorded');
  await tell(port, `dispatch:${commit(2)}`);

  const file = join(folder, 'backup.db');
  const backup = launchDispatcher(folder, '--backup', file);
  let later = 3;
  let isOver = false;
  void backup.exit.then(() => {
    isOver = true;
  });
  while (!isOver) {
    expect(await tell(port, `dispatch:${commit(later)}`)).toBe('OK');
    later += 1;
  }
  expect((await backup.exit).code).toBe(0);
  const said = await eventually('it says so', () => backup.told[0]);
  expect(said).toMatchObject({ event: 'backed-up', file });
  expect(later).toBeGreaterThan(4);
  expect(readdirSync(folder).sort()).toEqual(['backup.db', 'data', 'results']);

  const other = temporaryFolder();
  mkdirSync(join(other, 'data'));
  copyFileSync(file, join(other, 'data', 'trivet.db'));
  const restored = await startDispatcher({ folder: other });
  expect(await type(restored.port, `verdict:${commit(1)}`)).toBe('passed\n');
  expect(await type(restored.port, `verdict:${commit(2)}`)).toBe('running\n');
  expect(await type(restored.port, `why:${commit(1)}`)).toContain('passed after');
});

test('a store whose dispatcher was killed is copied with all that it had promised', async () => {
  const folder = temporaryFolder();
  const { port, kill, exit } = await spawnDispatcher(folder);
  await tell(port, `dispatch:${commit(1)}`);
  kill('SIGKILL');
  await exit;
  const file = join(folder, 'backup.db');
  const { told, exit: end } = launchDispatcher(folder, '--backup', file);
  expect((await end).code).toBe(0);
  expect(told).toMatchObject([{ event: 'backed-up', jobs: 1 }]);
});

describe('bad input gets a sentence, exit code 2, and leaves nothing', () => {
  const refusal = async (folder: string, file: string) => {
    const { code, stderr } = await launchDispatcher(folder, '--backup', file).exit;
    expect(code).toBe(2);
    return stderr;
  };

  test('a folder without a store', async () => {
    const folder = temporaryFolder();
    expect(await refusal(folder, join(folder, 'b.db'))).toMatch(/^There is no store in .*data: /);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a file that is there already, be it the store itself', async () => {
    const folder = temporaryFolder();
    await spawnDispatcher(folder);
    const store = join(folder, 'data', 'trivet.db');
    const before = readFileSync(store);
    expect(await refusal(folder, store)).toMatch(/trivet\.db is there already: --backup makes/);
    expect(readFileSync(store)).toEqual(before);
  });

  test('a place that is not there', async () => {
    const folder = temporaryFolder();
    await spawnDispatcher(folder);
    const file = join(folder, 'nowhere', 'b.db');
    expect(await refusal(folder, file)).toMatch(/^Cannot make .*nowhere\/b\.db \(.*\): choose/);
    const below = join(folder, 'data', 'trivet.db', 'b.db');
    expect(await refusal(folder, below)).toMatch(/^Cannot make .*trivet\.db\/b\.db \(.*\): choose/);
  });

  test('a store that is none', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'trivet.db'), 'this is not a database, '.repeat(100));
    expect(await refusal(folder, join(folder, 'b.db'))).toMatch(/is damaged, or none/);
    expect(readdirSync(folder)).toEqual(['data']);
  });
});
