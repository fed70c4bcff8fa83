/**
 * Owns the pictures of the pages in docs/pictures: each page, dark and light, in a real browser, upon a
 * world that is made for it. `npm run screenshots`, after `npm run build`.
 */

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { readCommandLine } from './command-line.js';
import { type Deaths, playDeaths } from './screenshots/deaths.js';
import { type Playing, playScenario } from './screenshots/scenario.js';
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

const pagesOf = ({ red, running, log }: World) => [
  { name: 'home', path: '/', viewport: wide },
  { name: 'home-narrow', path: '/', viewport: narrow },
  { name: 'repository', path: '/repositories/shop', viewport: wide },
  { name: 'commit', path: `/commits/${red}`, viewport: wide },
  { name: 'commit-running', path: `/commits/${running}`, viewport: wide },
  { name: 'log', path: `/logs/${log}`, viewport: wide, shows: '[data-line]' },
  { name: 'runners', path: '/runners', viewport: wide },
  { name: 'queue', path: '/queue', viewport: wide },
];

const pagesOfWire = ({ newHome }: Deaths) => [
  { name: 'wire', path: `/wire#n=${newHome}`, viewport: wide },
];

const pagesOfLab = ({ told }: Playing) => [
  { name: 'lab', path: `/wire#n=${told}`, viewport: wide },
];

const folder = fileURLToPath(new URL('../docs/pictures', import.meta.url));
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: flags.browser, args: ['--no-sandbox'] });
try {
  const world = await makeWorld();
  await pictures(world.address, pagesOf(world)).finally(world.end);
  const deaths = await playDeaths();
  await pictures(deaths.address, pagesOfWire(deaths)).finally(deaths.end);
  // Asked whether the frozen runner, thawed, may go on.
  const scenario = await playScenario('three-deaths', 11);
  await pictures(scenario.address, pagesOfLab(scenario)).finally(scenario.end);
} finally {
  await browser.close();
}

interface Pictured {
  readonly name: string;
  readonly path: string;
  readonly viewport: { readonly width: number; readonly height: number };
  /** What comes last, where that is not the page's own first part. */
  readonly shows?: string;
}

async function pictures(address: string, pages: readonly Pictured[]): Promise<void> {
  for (const page of pages) {
    for (const colorScheme of ['light', 'dark'] as const) await picture(address, page, colorScheme);
  }
}

async function picture(
  address: string,
  { name, path, viewport, shows = 'main > :not([aria-busy])' }: Pictured,
  colorScheme: 'light' | 'dark',
): Promise<void> {
  const page = await browser.newPage({ viewport, colorScheme });
  await page.goto(`${address}${path}`);
  await page.locator('.liveness.live').waitFor();
  await page.locator(shows).first().waitFor();
  const file = `${folder}/${name}-${colorScheme}.png`;
  await page.screenshot({ path: file });
  console.log(file);
  await page.close();
}
