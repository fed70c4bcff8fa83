/**
 * Owns a real browser for tests: Debian's Chromium, one process a file of tests, and for each test a
 * profile of its own. Every error of a page fails its test.
 */

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, expect, onTestFinished } from 'vitest';

/** The same engine without its window takes half of the processor's time. */
const programs = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'] as const;

const program = programs.find((path) => existsSync(path)) ?? programs[0];

/** Whether there is one here. In CI no test is skipped for want of it. */
export const hasBrowser = process.env['CI'] !== undefined || existsSync(program);

if (!hasBrowser) {
  process.stderr.write(
    `Tests in a browser are skipped: there is no ${programs.join(', and no ')}\n`,
  );
}

/** A name of another site, which its owner has rebound to this machine. */
export const reboundName = 'evil.example';

let launched: Promise<Browser> | null = null;

const home = mkdtempSync(join(tmpdir(), 'trivet-browser-'));

function homeAt(folder: string) {
  return { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder };
}

afterAll(async () => {
  const browser = await launched;
  launched = null;
  await browser?.close();
  rmSync(home, { recursive: true, force: true });
});

export interface Profile {
  /** A tab at that path. */
  open(path: string): Promise<Page>;
  /** What went wrong in its pages, for people. */
  readonly faults: readonly string[];
  readonly context: BrowserContext;
}

/** A profile at the dispatcher on that port. */
export async function profileAt(
  port: number,
  { colorScheme = 'light' as 'light' | 'dark', width = 1_280 } = {},
): Promise<Profile> {
  const args = ['--no-sandbox', `--host-resolver-rules=MAP ${reboundName} 127.0.0.1`];
  // It keeps things at home, and tests have none.
  launched ??= chromium.launch({ executablePath: program, args, env: homeAt(home) });
  const browser = await launched;
  const context = await browser.newContext({
    baseURL: `http://localhost:${port}`,
    viewport: { width, height: 900 },
    colorScheme,
  });
  // As `eventually`: a deadline for what hangs, well beyond what a laden machine needs.
  context.setDefaultTimeout(60_000);
  onTestFinished(() => context.close());
  const faults: string[] = [];
  context.on('weberror', (fault) => faults.push(String(fault.error())));
  context.on('console', (message) => {
    // What does not load while the dispatcher is away is no fault of the page.
    const isOurs = !message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && isOurs) faults.push(message.text());
  });
  context.on('dialog', (dialog) => {
    faults.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const open = async (path: string) => {
    const page = await context.newPage();
    await load(page, path);
    return page;
  };
  return { open, faults, context };
}

/**
 * Containers of other tests bring networks up and down; Chromium drops what it loads meanwhile, and shows its
 * page of errors, or ours loads itself anew.
 */
const networkChanged = /ERR_NETWORK_CHANGED|interrupted by another navigation/;

/** Loads it, and again where a change of networks came between; until it is more than its document. */
async function load(page: Page, path: string): Promise<void> {
  let isDropped = true;
  page.on('requestfailed', (request) => {
    isDropped ||= networkChanged.test(request.failure()?.errorText ?? '');
  });
  const isBusy = async () => (await page.locator('#page[aria-busy]').count()) > 0;
  while (isDropped) {
    isDropped = false;
    await page.goto(path).catch((error: Error) => {
      if (!networkChanged.test(error.message)) throw error;
      isDropped = true;
    });
    await expect.poll(async () => isDropped || !(await isBusy()), { timeout: 60_000 }).toBe(true);
  }
}

/** The page says that what it shows is what is; where it never does, what it says instead. */
export async function isLive(page: Page): Promise<void> {
  try {
    await page.locator('.liveness.live').waitFor();
  } catch (cause) {
    const isHidden = await page.evaluate('document.hidden');
    const text = (await page.locator('#page').textContent()) ?? '';
    const message = `${page.url()} is not live, hidden: ${isHidden}, says: ${text.slice(0, 500)}`;
    throw new Error(message, { cause });
  }
}

/** The expression is true in the page. Looked at from here: a page of ours lets nothing evaluate in it. */
export async function holds(page: Page, expression: string): Promise<void> {
  await expect.poll(() => page.evaluate(expression), { timeout: 60_000 }).toBe(true);
}
