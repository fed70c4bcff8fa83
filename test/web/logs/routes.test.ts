import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documents } from '../../../src/protocol/documents.js';
import type { LogId } from '../../../src/protocol/ids.js';
import { logLines, logOutline, logSearch } from '../../../src/protocol/log-documents.js';
import { type } from '../../support/classic-peers.js';
import { commit } from '../../support/commits.js';
import { eventually } from '../../support/eventually.js';
import { modernPeer } from '../../support/modern-peers.js';
import { startWeb } from '../../support/web.js';

const c = commit(0xc0ffee);

/** A dispatcher whose only runner has begun a run. */
async function aRun() {
  const web = await startWeb();
  const runner = await modernPeer(web.port, { role: 'runner', name: 'ada' });
  await type(web.port, `dispatch:${c}`);
  const { run } = await runner.hears('runtest');
  const json = async (path: string) => JSON.parse((await web.ask(path)).text);
  const logs = (text: string, offset = 0, log: LogId = run) =>
    runner.say({ verb: 'log', log, offset, body: Buffer.from(text) });
  return { ...web, runner, run, json, logs, at: `/api/logs/${run}` };
}

describe('a log over HTTP', () => {
  test('is one view while it grows and once it is over', async () => {
    const { at, json, logs, runner, run, folder } = await aRun();
    expect(logOutline.parse(await json(`${at}/outline`))).toMatchObject({
      total: 0,
      isOver: false,
    });
    logs('one\nERROR: two\nthr');
    const sees = async (total: number) => {
      for (;;) {
        const outline = logOutline.parse(await json(`${at}/outline`));
        if (outline.total >= total) return outline;
      }
    };
    expect(await sees(3)).toMatchObject({ errors: [2], isOver: false });
    const window = logLines.parse(await json(`${at}/lines?from=2&count=9`));
    expect(window).toMatchObject({ from: 2, lines: ['ERROR: two', 'thr'], total: 3 });
    expect(window.times).toEqual([[2, expect.any(Number)]]);
    runner.finishes(run, 'one\nERROR: two\nthree\n');
    await eventually('its end', () => existsSync(join(folder, 'results', c)));
    const last = logLines.parse(await json(`${at}/lines?tail=1`));
    expect(last).toMatchObject({ from: 3, lines: ['three'], isOver: true });
    expect(logSearch.parse(await json(`${at}/search?q=e`))).toMatchObject({ total: 4, length: 1 });
    const about = documents.run.parse(await json(`/api/runs/${run}`));
    expect(about).toMatchObject({ run, commit: c, number: 1, runner: 'ada' });
  });

  test('each step has its own', async () => {
    const { at, json, logs, run } = await aRun();
    logs('of the step\n', 0, `${run}.2` as LogId);
    logs('of the run\n');
    for (const [log, line] of [
      [at, 'of the run'],
      [`${at}.2`, 'of the step'],
    ]) {
      for (;;) {
        const { lines } = logLines.parse(await json(`${log}/lines`));
        if (lines.length === 0) continue;
        expect(lines).toEqual([line]);
        break;
      }
    }
  });

  test('its bytes as they are, whole or in part', async () => {
    const { at, ask, json, logs, run } = await aRun();
    logs('0123456789');
    while (logOutline.parse(await json(`${at}/outline`)).bytes < 10);
    const whole = await ask(`${at}/raw`);
    expect([whole.status, whole.text]).toEqual([200, '0123456789']);
    const { etag = '' } = whole.headers;
    expect(whole.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="${run}.log"`,
      'content-length': '10',
    });
    const part = async (headers: Record<string, string>) => {
      const { status, text, headers: told } = await ask(`${at}/raw`, { headers });
      return [status, text, told['content-range']];
    };
    expect(await part({ range: 'bytes=2-4' })).toEqual([206, '234', 'bytes 2-4/10']);
    expect(await part({ range: 'bytes=-3' })).toEqual([206, '789', 'bytes 7-9/10']);
    expect(await part({ range: 'bytes=8-99' })).toEqual([206, '89', 'bytes 8-9/10']);
    expect(await part({ range: 'bytes=10-' })).toEqual([416, '', 'bytes */10']);
    expect(await part({ range: 'bytes=4-2' })).toEqual([200, '0123456789', undefined]);
    expect(await part({ range: 'bytes=2-4', 'if-range': '"other"' })).toEqual([
      200,
      '0123456789',
      undefined,
    ]);
    expect(await part({ 'if-none-match': etag })).toEqual([304, '', undefined]);
    expect((await ask(`${at}/raw`, { method: 'HEAD' })).headers['content-length']).toBe('10');
  });

  test('what is no log, or asked wrongly, is told so', async () => {
    const { at, ask } = await aRun();
    const told = async (path: string) => {
      const { status, text } = await ask(path);
      return [status, JSON.parse(text).error];
    };
    expect((await told('/api/logs/0badcafe-1/outline'))[0]).toBe(404);
    expect((await told('/api/logs/%2e%2e%2fetc/raw'))[0]).toBe(400);
    expect(await told(`${at}/lines?from=0`)).toEqual([400, expect.stringContaining('from:')]);
    expect((await told(`${at}/lines?count=99999`))[0]).toBe(400);
    expect((await told(`${at}/search`))[0]).toBe(400);
    expect((await told(`${at}/none`))[0]).toBe(404);
  });
});
