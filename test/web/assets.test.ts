import { expect, test } from 'vitest';
import { Assets, compressed } from '../../src/web/assets.js';
import { pageAt } from '../../src/web/page-at.js';
import { startWeb } from '../support/web.js';

/** Scripts and styles together, compressed. */
const bytesMax = 60_000;

test.each([
  '/',
  '/commits',
  '/commits/1a2b3c4',
  '/logs/1a2b-1.1',
  '/runners',
  '/runners/ada',
  '/queue',
])('scripts and styles that %s needs are under 60 kB compressed', async (path) => {
  const assets = new Assets();
  const { module, styles } = pageAt(path) ?? { module: 'main.js', styles: [] };
  const common = assets.pathsBelow('/styles/').filter((of) => !of.startsWith('/styles/pages/'));
  const own = styles.map((name) => `/styles/pages/${name}.css`);
  const modules = assets.neededBy('/page/main.js', `/page/${module}`);
  const files = [...common, ...own, ...modules].map((of) => assets.get(of)?.bytes ?? null);
  expect(files).not.toContain(null);
  const sizes = await Promise.all(
    files.map(async (bytes) => (await compressed(bytes ?? new Uint8Array())).byteLength),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(bytesMax);
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
