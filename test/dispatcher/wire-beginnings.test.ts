import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { modernPeer } from '../support/modern-peers.js';

const [one, other] = [commit(0x1234), commit(0x9)];
const far = commit(0xabc).replace(/^0/, 'f');

describe('the beginning of an id, as git and our stories print it', () => {
  test('names the commit, where one begins so', async () => {
    const { port } = await startDispatcher();
    await tell(port, `dispatch:${far}`);
    expect(await type(port, 'verdict:f000')).toBe('waiting\n');
    expect(await type(port, 'why:F0000000')).toContain('was handed over');
    expect(await type(port, 'cancel:f0000')).toBe('OK\n');
    expect(await type(port, 'rerun:f0000')).toBe('OK\n');
    expect(await type(port, 'cancel:f0000')).toBe('OK\n');
    expect(await type(port, 'log:f0000')).toBe('It was cancelled while it waited.\n');
  });

  test('is asked back for where several do, and answered where none does', async () => {
    const { port } = await startDispatcher();
    for (const each of [one, other]) await tell(port, `dispatch:${each}`);
    const which = await type(port, 'why:0000');
    expect(which).toMatch(/^0000 could be .*: give more digits\n$/);
    expect(which).toContain(one);
    expect(await type(port, 'cancel:00000')).toBe(which.replace('0000', '00000'));
    expect(await type(port, 'verdict:beef')).toBe(
      'No commit that was handed over begins with beef\n',
    );
  });

  test('may be a branch’s name in cancel, if no commit begins so', async () => {
    const { port } = await startDispatcher();
    const observer = await modernPeer(port, { role: 'observer', name: 'eve', repository: 'demo' });
    const body = { branch: 'beef', author: '', subject: '' };
    observer.say({ verb: 'dispatch', commit: one, body });
    await observer.hears('accepted');
    expect(await type(port, 'cancel:beef')).toBe('OK\n');
    expect(await type(port, `verdict:${one}`)).toBe('cancelled\n');
  });
});

test('a commit that two repositories have has a log and a file of each', async () => {
  const dispatcher = await startDispatcher();
  const { port, folder } = dispatcher;
  const body = { branch: 'main', author: '', subject: '' };
  for (const repository of ['fork', 'origin']) {
    const runner = await modernPeer(port, {
      role: 'runner',
      name: `at ${repository}`.replace(' ', '-'),
      repository,
    });
    const observer = await modernPeer(port, { role: 'observer', name: 'eve', repository });
    observer.say({ verb: 'dispatch', commit: one, body });
    runner.finishes((await runner.hears('runtest')).run, `in ${repository}\n`);
    await runner.hears('recorded');
  }
  expect(await type(port, `log:${one}`)).toBe(
    '=== fork ===\nin fork\n\n=== origin ===\nin origin\n',
  );
  const fileOf = (name: string) => readFileSync(join(folder, 'results', name), 'utf8');
  await eventually('both are there', () => fileOf(`${one}.origin`) !== '');
  expect([fileOf(`${one}.fork`), fileOf(`${one}.origin`)]).toEqual(['in fork\n', 'in origin\n']);
});

test('a reason that no suite printed is the last line of the log and of the results file', async () => {
  const { port, result } = await startDispatcher();
  await tell(port, `dispatch:${one}`);
  for (let time = 0; time < 3; time += 1) {
    const runner = await modernPeer(port, { role: 'runner', name: `r${time}`, repository: 'demo' });
    const { run } = await runner.hears('runtest');
    runner.say({ verb: 'log', log: run, offset: 0, body: Buffer.from('half a li') });
    // What it logged is there, and so it has confirmed its run.
    await eventually('it is logged', async () => (await type(port, 'status')).includes('tests'));
    runner.socket.end();
    await eventually('it is gone', async () => !(await type(port, 'status')).includes(`r${time}`));
  }
  const log = await type(port, `log:${one}`);
  expect(log).toMatch(/^(half a li\n)?3 runners were lost while testing it: .*\n$/);
  expect(result(one).toString()).toBe(log);
});
