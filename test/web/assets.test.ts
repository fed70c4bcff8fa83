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
  const common = assets.pathsBelow('/web/styles/').filter((of) => !of.includes('/pages/'));
  const own = styles.map((name) => `/web/styles/pages/${name}.css`);
  const modules = assets.neededBy('/web/page/main.js', `/web/page/${module}`);
  const files = [...common, ...own, ...modules].map((of) => assets.bytes(of));
  expect(files.map(({ byteLength }) => byteLength)).not.toContain(0);
  const sizes = await Promise.all(files.map(async (bytes) => (await compressed(bytes)).byteLength));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(bytesMax);
});

test('a file is served by its name in the list, and by no other', async () => {
  const { ask } = await startWeb();
  const main = new Assets().address('/web/page/main.js');
  const { headers, text } = await ask(main, { headers: { 'accept-encoding': '' } });
  expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
  expect(headers['cache-control']).toContain('immutable');
  expect(text).toContain("from './router.js'");
  const folder = main.slice(0, -'/web/page/main.js'.length);
  const others = [
    '/web/web.js',
    '/web/page/../web.js',
    '/web/page/%2e%2e/web.js',
    '/package.json',
    '/',
  ];
  const ofAnotherRelease = main.replace(/[\w-]{22}/, 'x'.repeat(22));
  for (const path of [...others.map((of) => folder + of), '/web/page/main.js', ofAnotherRelease]) {
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
