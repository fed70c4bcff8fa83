/**
 * The record of the wire, as a dispatcher with real peers makes it.
 */

import { expect, onTestFinished, test } from 'vitest';
import { Auth } from '../../src/dispatcher/shell/auth.js';
import { short } from '../../src/protocol/ids.js';
import type { WireRecord } from '../../src/record/record.js';
import { lines } from '../../src/record/recording.js';
import { nobody } from '../../src/world/hosts.js';
import { Token } from '../../src/world/token.js';
import { classicRunner, tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { type RunningDispatcher, startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { modernPeer } from '../support/modern-peers.js';

const c = commit(0xc0ffee);

/** Watches from now on; answers the records that came, in words. */
function watching({ dispatcher }: RunningDispatcher) {
  let text = '';
  const { gone } = dispatcher.recorder.recording.watch(
    {
      form: lines,
      write: (piece) => {
        text += piece;
        return true;
      },
    },
    0,
  );
  onTestFinished(gone);
  const records = () =>
    text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line): WireRecord => JSON.parse(line));
  return { text: () => text, records, told: () => records().flatMap(inWords) };
}

/** Heartbeats come when they come. */
function inWords(record: WireRecord): string[] {
  if (record.kind === 'change') {
    return [
      `${record.what} ${record.process}${record.state === undefined ? '' : ` (${record.state})`}`,
    ];
  }
  if (record.kind !== 'message' || ['ping', 'pong'].includes(record.verb)) return [];
  return [`${record.from} → ${record.to} ${record.verb}`];
}

test('the way of a commit is written down: each message, and what changed before what it led to', async () => {
  const running = await startDispatcher();
  const { told, records } = watching(running);
  const ada = await modernPeer(running.port, { role: 'runner', name: 'ada' });
  await eventually('she is there', () => told().includes('joined ada (idle)'));
  await tell(running.port, `dispatch:${c}`);
  const { run } = await ada.hears('runtest');
  ada.finishes(run, 'all good\n');
  await ada.hears('recorded');
  await eventually('the end', () => told().includes('dispatcher → ada recorded'));
  expect(told()).toEqual([
    'joined dispatcher (idle)',
    'ada → dispatcher hello',
    'dispatcher → ada welcome',
    'joined ada (idle)',
    'visitor → dispatcher dispatch',
    'accepted dispatcher (idle)',
    'leased ada (busy)',
    'dispatcher → visitor reply',
    'dispatcher → ada runtest',
    'ada → dispatcher log',
    'ada → dispatcher results',
    'verdict ada (idle)',
    'dispatcher → ada recorded',
  ]);
  const of = (verb: string) =>
    records().find((record) => record.kind === 'message' && record.verb === verb);
  expect(of('runtest')).toMatchObject({ commit: c, run });
  expect(of('log')).toMatchObject({ commit: c, run, head: `log:${run}:0:9:all good` });
  expect(of('reply')).toMatchObject({ commit: c, head: 'OK', bytes: 2 });
  const verdict = records().find((record) => record.kind === 'change' && record.what === 'verdict');
  expect(verdict).toMatchObject({ commit: c, run, job: 'default', verdict: 'passed' });
});

test('a runner that dies is told of with the job that finds a new home', async () => {
  const running = await startDispatcher();
  const ada = await modernPeer(running.port, { role: 'runner', name: 'ada' });
  await tell(running.port, `dispatch:${c}`);
  await ada.hears('runtest');
  const bob = await modernPeer(running.port, { role: 'runner', name: 'bob' });
  await eventually('bob is there', () => running.told.some(({ runner }) => runner === 'bob'));
  const { told, records } = watching(running);
  ada.socket.destroy();
  await bob.hears('runtest');
  await eventually('it is told', () => told().includes('dispatcher → bob runtest'));
  expect(told()).toEqual([
    'joined dispatcher (idle)',
    'joined ada (idle)',
    'joined bob (idle)',
    'leased ada (busy)',
    'left ada (dead)',
    'lost ada',
    'requeued dispatcher (idle)',
    'leased bob (busy)',
    'dispatcher → bob runtest',
  ]);
  const says = records().flatMap((record) => (record.kind === 'change' ? record.says : []));
  expect(says[0]).toBe('0 waiting, 1 out with a runner');
  expect(says).toContain(`runner ada closed its connection → ${short(c)} requeued → runner bob`);
});

test('one that answers no ping is silent from the next one on, and heard again when it speaks', async () => {
  const running = await startDispatcher();
  const ida = await modernPeer(running.port, { role: 'observer', name: 'ida' });
  const { told } = watching(running);
  ida.freeze();
  await eventually('it is silent', () => told().includes('silent ida (silent)'));
  ida.say({ verb: 'pong' });
  await eventually('it is heard', () => told().includes('heard ida (idle)'));
});

test('a classic runner has one name, over whichever connection it speaks', async () => {
  const running = await startDispatcher();
  const { told } = watching(running);
  const runner = await classicRunner(running.port, 'py2');
  await runner.register();
  await tell(running.port, `dispatch:${c}`);
  await eventually('it has the commit', () => runner.tested.length > 0);
  await runner.sendResult(c, 'ok\n');
  const name = `:${runner.port}`;
  await eventually('the verdict', () => told().includes(`verdict ${name} (idle)`));
  for (const expected of [
    `${name} → dispatcher register`,
    `joined ${name} (idle)`,
    `dispatcher → ${name} runtest`,
    `${name} → dispatcher reply`,
    `${name} → dispatcher results`,
  ]) {
    expect(told()).toContain(expected);
  }
});

test('no token ever gets into the record', async () => {
  const secret = 'correct-horse-battery';
  const running = await startDispatcher({ auth: new Auth(new Token(secret), nobody) });
  const { text, told } = watching(running);
  await modernPeer(running.port, { role: 'runner', name: 'ada', token: secret });
  await type(running.port, `token:${secret}\ndispatch:${c}`);
  await type(running.port, `token=${secret}`);
  await eventually('the lease', () => told().includes('leased ada (busy)'));
  expect(told()).toContain('visitor → dispatcher token');
  expect(text()).not.toContain(secret);
});

test('nobody watches: nothing is tapped, and nothing written down', async () => {
  const { dispatcher, port } = await startDispatcher();
  await tell(port, `dispatch:${c}`);
  expect(dispatcher.feed.isTapped).toBe(false);
  expect(dispatcher.recorder.recording.last).toBe(0);
});
