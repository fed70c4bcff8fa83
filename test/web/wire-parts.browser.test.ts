import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { parseRecording } from '../../src/record/parse.js';
import { violations } from '../support/axe.js';
import { hasBrowser, holds, profileAt } from '../support/browser.js';
import { aBusyDay, type Recording, textOf, threeDeaths } from '../support/recordings.js';
import { startWeb } from '../support/web.js';

/** Pages of a browser on two busy cores. */
const timeout = 180_000;

describe.skipIf(!hasBrowser)('beside the diagram of the wire', { timeout }, () => {
  test('a recording is opened from a disk, and what is none is told from one by a sentence', async () => {
    const { page, faults } = await opened(threeDeaths());
    await page.locator('.mark-at', { hasText: 'A dispatcher, an observer' }).first().waitFor();
    const text = textOf(threeDeaths()).replace('"kind":"message"', '"kind":7');
    await choose(page, 'Open a recording', 'rumours.ndjson', text);
    await page.getByText(/rumours\.ndjson: line \d+: "kind" is not one of message, /).waitFor();
    await page.evaluate(dropping(textOf({ ...threeDeaths(), records: [] })));
    await page.getByText('dropped.ndjson').waitFor();
    expect(faults).toEqual([]);
  });

  test('the same events are a table, in which one goes by keys, and which axe finds nothing wrong with', async () => {
    const { page, faults } = await opened(threeDeaths());
    await page.keyboard.press('t');
    const chosen = page.locator('.event.chosen');
    await chosen.getByText('A dispatcher, an observer, and three runners.').waitFor();
    await page.keyboard.press('ArrowDown');
    await chosen.getByText('The dispatcher listens').waitFor();
    await page.locator('.event', { hasText: 'bob was killed' }).count();
    await page.getByRole('searchbox', { name: 'Filter' }).fill('kind:killed verb:secret');
    await page.getByText('the filter keeps none of').waitFor();
    await page.getByRole('searchbox', { name: 'Filter' }).fill('kind:killed');
    await page.getByRole('row', { name: /bob was killed \(SIGKILL\)/ }).click();
    await page.locator('.moment', { hasText: 'bob was killed' }).waitFor();
    expect(await violations(page, null)).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('on a narrow screen it is a table by itself', async () => {
    const { page } = await opened(threeDeaths(), 390);
    await page.locator('.event.chosen').waitFor();
    expect(await page.locator('svg.space-time').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await violations(page, null)).toEqual([]);
  });

  test('fifty thousand records are a table of those in view, and its end is one key away', async () => {
    const recording = aBusyDay();
    const { page } = await opened(recording);
    await page.keyboard.press('t');
    await page.locator('.event.chosen').waitFor();
    await page.keyboard.press('End');
    const last = recording.records.findLast(
      (record) => record.kind === 'message' && record.verb === 'recorded',
    );
    await page.locator(`.event[data-n="${last?.n}"]`).waitFor();
    expect(await page.locator('.event').count()).toBeLessThan(90);
  });

  test('Enter shows the bytes of a message, each part of the grammar told apart', async () => {
    const { page, faults } = await opened(threeDeaths());
    await page.keyboard.press('t');
    await page.getByRole('searchbox', { name: 'Filter' }).fill('verb:runtest');
    await page
      .getByRole('row', { name: /runtest/ })
      .first()
      .click();
    await page.keyboard.press('Enter');
    const bytes = page.getByRole('region', { name: 'The bytes' });
    await bytes.locator('.dump-row').first().waitFor();
    // They take room of the table, which keeps the message in view.
    const isSeen = (element: string) =>
      `(() => { const row = document.querySelector('${element}').getBoundingClientRect();
        return row.bottom <= document.querySelector('.bytes').getBoundingClientRect().top; })()`;
    await holds(page, isSeen('.event.chosen'));
    expect(await bytes.locator('.hex').first().textContent()).toBe(
      '72756e746573743a3965333737396231',
    );
    expect(await bytes.locator('.parts dt').allTextContents()).toEqual([
      ...['verb', 'commit', 'run', 'length', 'body', 'newline'],
    ]);
    expect(await violations(page, null)).toEqual([]);
    await page.getByRole('button', { name: 'Close the bytes' }).click();
    await bytes.waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  });

  test('it is taken along as a recording, as text, for Mermaid, for ShiViz and as a picture', async () => {
    const { page, faults } = await opened(threeDeaths());
    await page.locator('.exports summary').click();
    const take = async (name: RegExp) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name }).click(),
      ]);
      return {
        name: download.suggestedFilename(),
        text: readFileSync(await download.path(), 'utf8'),
      };
    };
    const copy = await take(/^Recording/);
    expect(copy.name).toBe('wire-three-deaths.ndjson');
    expect(parseRecording(copy.text)).toMatchObject({ value: threeDeaths() });
    expect((await take(/^Text/)).text).toContain('* bob was killed (SIGKILL)');
    expect((await take(/^Mermaid/)).text).toMatch(/^sequenceDiagram\n/);
    expect((await take(/^ShiViz/)).text).toContain('observer {"observer":1}');
    const picture = await take(/^SVG/);
    expect(picture.text).toMatch(/^<svg .*dispatcher<\/text>/s);
    // All of it, however little of it is seen.
    for (const words of ['The dispatcher listens', 'Three deaths, and no commit was lost.']) {
      expect(picture.text).toContain(`${words}</text>`);
    }
    expect((await take(/^What is seen/)).text).not.toContain('Three deaths, and no commit');
    // What was done is said until one goes on.
    const told = page.getByText('wire-three-deaths.svg is among your downloads');
    await told.waitFor();
    await page.keyboard.press('ArrowRight');
    await told.waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  });

  test('of more records than a picture can hold none is drawn, and it is said what to do', async () => {
    const { page } = await opened(aBusyDay());
    await page.locator('.exports summary').click();
    await page.getByRole('button', { name: /^SVG/ }).click();
    await page
      .locator('.notice', { hasText: /at most, and this would have .*: choose fewer by a filter/ })
      .waitFor();
    expect(await page.locator('.out-of-sight').count()).toBe(0);
  });

  test('two recordings lie side by side, and where they part is marked and reached by keys', async () => {
    const { port } = await startWeb();
    const { open, faults } = await profileAt(port);
    const page = await open('/wire/compare');
    const other = threeDeaths();
    const records = other.records.filter(
      (record) => record.kind !== 'change' || (record.what !== 'killed' && record.what !== 'late'),
    );
    await choose(page, 'Open the left recording', 'left.ndjson', textOf(threeDeaths()));
    await choose(page, 'Open the right recording', 'right.ndjson', textOf({ ...other, records }));
    await page
      .getByText(/^They part after \d+ steps: 2 steps only in the left, 0 only in the right/)
      .waitFor();
    await page.locator('.pair.chosen.left-only.parting', { hasText: 'bob was killed' }).waitFor();
    await page.keyboard.press('n');
    await page.locator('.pair.chosen', { hasText: 'A result of a run that was lost' }).waitFor();
    await page.keyboard.press('p');
    await page.locator('.pair.chosen.parting').waitFor();
    expect(await violations(page, null)).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('a recording to compare that is still made is waited for in words, and so is one that fails', async () => {
    const { port } = await startWeb();
    const { open, context } = await profileAt(port);
    const says = 'the process of the world has ended';
    let answer = () => {};
    const isAsked = new Promise<void>((asked) => {
      const isTwin = ({ pathname }: URL) => pathname === '/api/world/twin';
      void context.route(isTwin, async (route) => {
        asked();
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        await route.fulfill({ status: 503, json: { error: says } });
      });
    });
    const page = await open('/wire/compare?left=/api/wire&right=/api/world/twin');
    await page.getByRole('status').getByText('The twin is run from its beginning').waitFor();
    await isAsked;
    answer();
    await page.getByRole('alert').getByText(`The twin does not come: ${says}`).waitFor();
    await page.getByRole('status').getByText('There is nothing to compare').waitFor();
  });

  test('a recording to compare comes from this server only', async () => {
    const { port } = await startWeb();
    const { open } = await profileAt(port);
    const page = await open('/wire/compare?left=/api/wire&right=//elsewhere.example/wire');
    await page.getByText(/^\/api\/wire$/).waitFor();
    await page.getByText('An address begins with /, as /api/wire does').waitFor();
  });
});

/** The page with that recording opened, as from a disk. */
async function opened(recording: Recording, width = 1_280) {
  const { port } = await startWeb();
  const { open, faults } = await profileAt(port, { width });
  const page = await open('/wire?file');
  await choose(page, 'Open a recording', 'recording.ndjson', textOf(recording));
  await page.locator('.of-file', { hasText: 'recording.ndjson' }).waitFor({ timeout: 60_000 });
  return { page, faults };
}

async function choose(page: Page, label: string, name: string, text: string): Promise<void> {
  const file = { name, mimeType: 'application/x-ndjson', buffer: Buffer.from(text) };
  await page.getByLabel(label).setInputFiles(file);
}

/** Drops a file of that text upon the page. */
const dropping = (text: string) => `(() => {
  const files = new DataTransfer();
  files.items.add(new File([${JSON.stringify(text)}], 'dropped.ndjson'));
  dispatchEvent(new DragEvent('drop', { dataTransfer: files, cancelable: true, bubbles: true }));
})()`;
