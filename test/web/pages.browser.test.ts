import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Commit } from '../../src/protocol/ids.js';
import { violations } from '../support/axe.js';
import { hasBrowser, isLive, profileAt, reboundName } from '../support/browser.js';
import { type } from '../support/classic-peers.js';
import { spawnDispatcher } from '../support/dispatchers.js';
import { temporaryFolder } from '../support/git.js';
import type { ModernPeer } from '../support/modern-peers.js';
import { portToKeep } from '../support/ports.js';
import { aScene, fails, type Scene, sceneAt } from '../support/scene.js';

const workflow = {
  '.woodpecker.yml': `
steps:
  build: { commands: [make] }
  unit: { commands: [make test], depends_on: build }
  docs: { commands: [make docs], depends_on: build }
`,
};

/** Pages of a browser on two busy cores. */
const timeout = 180_000;

describe.skipIf(!hasBrowser)('in a browser', { timeout }, () => {
  test('from a red commit on the home page its log is one click away', async () => {
    const scene = await aScene();
    const ada = await scene.runner('ada');
    await scene.handOver({ files: workflow });
    const { run } = await ada.hears('runtest');
    fails(ada, run, { steps: ['build', 'unit', 'docs'] });
    await ada.hears('recorded');
    const { open, faults } = await profileAt(scene.port);
    const page = await open('/');
    await page.getByTitle('Open the log at the failing line').first().click();
    await page.waitForURL(`**/logs/${run}.1*`);
    expect(faults).toEqual([]);
  });

  test('a red commit that is run again turns green before our eyes', async () => {
    const scene = await aScene();
    const ada = await scene.runner('ada');
    const failures = [{ name: 'basket > is empty', message: 'expected 1 to be 0' }];
    const commit = await scene.handOver({ subject: 'Empty the basket' });
    fails(ada, (await ada.hears('runtest')).run, { failures });
    await ada.hears('recorded');
    const { open, faults } = await profileAt(scene.port);
    const page = await open(`/commits/${commit}`);
    await page.getByText('expected 1 to be 0').waitFor();
    await isLive(page);
    await page.evaluate('globalThis.isSamePage = true');
    await page.getByRole('button', { name: 'Run again' }).click();
    await page.getByRole('heading', { name: 'running Empty the basket' }).waitFor();
    const { run } = await ada.hears('runtest');
    ada.finishes(run, 'all is well\n');
    await page.getByRole('heading', { name: 'passed Empty the basket' }).waitFor();
    await page.getByText('Attempt 2 on ada: passed').waitFor();
    expect(await page.title()).toBe('✓ Empty the basket · Trivet');
    expect(await page.evaluate('globalThis.isSamePage')).toBe(true);
    expect(faults).toEqual([]);
  });

  test('seven tabs stay live, though a browser has six connections: those not looked at rest', async () => {
    const scene = await aScene();
    const { open, faults } = await profileAt(scene.port);
    // In two windows: of the first only this one, of the second the newest is looked at.
    const first = await open('/commits');
    await isLive(first);
    const tabs: Page[] = [];
    for (let count = 0; count < 6; count += 1) {
      await look(tabs.at(-1), false);
      tabs.push(await open('/commits'));
    }
    const newest = tabs.at(-1);
    const [second] = tabs;
    if (newest === undefined || second === undefined) throw new Error('there are six');
    await isLive(newest);
    await second.locator('.liveness.resting').waitFor();
    await scene.handOver({ subject: 'Seen at once' });
    await newest.getByText('Seen at once').waitFor();
    await first.getByText('Seen at once').waitFor();
    expect(await second.getByText('Seen at once').count()).toBe(0);
    await look(second, true);
    await second.getByText('Seen at once').waitFor();
    expect(faults).toEqual([]);
  });

  test('while the dispatcher is away the page says so, and it goes on by itself', async () => {
    const folder = temporaryFolder();
    const port = await portToKeep();
    const dispatcher = await spawnDispatcher(folder, { port });
    const scene = sceneAt(port);
    await scene.handOver({ subject: 'Before the storm' });
    const { open, faults } = await profileAt(port);
    const page = await open('/commits');
    await isLive(page);
    dispatcher.kill('SIGKILL');
    await page.locator('.liveness.waiting').waitFor();
    await page.getByText('Before the storm').waitFor();
    await spawnDispatcher(folder, { port });
    await isLive(page);
    await scene.handOver({ subject: 'After the storm' });
    await page.getByText('After the storm').waitFor();
    expect(faults).toEqual([]);
  });

  test('hostile words stay words wherever they are shown', async () => {
    const scene = await aScene();
    const commit = await hostileCommit(scene, await scene.runner('ada'));
    const { open, faults } = await profileAt(scene.port);
    const branch = `/repositories/shop/branches/${encodeURIComponent(bomb('branch'))}`;
    for (const path of ['/', '/commits', `/commits/${commit}`, branch, '/runners/ada', '/queue']) {
      const page = await open(path);
      await isLive(page);
      expect(
        await page.evaluate('document.querySelectorAll("main img[src=x], main script").length'),
      ).toBe(0);
      await page.close();
    }
    const page = await open(`/commits/${commit}`);
    for (const where of ['subject', 'test', 'message']) {
      await page.getByText(bomb(where)).first().waitFor();
    }
    expect(faults).toEqual([]);
  });

  test('a form and a script of another site change nothing, and a rebound name is refused', async () => {
    const scene = await aScene();
    const site = await otherSite(scene.port);
    const { open, context } = await profileAt(scene.port);
    const page = await open(`http://127.0.0.1:${site}/`);
    await page.getByText('It has tried.').waitFor();
    expect(await page.locator('#read').textContent()).toBe('no');
    await page.getByRole('button').click();
    await page.waitForURL('**/api/pause');
    expect(await page.textContent('body')).toMatch(/Other sites|JSON/);
    expect(await type(scene.port, 'status')).not.toContain('paused');
    const rebound = await context.newPage();
    const answer = await rebound.goto(`http://${reboundName}:${scene.port}/`);
    expect(answer?.status()).toBe(421);
  });
});

