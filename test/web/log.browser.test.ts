import { once } from 'node:events';
import { createWriteStream, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hasBrowser, holds, profileAt } from '../support/browser.js';
import { type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { eventually } from '../support/eventually.js';
import { modernPeer } from '../support/modern-peers.js';
import { startWeb } from '../support/web.js';

const c = commit(0xc0ffee);

/** A dispatcher whose only runner has begun a run. */
async function aRun() {
  const web = await startWeb();
  const runner = await modernPeer(web.port, { role: 'runner', name: 'ada' });
  await type(web.port, `dispatch:${c}`);
  const { run } = await runner.hears('runtest');
  const { open, context, faults } = await profileAt(web.port);
  onTestFinished(() => expect(faults).toEqual([]));
  let offset = 0;
  return {
    ...{ ...web, runner, run, open, context },
    logs: (text: string | Buffer) => {
      const body = Buffer.from(text);
      runner.say({ verb: 'log', log: run, offset, body });
      offset += body.length;
    },
  };
}

/** A run that is over and printed that. */
async function overWith(output: string, end: 'passed' | 'failed' = 'failed') {
  const all = await aRun();
  all.runner.finishes(all.run, output, end);
  await eventually('its end', () => existsSync(join(all.folder, 'results', c)));
  return { ...all, at: `/logs/${all.run}` };
}

function numbered(count: number, from = 1): string {
  return Array.from({ length: count }, (_, index) => `line ${from + index}\n`).join('');
}

const line = (page: Page, number: number) => page.locator(`.log .row[data-line="${number}"]`);

/** Whether that line is in the view. */
function isSeen(page: Page, number: number): Promise<boolean> {
  return line(page, number).evaluate((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    const view = row.closest('.log')?.getBoundingClientRect();
    return view !== undefined && top >= view.top - 1 && bottom <= view.bottom + 1;
  });
}

/** Waits until it says that. */
function told(page: Page, where: string, says: string): Promise<void> {
  return page.locator(`.log-tools ${where}`, { hasText: says }).waitFor();
}

/** Asked in the page. */
const isAtEnd = `(({ scrollTop, clientHeight, scrollHeight }) =>
  scrollTop + clientHeight >= scrollHeight - 1)(document.querySelector('.log'))`;

/** All of the log, as the browser copies it. */
const selectedText = `(getSelection().selectAllChildren(document.querySelector('.log')),
  getSelection().toString())`;

/** The first and the last number of the rows that are mounted. */
function mounted(page: Page): Promise<number[]> {
  return page.locator('.log .row').evaluateAll((rows) => {
    const numbers = rows.map((row) => Number(row.getAttribute('data-line')));
    return [numbers[0] ?? 0, numbers.at(-1) ?? 0];
  });
}

/** Pages of a browser on two busy cores. */
const timeout = 180_000;

describe.skipIf(!hasBrowser)('the log page', { timeout }, () => {
  test('from a red commit it is one step to the failing line, and n and p go on', async () => {
    const output = `${numbered(200)}ERROR: one\n${numbered(300)}not ok 2\n${numbered(50)}`;
    const { open } = await overWith(output);
    const page = await open(`/commits/${c}/failing`);
    await line(page, 201).waitFor();
    expect(await isSeen(page, 201)).toBe(true);
    expect(await page.locator('.log-tools .errors').textContent()).toContain('error 1 of 2');
    await page.keyboard.press('n');
    await told(page, '.errors .failed', '✕ error 2 of 2');
    expect(await isSeen(page, 502)).toBe(true);
    await page.keyboard.press('p');
    await told(page, '.errors .failed', '✕ error 1 of 2');
    expect(await isSeen(page, 201)).toBe(true);
  });

  test('a live log is followed until its reader scrolls up, and again from its end', async () => {
    const { open, run, logs } = await aRun();
    logs(numbered(300));
    const page = await open(`/logs/${run}`);
    await line(page, 300).waitFor();
    expect(await isSeen(page, 300)).toBe(true);
    logs(numbered(100, 301));
    await line(page, 400).waitFor();
    expect(await isSeen(page, 400)).toBe(true);
    await page.locator('.log').hover();
    await page.mouse.wheel(0, -2_000);
    const follow = page.getByRole('button', { name: 'Follow' });
    await page.locator('button[aria-pressed="false"]', { hasText: 'Follow' }).waitFor();
    logs(numbered(100, 401));
    await line(page, 500).waitFor({ state: 'attached' });
    expect(await isSeen(page, 500)).toBe(false);
    await page.keyboard.press('G');
    await holds(page, isAtEnd);
    expect(await follow.getAttribute('aria-pressed')).toBe('true');
  });

  test('a log of 100 MB opens at its error, scrolls to its end, and few of its rows are mounted', async () => {
    const { open, run, folder } = await overWith('');
    const [part = ''] = readdirSync(join(folder, 'data', 'logs'));
    const [name = ''] = readdirSync(join(folder, 'data', 'logs', part));
    const total = await writeLong(join(folder, 'data', 'logs', part, name));
    const page = await open(`/logs/${run}`);
    await line(page, 1_000_000).waitFor();
    await page.locator('.row.error', { hasText: 'ERROR: here it is' }).waitFor();
    await page.keyboard.press('G');
    await line(page, total).waitFor();
    expect(await isSeen(page, total)).toBe(true);
    const [first = 0, last = 0] = await mounted(page);
    expect([last, last - first < 400]).toEqual([total, true]);
    await page.keyboard.press('g');
    await line(page, 1).waitFor();
    expect(await isSeen(page, 1)).toBe(true);
    // A line in its midst, by its address.
    await page.goto(`/logs/${run}#L700123-L700130`);
    // A change of networks, by containers of other tests, may come between.
    await page.reload().catch(() => page.reload());
    await page.locator('.row.chosen', { hasText: 'test 700123 ' }).waitFor();
    expect(await page.locator('.row.chosen').count()).toBe(8);
    expect(await isSeen(page, 700_123)).toBe(true);
    const heap = await page.evaluate<number>('performance.memory.usedJSHeapSize');
    expect(heap).toBeLessThan(60_000_000);
  });

  test('hostile bytes stay text', async () => {
    const markup = '<img src=x onerror="document.title=\'owned\'"><script>alert(1)</script>';
    const bytes = `${markup}\n\x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07\n::group::${markup}\nx\n::endgroup::\n`;
    const { at, open } = await overWith(bytes);
    const page = await open(at);
    await line(page, 1).waitFor();
    await page.getByText('onerror').first().waitFor();
    expect(await line(page, 1).locator('.text').textContent()).toBe(markup);
    expect(await line(page, 2).locator('.text').textContent()).toBe('link');
    expect(await page.locator('.log :is(img, script, a:not(.number))').count()).toBe(0);
    expect(await page.title()).not.toBe('owned');
  });

  test('lines are chosen by their numbers, named in the address, and copied without numbers or times', async () => {
    const { at, open, context } = await overWith(`\x1b[31mred\x1b[0m\n${numbered(50)}`);
    const page = await open(at);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await line(page, 1).locator('.number').click();
    await line(page, 3)
      .locator('.number')
      .click({ modifiers: ['Shift'] });
    expect(page.url()).toMatch(new RegExp(`${at}#L1-L3$`));
    expect(await page.locator('.row.chosen').count()).toBe(3);
    await page.keyboard.press('t');
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByText('3 lines copied').waitFor();
    const copied = await page.evaluate('navigator.clipboard.readText()');
    expect(copied).toBe('red\nline 1\nline 2\n');
    // And as the browser copies what is selected.
    const selected = await page.evaluate<string>(selectedText);
    expect(selected.split('\n').slice(0, 3)).toEqual(['red', 'line 1', 'line 2']);
  });

  test('a search counts the whole log, folded lines too, and opens the fold of a hit', async () => {
    const folded = `::group::Hidden\n${'needle here\n'.repeat(120)}::endgroup::\n`;
    const { at, open } = await overWith(
      `${numbered(100)}${folded}${numbered(100)}a needle\n`,
      'passed',
    );
    const page = await open(at);
    await line(page, 101).waitFor();
    expect(await line(page, 102).count()).toBe(0);
    await page.keyboard.press('/');
    await page.keyboard.type('needle');
    await told(page, '.hits', '1 of 121');
    expect(await isSeen(page, 102)).toBe(true);
    await page.keyboard.press('Shift+Enter');
    await told(page, '.hits', '121 of 121');
    expect(await line(page, 323).locator('mark').textContent()).toBe('needle');
  });
});

/** 1.4 million lines with one error; answers how many. */
async function writeLong(path: string): Promise<number> {
  const total = 1_400_000;
  writeFileSync(path, '');
  const file = createWriteStream(path);
  for (let from = 1; from <= total; from += 10_000) {
    const lines = Array.from({ length: 10_000 }, (_, index) => {
      const number = from + index;
      if (number === 1_000_000) return 'ERROR: here it is\n';
      return `\x1b[32m✓\x1b[39m test ${number} of the parser keeps what it is given, and more of it\n`;
    });
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
  return total;
}
