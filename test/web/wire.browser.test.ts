import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { violations } from '../support/axe.js';
import { hasBrowser, holds, isLive, type Profile, profileAt } from '../support/browser.js';
import {
  aBusyDay,
  commitOf,
  longSentences,
  type Recording,
  threeDeaths,
} from '../support/recordings.js';
import { aScene } from '../support/scene.js';
import { startWeb } from '../support/web.js';

/** Pages of a browser on two busy cores. */
const timeout = 180_000;

describe.skipIf(!hasBrowser)('the page of the wire', { timeout }, () => {
  test('shows what a runner and its dispatcher say to each other while they do', async () => {
    const scene = await aScene();
    const { open, faults } = await profileAt(scene.port);
    const page = await open('/wire');
    await isLive(page);
    const ada = await scene.runner('ada');
    const commit = await scene.handOver({ subject: 'Round the total up' });
    const { run } = await ada.hears('runtest');
    await arrow(page, 'dispatcher → ada: runtest').waitFor();
    await page.locator('.name.busy', { hasText: 'ada' }).waitFor();
    ada.finishes(run, 'all is well\n');
    await arrow(page, 'ada → dispatcher: results').waitFor();
    await page.locator('.mark-at', { hasText: `${commit.slice(0, 7)} passed` }).waitFor();
    expect(faults).toEqual([]);
  });

  test('a commit finds a new home after each of three deaths, and the page says so in words', async () => {
    const { page } = await watching(threeDeaths());
    for (const [n, words] of [
      [123, 'bob was killed (SIGKILL)'],
      [198, 'ada missed three pings'],
      [282, 'cleo missed three pings'],
    ] as const) {
      await page.evaluate(`location.hash = '#n=${n}'`);
      await page.locator('.moment .sentence', { hasText: words }).waitFor();
      await page.locator('.mark-at.death', { hasText: words }).waitFor();
    }
    await page.keyboard.press('End');
    await page.getByText('Three deaths, and no commit was lost.').first().waitFor();
    await page.getByText('Every law holds').waitFor();
  });

  test('is gone through by keys: steps, along a process, to what led to it, and what it led to', async () => {
    const { page } = await watching(threeDeaths());
    await page.keyboard.press('Home');
    await says(page, 'A dispatcher, an observer, and three runners.');
    await page.keyboard.press('ArrowRight');
    await says(page, 'The dispatcher listens');
    await page.evaluate("location.hash = '#n=125'");
    await says(page, 'waits for another runner');
    await page.keyboard.press('ArrowRight');
    await says(page, 'cleo has');
    await page.keyboard.press('Shift+ArrowRight');
    await says(page, 'dispatcher → cleo: runtest');
    for (const words of ['cleo has', 'waits for another runner', 'is lost', 'bob was killed']) {
      await page.keyboard.press('Control+ArrowLeft');
      await says(page, words);
    }
    await page.keyboard.press('Control+ArrowRight');
    await says(page, 'is lost');
  });

  test('plays from a moment, slowly if wanted, and rests where one pauses it', async () => {
    const { page } = await watching(threeDeaths());
    await page.keyboard.press('Home');
    for (let times = 0; times < 3; times += 1) await page.keyboard.press(']');
    await page.getByText('×10').waitFor();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.locator('.moment .when', { hasText: /#[2-9]\d/ }).waitFor();
    await page.keyboard.press('.');
    await page.getByRole('button', { name: 'Play' }).waitFor();
    const rested = await page.locator('.moment .when').textContent();
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))');
    expect(await page.locator('.moment .when').textContent()).toBe(rested);
  });

  test('a filter says in words what it leaves, and a commit that is followed dims the rest', async () => {
    const { page } = await watching(threeDeaths());
    await page.keyboard.press('/');
    await page.keyboard.type('verb:results');
    await page.keyboard.press('Enter');
    await page.locator('.filter-words', { hasText: 'Only results' }).waitFor();
    await page.locator('.filter-words', { hasText: /\d+ records shown, \d+ hidden\./ }).waitFor();
    expect(await arrow(page, ': log').count()).toBe(0);
    await page.keyboard.press('/');
    await page.keyboard.press('Escape');
    await page.evaluate("location.hash = '#n=149'");
    await says(page, 'cleo → dispatcher: results');
    await page.keyboard.press('f');
    await page.locator('.following', { hasText: commitOf(2).slice(0, 7) }).waitFor();
    await page.locator('.arrow.dim').first().waitFor({ state: 'attached' });
    await page.keyboard.press('Escape');
    await page.locator('.following').waitFor({ state: 'detached' });
  });

  test('no sentence is cut at the edge of the diagram, nor lies over the times beside it', async () => {
    const { page } = await watching(longSentences());
    await page.keyboard.press('Home');
    for (const width of [1_280, 800]) {
      await page.setViewportSize({ width, height: 860 });
      await page.locator('.times .wait', { hasText: '2 min 36 s later' }).waitFor();
      await holds(page, wordsWithinDiagram);
    }
    // More than two lines would lie over others: the whole is said where one points at it.
    const said = page.locator('.mark-at.bad text.says');
    expect(await said.textContent()).toMatch(/…$/);
  });

  test('the end of a run that was lost is open to be seen, until a late result ends it', async () => {
    const { page } = await watching(threeDeaths());
    await page.evaluate("location.hash = '#n=125'");
    const lost = page.locator('.run.lost', { hasText: 'run 7f3a-2' });
    await lost.locator('.open-end circle').first().waitFor();
    expect(await lost.locator('.run-end').count()).toBe(0);
    await page.evaluate("location.hash = '#n=198'");
    const late = page.locator('.run.lost', { hasText: 'run 7f3a-4' });
    await late.locator('.run-end').waitFor({ state: 'attached' });
    expect(await late.locator('.open-end circle').count()).toBe(0);
  });

  test('between the chosen record and the one that is pointed at it says how long it was', async () => {
    const { page } = await watching(threeDeaths());
    await page.evaluate("location.hash = '#n=149'");
    await says(page, 'cleo → dispatcher: results');
    await page.locator('[data-n="152"] .reach').hover({ force: true });
    await page.locator('.measure', { hasText: '2.4 ms between' }).waitFor();
  });

  test('a link to a moment opens at that moment in another tab', async () => {
    const { page, profile } = await watching(threeDeaths());
    await profile.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('c');
    expect(page.url()).toMatch(/\/wire#n=2$/);
    const other = await profile.open('/wire#n=198');
    await says(other, 'ada missed three pings');
    expect(await other.evaluate('navigator.clipboard.readText()')).toBe(page.url());
  });

  test('plays to its end, by the keyboard alone', async () => {
    const { page, profile } = await watching(threeDeaths());
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    await keys.getByText('to what led to it').waitFor();
    await page.keyboard.press('Escape');
    await keys.waitFor({ state: 'hidden' });
    // Keys are the dialog's own until it has said that it closed, a moment after it is out of sight.
    const first = page.locator('.moment .sentence', { hasText: 'A dispatcher, an observer' });
    while (!(await first.isVisible())) await page.keyboard.press('Home');
    for (const key of ['x', 'x', 'x', 'h', 'h', 'b', 't', 't', '+', '-', '[', ']', ']', ']', ']']) {
      await page.keyboard.press(key);
    }
    await page.getByRole('button', { name: 'Bookmark at record 1' }).waitFor();
    await page.keyboard.press('Space');
    await page
      .locator('.caption-now', { hasText: 'no commit was lost' })
      .waitFor({ timeout: 120_000 });
    expect(profile.faults).toEqual([]);
  });

  test.each(['light', 'dark'] as const)(
    'is readable for all in both of its forms: %s',
    async (colorScheme) => {
      const { page } = await watching(threeDeaths(), { colorScheme });
      await page.evaluate("location.hash = '#n=149'");
      await says(page, 'cleo → dispatcher: results');
      const found = [...(await violations(page))];
      await page.keyboard.press('t');
      await page.getByRole('table').waitFor();
      found.push(...(await violations(page)));
      await page.setViewportSize({ width: 360, height: 740 });
      const width = await page.evaluate('document.documentElement.scrollWidth');
      if (Number(width) > 360) found.push(`${width} pixels wide on a telephone`);
      expect(found).toEqual([]);
    },
  );

  test('fifty thousand records are gone through without drawing more than what is seen', async () => {
    const { page } = await watching(aBusyDay());
    const elements = () =>
      page.evaluate<number>(`document.querySelectorAll('.space-time *').length`);
    expect(await elements()).toBeLessThan(3_000);
    const slider = page.getByRole('slider', { name: 'Moment of the recording' });
    await slider.fill('500');
    await page.locator('.moment .when', { hasText: /#2[45]\d{3}/ }).waitFor();
    expect(await elements()).toBeLessThan(3_000);
    // Nearly a whole screen a frame. Of the processor, for others run on it, too; caches are shared still.
    const frameMs = (await workOf(page, () => page.evaluate(scrolledThrough))) / frames;
    expect(frameMs).toBeLessThan(150);
  });
});

/** In the drawing's own pixels, for it may be wider than what is seen of it. */
const wordsWithinDiagram = `(() => {
  const svg = document.querySelector('.space-time').getBoundingClientRect();
  const boxes = [...document.querySelectorAll('.space-time text.says, .space-time text.wait')].map((text) => ({
    isWait: text.matches('.wait'),
    box: text.getBoundingClientRect(),
  }));
  return boxes.length > 0 && boxes.every(({ isWait, box }) =>
    box.left >= svg.left + (isWait ? 0 : 78) && box.right <= svg.right);
})()`;

const frames = 40;

const scrolledThrough = `new Promise((resolve) => {
  const diagram = document.querySelector('.diagram');
  let count = 0;
  const frame = () => {
    diagram.scrollTop -= 400;
    count += 1;
    if (count < ${frames}) requestAnimationFrame(frame);
    else resolve();
  };
  requestAnimationFrame(frame);
})`;

/** What it costs the page's thread of the processor, in milliseconds. */
async function workOf(page: Page, act: () => Promise<unknown>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spentMs = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  };
  const beforeMs = await spentMs();
  await act();
  return (await spentMs()) - beforeMs;
}

function arrow(page: Page, words: string) {
  return page.locator('.arrow', { has: page.locator('title', { hasText: words }) });
}

async function says(page: Page, words: string): Promise<void> {
  await page.locator('.moment .sentence', { hasText: words }).waitFor();
}

/** A page that is told this recording as if it were live. */
async function watching(
  recording: Recording,
  looks = {},
): Promise<{ page: Page; profile: Profile }> {
  const { port } = await startWeb();
  const profile = await profileAt(port, looks);
  const { header, records } = recording;
  const told = [
    `event: header\ndata: ${JSON.stringify(header)}\n\n`,
    ...records.map((record) => `event: record\ndata: ${JSON.stringify(record)}\n\n`),
  ].join('');
  await profile.context.route('**/api/wire/live*', (route) => {
    // Whoever goes on where it was hears nothing new.
    const isFirst = route.request().url().endsWith('after=0');
    const body = isFirst ? told : told.slice(0, told.indexOf('\n\n') + 2);
    return route.fulfill({ contentType: 'text/event-stream', body });
  });
  const page = await profile.open('/wire');
  const last = `#${records.at(-1)?.n}`;
  await page.locator('.moment .when', { hasText: last }).waitFor({ timeout: 60_000 });
  return { page, profile };
}