describe.skipIf(!hasBrowser)('every page', { timeout }, () => {
  test('shows its bar before any script, and takes it over as it stands', async () => {
    const scene = await aScene();
    const { open, context } = await profileAt(scene.port);
    const before = await (await context.request.get('/queue')).text();
    const page = await open('/queue');
    await isLive(page);
    const bar = await page.locator('header.bar').evaluate((header) => {
      // Only the page knows whether it is live.
      const liveness = header.querySelector('.liveness');
      liveness?.removeAttribute('title');
      liveness?.classList.replace('live', 'beginning');
      return header.outerHTML;
    });
    expect(before).toContain(`</a>${bar}<main`);
  });

  test.each(['light', 'dark'] as const)(
    'is readable for all, and fits a telephone: %s',
    async (colorScheme) => {
      const scene = await aScene();
      const pages = await paths(scene);
      const { open, faults } = await profileAt(scene.port, { colorScheme });
      const found: string[] = [];
      for (const path of pages) {
        const page = await open(path);
        await page.locator('h1').first().waitFor();
        found.push(...(await violations(page)).map((one) => `${path}: ${one}`));
        await page.setViewportSize({ width: 360, height: 740 });
        const width = await page.evaluate(widthAfterLong);
        if (Number(width) > 360) found.push(`${path}: ${width} pixels wide on a telephone`);
        await page.close();
      }
      expect(found).toEqual([]);
      expect(faults).toEqual([]);
    },
  );
});

/** As the browser tells a page that its tab is looked at, or another. */
async function look(page: Page | undefined, isLookedAt: boolean): Promise<void> {
  await page?.evaluate(`
    Object.defineProperty(document, 'hidden', { configurable: true, value: ${!isLookedAt} });
    document.dispatchEvent(new Event('visibilitychange'));
  `);
}

/** The pages of a scene in which each has something to show. */
/** The page's width where what runs has run longer than usual. */
const widthAfterLong = `(() => {
  for (const took of document.querySelectorAll('.took')) took.textContent = '9 min 36 s, longer than usual';
  return document.documentElement.scrollWidth;
})()`;

async function paths(scene: Scene): Promise<string[]> {
  const ada = await scene.runner('ada');
  const red = await hostileCommit(scene, ada);
  const green = await scene.handOver({});
  ada.finishes((await ada.hears('runtest')).run, 'fine\n');
  await ada.hears('recorded');
  const running = await scene.handOver({ files: workflow });
  const { run } = await ada.hears('runtest');
  await scene.handOver({ subject: 'Waits for its turn' });
  await type(scene.port, 'pause:runner:bob');
  const commits = [red, green, running].map((commit) => `/commits/${commit}`);
  const lists = ['/', '/commits', '/repositories/shop', '/queue', '/runners', '/runners/ada'];
  return [...lists, ...commits, `/logs/${run}.1`, '/sign-in'];
}

function bomb(where: string): string {
  return `</script><img src=x onerror=alert("${where}")>`;
}

/** A red commit of ada's, in which every word that a stranger may choose is hostile. */
async function hostileCommit(scene: Scene, ada: ModernPeer): Promise<Commit> {
  const commit = await scene.handOver({
    ...{ subject: bomb('subject'), branch: bomb('branch'), author: bomb('author') },
    files: workflow,
  });
  const { run } = await ada.hears('runtest');
  const failures = [{ name: bomb('test'), message: bomb('message') }];
  fails(ada, run, { steps: ['build', 'unit', 'docs'], failures });
  await ada.hears('recorded');
  return commit;
}

/** A site elsewhere that would pause everything: by a script at once, by a form when its button is pressed. */
async function otherSite(port: number): Promise<number> {
  const target = `http://localhost:${port}`;
  const html = `<!doctype html><title>Other</title>
    <form method="post" action="${target}/api/pause" enctype="text/plain">
      <input type="hidden" name='{"what":"all","x":"' value='"}'><button>Win</button>
    </form><p id="read">?</p><p id="status">?</p>
    <script type="module">
      const body = '{"what":"all"}';
      await fetch('${target}/api/pause', { method: 'POST', mode: 'no-cors', body });
      const answer = await fetch('${target}/api/overview').then(() => 'yes', () => 'no');
      document.querySelector('#read').textContent = answer;
      document.querySelector('#status').textContent = 'It has tried.';
    </script>`;
  const server = http.createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(html);
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
