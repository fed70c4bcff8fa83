import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { LogFiles } from '../../src/dispatcher/store/logs.js';
import { tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { introduce, modernPeer } from '../support/modern-peers.js';

const c = commit(0xc0ffee);

describe('modern sessions', () => {
  test('a commit’s whole way: dispatched, logged live, recorded, told', async () => {
    const { port, result } = await startDispatcher();
    const observer = await modernPeer(port, { role: 'observer', name: 'eve', repository: 'demo' });
    const runner = await modernPeer(port, { role: 'runner', name: 'ada', repository: 'demo' });
    const body = { branch: 'main', author: 'Ada', subject: 'Add it' };
    observer.say({ verb: 'dispatch', commit: c, body });
    expect(await observer.hears('accepted')).toMatchObject({ commit: c });
    const { run, body: assignment } = await runner.hears('runtest');
    expect(assignment).toEqual({ ...body, repository: 'demo', job: 'default', number: 1 });
    runner.finishes(run, 'all good\n');
    expect(await runner.hears('recorded')).toMatchObject({ run });
    expect(result(c).toString()).toBe('all good\n');
    expect(await type(port, `why:${c}`)).toMatch(
      /"Add it" by Ada on main of demo .*\n.*Run 1 began on runner ada\.\n.*passed/,
    );
  });

  test('peers that name no repository are told of as such', async () => {
    const { port } = await startDispatcher();
    await modernPeer(port, { role: 'observer', name: 'eve' });
    await modernPeer(port, { role: 'runner', name: 'ada' });
    const status = await type(port, 'status');
    expect(status).toContain('observer eve: watches an unnamed repository');
    expect(status).toContain('runner ada (for any repository): idle');
  });

  test('a runner that is told that its dispatcher knows `offer` says so what it offers anew', async () => {
    const { port } = await startDispatcher();
    const runner = introduce(port, { role: 'runner', name: 'ada' });
    expect((await runner.hears('welcome')).body.knows).toEqual(['offer', 'steps']);
    await tell(port, `dispatch:${c}`);
    await tell(port, `dispatch:${commit(2)}`);
    await runner.hears('runtest');
    expect(runner.heard.filter(({ verb }) => verb === 'runtest')).toHaveLength(1);
    runner.say({ verb: 'offer', body: { capacity: 2, labels: [] } });
    expect(await runner.hears('runtest')).toMatchObject({ commit: commit(2) });
  });

  test('a log with a gap is asked for again, and nothing is recorded before it is whole', async () => {
    const { port, result } = await startDispatcher();
    const runner = await modernPeer(port, { role: 'runner', name: 'ada' });
    await tell(port, `dispatch:${c}`);
    const { run } = await runner.hears('runtest');
    runner.say({ verb: 'log', log: run, offset: 4, body: Buffer.from('late') });
    expect(await runner.hears('want')).toMatchObject({ log: run, offset: 0 });
    runner.say({ verb: 'log', log: run, offset: 0, body: Buffer.from('good') });
    const ending = { exitCode: 0, signal: null, reason: '', durationMs: 1 };
    runner.say({ verb: 'results', run, body: { end: 'passed', logBytes: 8, ...ending } });
    expect(await runner.hears('want')).toMatchObject({ log: run, offset: 4 });
    runner.finishes(run, 'good and late');
    await runner.hears('recorded');
    expect(result(c).toString()).toBe('good and late');
  });

  test('a result that is on its way to the disk when the dispatcher ends is its successor’s', async () => {
    const { port, folder, close } = await startDispatcher();
    const runner = await modernPeer(port, { role: 'runner', name: 'ada' });
    await tell(port, `dispatch:${c}`);
    const { run } = await runner.hears('runtest');
    const { seal } = LogFiles.prototype;
    const sealed = new Promise<void>((resolve) => {
      vi.spyOn(LogFiles.prototype, 'seal').mockImplementationOnce(function (this: LogFiles, name) {
        const sealing = seal.call(this, name);
        close();
        return sealing.finally(() => setImmediate(resolve));
      });
    });
    runner.finishes(run, 'good\n');
    await sealed;
    const again = await startDispatcher({ folder });
    expect(await type(again.port, `verdict:${c}`)).toBe('running\n');
  });

  test('a runner that reports two runs in one packet is still heard afterwards', async () => {
    const { port } = await startDispatcher();
    const runner = await modernPeer(port, { role: 'runner', name: 'ada', capacity: 2 });
    await tell(port, `dispatch:${c}`);
    await tell(port, `dispatch:${commit(2)}`);
    const runs = [await runner.hears('runtest'), await runner.hears('runtest')];
    runner.socket.cork();
    for (const { run } of runs) runner.finishes(run, 'good\n');
    runner.socket.uncork();
    await runner.hears('recorded');
    await runner.hears('recorded');
    runner.say({ verb: 'ping' });
    await runner.hears('pong');
  });

  test('`log` streams what comes until the verdict, through a rerun’s end too', async () => {
    const { port } = await startDispatcher();
    const runner = await modernPeer(port, { role: 'runner', name: 'ada' });
    await tell(port, `dispatch:${c}`);
    const { run } = await runner.hears('runtest');
    const reading = type(port, `log:${c}`);
    runner.say({ verb: 'log', log: run, offset: 0, body: Buffer.from('one\n') });
    runner.finishes(run, 'one\ntwo\n', 'failed');
    expect(await reading).toBe('one\ntwo\n');
  });

  test('A50: a rerun has its own log, and the old one is kept', async () => {
    const { port, folder, result } = await startDispatcher();
    const runner = await modernPeer(port, { role: 'runner', name: 'ada' });
    await tell(port, `dispatch:${c}`);
    runner.finishes((await runner.hears('runtest')).run, 'first\n', 'failed');
    await runner.hears('recorded');
    expect(await type(port, `rerun:${c}`)).toBe('OK\n');
    const again = await runner.hears('runtest');
    expect(again.body.number).toBe(2);
    expect(result(c).toString()).toBe('first\n');
    runner.finishes(again.run, 'second\n');
    await runner.hears('recorded');
    expect(result(c).toString()).toBe('second\n');
    const logs = join(folder, 'data', 'logs', c.slice(0, 2));
    expect(readdirSync(logs).sort()).toEqual([`${c}-1.1.log`, `${c}-1.2.log`]);
    expect(await type(port, `log:${c}`)).toBe('second\n');
    expect(await type(port, `log:${c}:default:1`)).toBe('first\n');
    expect(await type(port, `log:${c.slice(0, 8)}::2`)).toBe('second\n');
    expect(await type(port, `log:${c}::3`)).toContain('There is no run 3');
    expect(await type(port, `log:${c}:lint:1`)).toContain('The commit has no job "lint"');
  });

  test('a runner whose connection is cut loses its run to the next within a moment', async () => {
    const { port } = await startDispatcher();
    const first = await modernPeer(port, { role: 'runner', name: 'ada' });
    await tell(port, `dispatch:${c}`);
    const { run } = await first.hears('runtest');
    const second = await modernPeer(port, { role: 'runner', name: 'bob' });
    first.socket.resetAndDestroy();
    expect((await second.hears('runtest')).body.number).toBe(2);
    const third = await modernPeer(port, {
      role: 'runner',
      name: 'ada',
      runs: [{ run, commit: c }],
    });
    expect(await third.hears('revoked')).toMatchObject({ run });
  });

  test('results and a close in one breath: taken, or lost and run again, never a crash', async () => {
    const { port } = await startDispatcher();
    for (let n = 1; n <= 30; n += 1) {
      await tell(port, `dispatch:${commit(n)}`);
      const runner = await modernPeer(port, { role: 'runner', name: `r${n}` });
      runner.finishes((await runner.hears('runtest')).run, 'x');
      runner.socket.end();
    }
    expect(await tell(port, 'status')).toBe('OK');
  });

  test('nonsense in a session ends that session, with a sentence', async () => {
    const { port } = await startDispatcher();
    const peer = await modernPeer(port, { role: 'runner', name: 'ada' });
    peer.socket.write('frobnicate\n');
    expect((await peer.hears('refused')).body.says).toContain('frobnicate');
    await eventually('it is closed', peer.isClosed);
  });

  test('A33: a peer that stops reading and answering does not hold up the others', async () => {
    const { port } = await startDispatcher();
    const frozen = await modernPeer(port, { role: 'runner', name: 'ada' });
    await tell(port, `dispatch:${c}`);
    await frozen.hears('runtest');
    frozen.freeze();
    frozen.socket.pause();
    const other = await modernPeer(port, { role: 'runner', name: 'bob' });
    expect((await other.hears('runtest')).commit).toBe(c);
  });
});
