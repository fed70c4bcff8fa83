import { describe, expect, test, vi } from 'vitest';
import type { Store } from '../../src/dispatcher/store/store.js';
import { tell, type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import type { ModernPeer } from '../support/modern-peers.js';
import { modernPeer } from '../support/modern-peers.js';
import { type RunningWeb, startWeb } from '../support/web.js';

const secret = 'correct-horse-battery-staple';

/** An observer and a runner of `shop`. */
async function shop(port: number) {
  const observer = await modernPeer(port, { role: 'observer', name: 'eve', repository: 'shop' });
  const runner = await modernPeer(port, { role: 'runner', name: 'ada', repository: 'shop' });
  return {
    observer,
    runner,
    push: (number: number, branch = 'main') => push(observer, number, branch),
  };
}

async function push(observer: ModernPeer, number: number, branch: string) {
  const body = { branch, author: 'Ada', subject: `Change ${number}` };
  observer.say({ verb: 'dispatch', commit: commit(number), body });
  await observer.hears('accepted');
}

async function ends(runner: ModernPeer, end: 'passed' | 'failed' = 'passed') {
  runner.finishes((await runner.hears('runtest')).run, 'log', end);
  await runner.hears('recorded');
}

/** The word of a badge. */
async function word(ask: RunningWeb['ask'], path: string, headers = {}) {
  const { status, text } = await ask(path, { headers });
  expect(status).toBe(200);
  return /<title>[^:]*: ([a-z-]+)<\/title>/.exec(text)?.[1];
}

describe('a badge', () => {
  test('is the word for the newest commit of the branch that is over', async () => {
    const { ask, port } = await startWeb();
    const { runner, push } = await shop(port);
    await push(1);
    await ends(runner);
    await push(2, 'topic');
    await ends(runner, 'failed');
    await push(3);
    await runner.hears('runtest');
    expect(await word(ask, '/badge/shop.svg')).toBe('passed');
    expect(await word(ask, '/badge/shop.svg?branch=topic')).toBe('failed');
  });

  test('is there for every name, so that nobody learns which repositories there are', async () => {
    const { ask } = await startWeb();
    for (const path of ['/badge/none.svg', '/badge/shop.svg?branch=', '/badge/%2e%2e%2fx.svg']) {
      expect(await word(ask, path), path).toBe('unknown');
    }
  });

  test('can be shown by pages of other sites, and says unknown where reading wants a token', async () => {
    const { ask, port } = await startWeb({ token: secret });
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'image' };
    const authorization = `Bearer ${secret}`;
    await type(port, `token:${secret}\ndispatch:${commit(1)}`);
    await type(port, `token:${secret}\ncancel:${commit(1)}`);
    const { headers: given } = await ask('/badge/shop.svg', { headers });
    expect(given['cross-origin-resource-policy']).toBe('cross-origin');
    expect(given['content-type']).toMatch(/^image\/svg\+xml/);
    expect(await word(ask, '/badge/shop.svg', headers)).toBe('unknown');
    expect((await ask('/cctray.xml')).status).toBe(401);
    expect((await ask('/cctray.xml', { headers: { authorization } })).status).toBe(200);
  });

  test('holds nothing that could be executed, whatever it is labelled', async () => {
    const { ask } = await startWeb();
    const label = encodeURIComponent('"><script>alert(1)</script>\u0000');
    const { text, headers } = await ask(`/badge/shop.svg?label=${label}`);
    expect(text).not.toContain('<script');
    expect(headers['content-security-policy']).toBe("default-src 'none'");
  });

  test('is sent again only once it has changed', async () => {
    const { ask } = await startWeb();
    const { headers } = await ask('/badge/shop.svg');
    expect(headers['cache-control']).toBe('no-cache');
    const again = { headers: { 'if-none-match': String(headers.etag) } };
    expect((await ask('/badge/shop.svg', again)).status).toBe(304);
  });
});

describe('cctray.xml', () => {
  test('has a project for each branch, with how its last commit ended and what goes on', async () => {
    const { ask, port } = await startWeb();
    const { runner, push } = await shop(port);
    await push(1);
    await ends(runner);
    await push(2, 'a&"b');
    await ends(runner, 'failed');
    await push(3);
    await runner.hears('runtest');
    const { text, headers } = await ask('/cctray.xml');
    expect(headers['content-type']).toMatch(/^application\/xml/);
    expect(text).toContain(
      `<Project name="shop::main" activity="Building" lastBuildStatus="Success" lastBuildLabel="${commit(1).slice(0, 7)}"`,
    );
    expect(text).toContain(
      '<Project name="shop::a&amp;&quot;b" activity="Sleeping" lastBuildStatus="Failure"',
    );
    expect(text).toContain(`webUrl="http://localhost:${port}/commits/${commit(1)}"`);
  });

  test('says when the past cannot be read now', async () => {
    const { ask, dispatcher } = await startWeb();
    vi.spyOn(dispatcher.view, 'answer').mockRejectedValue(new Error('database disk image is off'));
    const { status, text } = await ask('/cctray.xml');
    expect(status).toBe(503);
    expect(JSON.parse(text).error).toMatch(/ask again in a moment$/);
  });

  test('takes the token as a password, which is all that tray icons can show', async () => {
    const { ask } = await startWeb({ token: secret });
    const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
    const status = async (authorization: string) =>
      (await ask('/cctray.xml', { headers: { authorization } })).status;
    expect(await status(basic(`anyone:${secret}`))).toBe(200);
    expect(await status(basic(`${secret}:anyone`))).toBe(401);
    expect(await status('Basic !')).toBe(401);
  });
});

