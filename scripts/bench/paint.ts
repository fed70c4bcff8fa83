/**
 * Owns how soon a browser paints a page of a dispatcher: the first thing that can be read, and what
 * was asked for. Each load has a fresh profile, and the floor is a page that is one word.
 */

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import type { Figure } from './figures.js';

const programs = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'] as const;
const loads = 10;

/** Pages, and what is there when they show what was asked for. */
const pages = { '/': '#newest', '/commits': 'main .rows li', '/wire': '.controls' } as const;

const paintedWithinMs = 100;

/** Nothing where there is no browser. */
export async function paints(port: number): Promise<{ figures: Figure[]; floors: Figure[] }> {
  const executablePath = programs.find((path) => existsSync(path));
  if (executablePath === undefined) return { figures: [], floors: [] };
  const server = http.createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><p id="word">Word');
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const { port: floorPort } = server.address() as AddressInfo;
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const floor: Figure = { says: 'a page of one word', unit: 'ms', samples: [] };
    const figures: Figure[] = [];
    for (const [path, content] of Object.entries(pages)) {
      const first: number[] = [];
      const whole: number[] = [];
      // What is loaded for the first time is compressed meanwhile.
      await load(browser, port, path, content);
      for (let count = 0; count < loads; count += 1) {
        const at = await load(browser, port, path, content);
        first.push(at.firstMs);
        whole.push(at.wholeMs);
        const { firstMs } = await load(browser, floorPort, '/', '#word');
        (floor.samples as number[]).push(firstMs);
      }
      const target = paintedWithinMs;
      figures.push({ says: `first paint of ${path}`, unit: 'ms', samples: first, target, floor });
      figures.push({ says: `content of ${path}`, unit: 'ms', samples: whole, floor });
    }
    return { figures, floors: [floor] };
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
  }
}

/** Since the navigation began. */
interface Painted {
  readonly firstMs: number;
  readonly wholeMs: number;
}

async function load(
  browser: Browser,
  port: number,
  path: string,
  content: string,
): Promise<Painted> {
  const context = await browser.newContext();
  try {
    await context.addInitScript(tells(content));
    const page = await context.newPage();
    const told = page.waitForEvent('console', (message) => message.text().startsWith(mark));
    await page.goto(`http://localhost:${port}${path}`, { waitUntil: 'commit' });
    const wholeMs = Number((await told).text().slice(mark.length));
    const firstMs = Number(await page.evaluate(firstPaint));
    return { firstMs, wholeMs };
  } finally {
    await context.close();
  }
}

/** It is known when it is on the screen, which may be a moment later. */
const firstPaint = `new Promise((resolve) => {
  const take = (list) => list.getEntriesByName('first-contentful-paint').map(({ startTime }) => resolve(startTime));
  new PerformanceObserver(take).observe({ type: 'paint', buffered: true });
})`;

const mark = 'painted: ';

/** Tells when what that selector names has been there for one frame, which a browser has drawn by then. */
function tells(selector: string): string {
  return `
    const watch = new MutationObserver(() => {
      if (document.querySelector('${selector}') === null) return;
      watch.disconnect();
      requestAnimationFrame(() => setTimeout(() => console.debug('${mark}' + performance.now())));
    });
    watch.observe(document, { childList: true, subtree: true });
  `;
}
