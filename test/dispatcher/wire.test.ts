import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { classicRunner, type Dialect, tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { modernPeer } from '../support/modern-peers.js';

const c = commit(0xc0ffee);
const green = 'test_one ... ok\n\nRan 1 test in 0.001s\n\nOK\n';
const red = 'test_one ... FAIL\n\nRan 1 test in 0.001s\n\nFAILED (failures=1)\n';

/** Waits until the dispatcher says that word about the commit. */
const verdict = (port: number, of: string, word: string) => {
  let said = '';
  let asking = false;
  return eventually(`verdict ${word}, not ${said}`, () => {
    if (!asking) {
      asking = true;
      void type(port, `verdict:${of}`).then((text) => {
        said = text.trim();
        asking = false;
      });
    }
    return said === word;
  });
};

describe.each<[Dialect, 'OK' | 'ok', 'classic' | 'py3']>([
  ['py2', 'OK', 'classic'],
  ['py3', 'ok', 'py3'],
])('A51: classic peers (%s) work unchanged', (dialect, ok, flag) => {
  test('A20: observer: `status` and `dispatch` hear %s, with or without a runner', async () => {
    const { port } = await startDispatcher({ dialect: flag });
    expect(await tell(port, 'status')).toBe(ok);
    expect(await tell(port, `dispatch:${c}\n`)).toBe(ok);
    expect(await tell(port, `dispatch:${c}`)).toBe(ok);
  });

  test('runner: registers, is pinged and asked, and its result is kept', async () => {
    const { port, result } = await startDispatcher({ dialect: flag });
    const runner = await classicRunner(port, dialect);
    expect(await runner.register()).toBe(ok);
    expect(await tell(port, `dispatch:${c}\n`)).toBe(ok);
    await eventually('the runner is asked', () => runner.tested.includes(c));
    await eventually('the runner is pinged', () => runner.pings > 0);
    expect(await runner.sendResult(c, green)).toBe(ok);
    expect(result(c).toString()).toBe(green);
    expect(await type(port, `verdict:${c}`)).toBe('passed\n');
    expect(await type(port, `log:${c}`)).toBe(green);
    expect(await runner.sendResult(c, green)).toBe(ok);
  });

  test('two results at once, of a lost runner and the next, are both heard, and one of them is kept', async () => {
    const { port, result } = await startDispatcher({ dialect: flag });
    const runner = await classicRunner(port, dialect);
    await runner.register();
    await tell(port, `dispatch:${c}\n`);
    await eventually('the runner is asked', () => runner.tested.includes(c));
    const longer = `and more of it\n${green}`;
    const replies = await Promise.all([runner.sendResult(c, green), runner.sendResult(c, longer)]);
    expect(replies).toEqual([ok, ok]);
    expect([green, longer]).toContain(result(c).toString());
  });

  test('A22: one that died just before hands its commit to the next', async () => {
    const { port, result } = await startDispatcher({ dialect: flag });
    const [first, second] = [
      await classicRunner(port, dialect),
      await classicRunner(port, dialect),
    ];
    await first.register();
    await second.register();
    await first.die();
    expect(await tell(port, `dispatch:${c}\n`)).toBe(ok);
    await eventually('the second is asked', () => second.tested.includes(c));
    await second.sendResult(c, red);
    expect(await type(port, `verdict:${c}`)).toBe('failed\n');
    expect(result(c).toString()).toBe(red);
  });
});

describe('security', () => {
  test('A48: no text from outside names a file', async () => {
    const outside = temporaryFolder();
    const folder = join(outside, 'inner');
    const { port } = await startDispatcher({ folder });
    expect(await tell(port, 'dispatch:../../x\n')).toMatch(/^Invalid command/);
    expect(await tell(port, 'results:../../x:5:hello')).toMatch(/^Invalid command/);
    expect(readdirSync(join(folder, 'results'))).toEqual([]);
    expect(readdirSync(outside)).toEqual(['inner']);
  });

  test('A49: a forged pass, for a commit that no classic runner was given, is refused', async () => {
    const { port, folder } = await startDispatcher();
    await tell(port, `dispatch:${c}`);
    expect(await tell(port, `results:${c}:${green.length}:${green}`)).toMatch(/^No run of that/);
    expect(await type(port, `verdict:${c}`)).toBe('waiting\n');
    expect(readdirSync(join(folder, 'results'))).toEqual([]);
  });

  test('what a suite prints reaches a person’s `why` without terminal escapes', async () => {
    const { port } = await startDispatcher();
    const runner = await classicRunner(port, 'py2');
    await runner.register();
    await tell(port, `dispatch:${c}`);
    await eventually('the runner is asked', () => runner.tested.includes(c));
    await runner.sendResult(c, 'FAILED \u001b[2J\u001b]0;title\u0007');
    const why = await type(port, `why:${c}`);
    expect(why).toContain('failed');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    expect(why).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});

test('what people may type: help, status, verdict, why, poll, cancel, rerun', async () => {
  const { port } = await startDispatcher();
  expect(await type(port, 'help')).toContain('verdict:<commit>');
  expect(await type(port, 'status')).toBe('0 runners, 0 observers; 0 running, 0 waiting\n');
  expect(await type(port, `verdict:${c}`)).toBe('unknown\n');
  expect(await type(port, `why:${c}`)).toBe(`${c} was never handed over, or is no longer kept.\n`);
  expect(await type(port, `log:${c}`)).toBe(`${c} was never handed over, or is no longer kept.\n`);
  expect(await type(port, 'poll')).toBe('No observer is connected\n');
  await type(port, `dispatch:${c}`);
  expect(await type(port, 'status')).toContain('0000000 waits: no runner');
  expect(await type(port, `why:${c}`)).toContain('It waits: no runner is registered.');
  expect(await type(port, `cancel:${c}`)).toBe('OK\n');
  await verdict(port, c, 'cancelled');
  expect(await type(port, `log:${c}`)).toBe('It was cancelled while it waited.\n');
  expect(await type(port, `rerun:${c}`)).toBe('OK\n');
  await verdict(port, c, 'waiting');
});

test('a dispatcher closed with peers connected leaves nothing open', async () => {
  const { port, close } = await startDispatcher();
  const peer = await modernPeer(port, { role: 'runner', name: 'ada' });
  close();
  await eventually('the peer sees it', peer.isClosed);
  await expect(tell(port, 'status')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
