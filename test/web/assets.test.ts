import { expect, test } from 'vitest';
import { Assets } from '../../src/web/assets.js';
import { startWeb } from '../support/web.js';

/** Scripts and styles together, compressed: what every page begins with, and what only some fetch. */
const bytesMax = 60_000;
const laterBytesMax = 25_000;

test('what a page begins with is under 60 kB compressed, what some fetch later under 25', () => {
  const assets = new Assets();
  const paths = ['/libraries/', '/page/', '/styles/'].flatMap((below) => assets.pathsBelow(below));
  const isLater = (path: string) => /^\/page\/(?:log|wire)\//.test(path);
  const size = (some: readonly string[]) =>
    some.reduce((sum, path) => sum + (assets.get(path)?.brotli.byteLength ?? 0), 0);
  expect(size(paths.filter((path) => !isLater(path)))).toBeLessThan(bytesMax);
  expect(size(paths.filter(isLater))).toBeLessThan(laterBytesMax);
});

test('a file is served by its name in the list, and by no other', async () => {
  const { ask } = await startWeb();
  const { headers, text } = await ask('/page/main.js', { headers: { 'accept-encoding': '' } });
  expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
  expect(text).toContain("from './router.js'");
  const etag = String(headers.etag);
  expect((await ask('/page/main.js', { headers: { 'if-none-match': etag } })).status).toBe(304);
  for (const path of ['/page/../web.js', '/page/%2e%2e/web.js', '/package.json', '/page/']) {
    const other = await ask(path);
    expect(other.status, path).toBe(404);
    expect(other.headers['content-type'], path).toMatch(/^text\/html/);
  }
});

test('what the page imports by a bare name is served without a further one', async () => {
  const { ask } = await startWeb();
  const [, map = ''] = /<script type="importmap">(.*)<\/script>/.exec((await ask('/')).text) ?? [];
  const { imports } = JSON.parse(map) as { imports: Record<string, string> };
  for (const path of Object.values(imports)) {
    const { status, text } = await ask(path, { headers: { 'accept-encoding': '' } });
    expect(status, path).toBe(200);
    for (const [, name = ''] of text.matchAll(/\bfrom ?["']([^"'./][^"']*)["']/g)) {
      expect(Object.keys(imports), `${path} imports ${name}`).toContain(name);
    }
  }
});