describe('metrics', () => {
  test('count runs, waits and workers, and no label is a commit, a run or a job', async () => {
    const { ask, port } = await startWeb();
    const { runner, push } = await shop(port);
    await push(1);
    await ends(runner, 'failed');
    await push(2);
    await runner.hears('runtest');
    await push(3);
    const { text, headers } = await ask('/metrics');
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    const line = (name: string) => text.split('\n').filter((one) => one.startsWith(name));
    expect(line('cicd_pipeline_run_duration_seconds_count')).toEqual([
      'cicd_pipeline_run_duration_seconds_count{vcs_repository_name="shop",cicd_pipeline_run_state="executing",cicd_pipeline_result="failure"} 1',
    ]);
    expect(line('cicd_pipeline_run_active')).toEqual([
      'cicd_pipeline_run_active{cicd_pipeline_run_state="pending"} 1',
      'cicd_pipeline_run_active{cicd_pipeline_run_state="executing"} 1',
    ]);
    expect(line('cicd_worker_count')).toContain('cicd_worker_count{cicd_worker_state="busy"} 1');
    expect(line('cicd_pipeline_run_errors_total')).toEqual([
      'cicd_pipeline_run_errors_total{vcs_repository_name="shop",error_type="failed"} 1',
    ]);
    expect(line('trivet_commit_latency_seconds_count')).toEqual([
      'trivet_commit_latency_seconds_count{vcs_repository_name="shop"} 1',
    ]);
    expect(line('trivet_messages_total{verb="dispatch",direction="in"}')).toEqual([
      'trivet_messages_total{verb="dispatch",direction="in"} 3',
    ]);
    expect(text).not.toContain('default');
    for (const number of [1, 2, 3]) expect(text).not.toContain(commit(number));
  });

  test('tell of runners that went away, and of the job that waits longest', async () => {
    const { ask, port } = await startWeb();
    const { runner, push } = await shop(port);
    await push(1);
    await runner.hears('runtest');
    runner.socket.destroy();
    await expect.poll(() => type(port, 'status')).toContain('1 waiting');
    const { text } = await ask('/metrics');
    expect(text).toContain('trivet_runs_lost_total{reason="connection_closed"} 1');
    expect(text).toMatch(/^trivet_queue_oldest_wait_seconds 0\.\d+$/m);
  });
});

describe('health', () => {
  test('it lives, and it is ready as long as the store takes what is appended', async () => {
    const disk = { isFull: false };
    const { ask, port } = await startWeb({ slowed: (store) => onDisk(store, disk), token: secret });
    const ready = async () => {
      const { status, text } = await ask('/readyz');
      return `${status} ${text.trim()}`;
    };
    expect((await ask('/healthz')).text).toBe('ok\n');
    expect(await ready()).toBe('200 ready');
    disk.isFull = true;
    const waiting = tell(port, `token:${secret}\ndispatch:${commit(1)}\n`);
    await expect.poll(ready).toBe('503 no room on the disk');
    expect((await ask('/healthz')).status).toBe(200);
    // Whoever has something to hand over is not read meanwhile.
    const later = tell(port, `token:${secret}\ndispatch:${commit(2)}\n`);
    disk.isFull = false;
    expect(await waiting).toBe('OK');
    expect(await later).toBe('OK');
    expect(await ready()).toBe('200 ready');
  });
});

function onDisk(store: Store, disk: { readonly isFull: boolean }): Store {
  const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
  return {
    ...store,
    append: (...all) => (disk.isFull ? Promise.reject(full) : store.append(...all)),
  };
}

describe('events', () => {
  test('a program that was away while the dispatcher restarted goes on where it was', async () => {
    const first = await startWeb();
    const { runner, push } = await shop(first.port);
    await push(1);
    await ends(runner);
    const before = await entries(first, '0-0', 3);
    first.close();
    const again = await startWeb({ folder: first.folder });
    const later = await shop(again.port);
    await later.push(2);
    const [one, ...others] = await entries(again, before.at(-1)?.id ?? '', 1);
    expect(one).toMatchObject({ seq: 4, kind: 'accepted', commit: commit(2) });
    expect(others).not.toContainEqual(expect.objectContaining({ kind: 'resync' }));
  });
});

interface Told {
  readonly id: string;
  readonly [key: string]: unknown;
}

/** The next entries behind that one, with their ids. */
async function entries({ port }: RunningWeb, after: string, count: number): Promise<Told[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/events`, {
    headers: { 'Last-Event-ID': after },
  });
  let text = '';
  const told = () =>
    [...text.matchAll(/id: (\S+)\nevent: entry\ndata: (.+)\n/g)].map(([, id = '', data = '']) => ({
      ...JSON.parse(data),
      id,
    }));
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  while (told().length < count) text += (await reader?.read())?.value ?? '';
  await reader?.cancel();
  return told();
}
