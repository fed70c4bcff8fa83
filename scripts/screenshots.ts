/**
 * Owns the pictures of the pages in docs/pictures: each page, dark and light, in a real browser, upon a
 * world that is made for it. `npm run screenshots`, after `npm run build`.
 */

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { readCommandLine } from './command-line.js';
import { makeWorld, type World } from './screenshots/world.js';

const { flags } = readCommandLine({
  script: 'screenshots',
  purpose: 'Takes pictures of each page, dark and light.',
  flags: {
    browser: {
      takes: 'PATH',
      says: 'the browser to use, a Chromium',
      absent: '/usr/bin/chromium',
      read: (text) => text,
      is: 'a path',
    },
  },
});

const wide = { width: 1_280, height: 860 };
const narrow = { width: 390, height: 844 };

const pages = ({ red, running, log }: World) => [
  { name: 'home', path: '/', viewport: wide },
  { name: 'home-narrow', path: '/', viewport: narrow },
  { name: 'repository', path: '/repositories/shop', viewport: wide },
  { name: 'commit', path: `/commits/${red}`, viewport: wide },
  { name: 'commit-running', path: `/commits/${running}`, viewport: wide },
  { name: 'log', path: `/logs/${log}`, viewport: wide },
  { name: 'runners', path: '/runners', viewport: wide },
  { name: 'queue', path: '/queue', viewport: wide },
];

const folder = fileURLToPath(new URL('../docs/pictures', import.meta.url));
mkdirSync(folder, { recursive: true });
const world = await makeWorld();
try {
  const browser = await chromium.launch({ executablePath: flags.browser, args: ['--no-sandbox'] });
  for (const page of pages(world)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await picture(browser, { ...page, colorScheme });
    }
  }
  await browser.close();
} finally {
  world.end();
}

interface Pictured {
  readonly name: string;
  readonly path: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme: 'light' | 'dark';
}

async function picture(browser: Browser, { name, path, viewport, colorScheme }: Pictured) {
  const page = await browser.newPage({ viewport, colorScheme });
  await page.goto(`${world.address}${path}`);
  await page.locator('.liveness.live').waitFor();
  await page.locator('main > :not([aria-busy])').first().waitFor();
  const file = `${folder}/${name}-${colorScheme}.png`;
  await page.screenshot({ path: file });
  console.log(file);
  await page.close();
}
