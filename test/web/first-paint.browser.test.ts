import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { Assets } from '../../src/web/assets.js';
import { hasBrowser, holds, isLive, profileAt } from '../support/browser.js';
import { aScene, fails, type Scene } from '../support/scene.js';
import { startWeb } from '../support/web.js';

/** Pages of a browser on two busy cores. */
const timeout = 180_000;

/** What is told of it before its script knows what it shows. */
const headed = ['/', '/commits', '/queue', '/runners'];

test.each(['/', '/logs/1a2b-1.1', '/wire', '/nowhere'])(
  'the document at %s needs nothing else for its first paint, and the policy names what is in it by its hash',
  async (path) => {
    const { ask } = await startWeb();
    const { text, headers } = await ask(path);
    const policy = String(headers['content-security-policy']);
    const styles = [...text.matchAll(/<style[^>]*>(.*?)<\/style>/gs)].map(([, style]) => style);
    const scripts = [...text.matchAll(/<script( type="importmap")?>(.*?)<\/script>/gs)];
    expect(styles.length).toBe(1);
    expect(scripts.length).toBe(2);
    for (const style of styles) expect(directive(policy, 'style-src')).toContain(hashOf(style));
    for (const [, , script] of scripts) {
      expect(directive(policy, 'script-src')).toContain(hashOf(script));
    }
    expect(policy).not.toContain('unsafe');
    const first = text.replace(/<template.*?<\/template>/s, '');
    expect(first).not.toMatch(/ src=|rel="(stylesheet|modulepreload|preload)"/);
  },
);

test('who opened a page in a window has no hold of it where there is a token to be had', async () => {
  const name = 'cross-origin-opener-policy';
  expect((await (await startWeb({ token: 'secret' })).ask('/')).headers[name]).toBe('same-origin');
  expect((await (await startWeb()).ask('/')).headers[name]).toBeUndefined();
});

describe.skipIf(!hasBrowser)('in a browser', { timeout }, () => {
  test.each([1_280, 360])(
    'a page stands before its modules come where it stands with them, %i pixels wide',
    async (width) => {
      const scene = await aFullScene();
      const { open, context } = await profileAt(scene.port, { width });
      for (const path of headed) {
        await context.route('**/files/**', (route) => route.abort());
        const bare = await context.newPage();
        await bare.goto(path);
        const before = await places(bare);
        await bare.close();
        await context.unrouteAll();
        const page = await open(path);
        await isLive(page);
        expect(before, path).toEqual(await places(page));
        await page.close();
      }
    },
  );

  test('nothing moves while a page comes', async () => {
    const scene = await aFullScene();
    const { open, context, faults } = await profileAt(scene.port);
    await context.addInitScript(countsShifts);
    for (const path of [...headed, '/repositories/shop', '/runners/ada', '/wire', '/sign-in']) {
      const page = await open(path);
      await page.locator('main h1').first().waitFor();
      if (path !== '/sign-in') await page.locator('.liveness.live, .live-button').first().waitFor();
      expect(await page.evaluate('globalThis.moved'), path).toEqual([]);
      await page.close();
    }
    expect(faults).toEqual([]);
  });

  test('a page loads the modules that it needs, and another when somebody points at a link to it', async () => {
    const scene = await aFullScene();
    const { open } = await profileAt(scene.port);
    const page = await open('/commits');
    await isLive(page);
    const assets = new Assets();
    const needed = assets.neededBy('/web/page/main.js', '/web/page/commits.js');
    expect(await loaded(page)).toEqual(needed.map((path) => assets.address(path)));
    await page.getByRole('link', { name: 'Queue' }).hover();
    await holds(
      page,
      `performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/queue.js'))`,
    );
    expect((await loaded(page)).filter((path) => path.includes('/wire/'))).toEqual([]);
  });

  test('a page whose modules were lost on their way loads itself anew, once they can be had', async () => {
    const scene = await aFullScene();
    const { context, faults } = await profileAt(scene.port);
    await context.route('**/files/**', (route) => route.abort());
    const page = await context.newPage();
    const lost = page.waitForEvent('requestfailed', (request) =>
      request.url().endsWith('/main.js'),
    );
    await page.goto('/commits');
    await lost;
    await context.unrouteAll();
    await isLive(page);
    expect(faults).toEqual([]);
  });

  test('a page whose module could not be had for a while is there once it can be had', async () => {
    const scene = await aFullScene();
    const { open, context, faults } = await profileAt(scene.port);
    const page = await open('/commits');
    await isLive(page);
    await context.route('**/files/**', (route) => route.abort());
    const lost = page.waitForEvent('requestfailed', (request) =>
      request.url().endsWith('queue.js'),
    );
    await page.getByRole('link', { name: 'Queue' }).click();
    await lost;
    await context.unrouteAll();
    await page.getByText('Waits for its turn').waitFor();
    expect(faults).toEqual([]);
  });

  test('a page of an earlier release is loaded anew where it wants a module that is gone', async () => {
    const scene = await aFullScene();
    const { open, context } = await profileAt(scene.port);
    const page = await open('/commits');
    await isLive(page);
    let isAnew = false;
    await context.route('**/*', (route) => {
      isAnew ||= route.request().isNavigationRequest();
      const isGone = !isAnew && route.request().url().includes('/files/');
      return isGone ? route.fulfill({ status: 404 }) : route.continue();
    });
    await page.getByRole('link', { name: 'Queue' }).click();
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
    await page.getByText('Waits for its turn').waitFor();
    expect(isAnew).toBe(true);
  });
});

/** Something is red, something runs, something waits. */
async function aFullScene(): Promise<Scene> {
  const scene = await aScene();
  const ada = await scene.runner('ada');
  await scene.handOver({ subject: 'Red' });
  fails(ada, (await ada.hears('runtest')).run, {});
  await ada.hears('recorded');
  await scene.handOver({ subject: 'Runs' });
  await ada.hears('runtest');
  await scene.handOver({ subject: 'Waits for its turn' });
  return scene;
}

const countsShifts = `
  globalThis.moved = [];
  new PerformanceObserver((list) => {
    for (const { sources } of list.getEntries())
      for (const { node } of sources) globalThis.moved.push(node?.outerHTML?.slice(0, 100) ?? node?.textContent);
  }).observe({ type: 'layout-shift', buffered: true });
`;

/** Where the parts of a page stand that are there before its script. */
async function places(page: Page): Promise<unknown> {
  return page.evaluate(`[...document.querySelectorAll('.brand, .mark, nav a, .liveness, h1, main')].map((part) => {
    const { x, y, width } = part.getBoundingClientRect();
    return [part.localName, x, y, part.localName === 'h1' ? 0 : width];
  })`);
}

async function loaded(page: Page): Promise<string[]> {
  const names: string[] = await page.evaluate(
    `performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)`,
  );
  return [...new Set(names.filter((path) => /^\/files\/.*js$/.test(path)))].sort();
}

function directive(policy: string, name: string): string {
  return policy.split('; ').find((one) => one.startsWith(`${name} `)) ?? '';
}

function hashOf(text = ''): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
