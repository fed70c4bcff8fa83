import type { Locator, Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Site } from '../../src/lab/site.js';
import { SimulatedWorld } from '../../src/lab/world.js';
import { realClock } from '../../src/world/clock.js';
import { hasBrowser, profileAt } from '../support/browser.js';

/** A world, and pages of a browser, on two busy cores. */
const timeout = 180_000;

describe.skipIf(!hasBrowser)('a simulated world on the page of the wire', { timeout }, () => {
  test('is stepped, predicted, run to its broken law, gone back in and forked', async () => {
    const plant = 'a log is not synced before its verdict';
    const { page, faults } = await opened({ seed: null, plant });
    const panel = page.getByRole('region', { name: 'The world' });
    await panel.getByText('Step 0,').waitFor();
    await page.keyboard.press('Shift+N');
    await panel.getByText('Step 10,').waitFor();
    await panel.getByRole('radio', { name: 'a recorded log is contiguous' }).check();
    await panel.getByRole('button', { name: 'Run' }).click();
    await panel.getByRole('alert').getByText('not so that a recorded log').waitFor();
    await panel.getByText('You were right.').waitFor();
    await panel.getByRole('button', { name: 'Show the line' }).click();
    await panel.getByText('src/dispatcher/store/logs.ts:').waitFor();
    await enter(panel.getByLabel('Go to step'), 'the end');
    await panel.getByText('A step is a whole number from 0 to 1,000,000.').waitFor();
    await enter(panel.getByLabel('Go to step'), '20');
    await panel.getByText('Step 20,').waitFor();
    await panel.getByText('A step is a whole number').waitFor({ state: 'detached' });
    // Before the law breaks one predicts anew, and the line would tell too much.
    await panel.getByText('src/dispatcher/store/logs.ts:').waitFor({ state: 'detached' });
    expect(await panel.getByRole('radio').first().isEnabled()).toBe(true);
    await enter(panel.getByRole('textbox', { name: 'Seed' }), '-7');
    await panel.getByText('A seed is a whole number from 0 to').waitFor();
    const intervention = 'dispatcher is killed (SIGKILL)';
    await panel.getByLabel('Decide at step 20').selectOption(intervention);
    await panel.getByRole('button', { name: 'Fork' }).click();
    await panel.getByRole('list', { name: 'Decisions' }).getByText(intervention).waitFor();
    await page.getByText('the process of dispatcher has ended').first().waitFor();
    await page.getByRole('link', { name: 'Lay it beside its twin without the bug' }).click();
    await page.getByRole('status').getByText('The twin is run from its beginning').waitFor();
    await page.getByText(/^They (part|tell)/).waitFor();
    expect(faults).toEqual([]);
  });
});

async function enter(field: Locator, text: string): Promise<void> {
  await field.fill(text);
  await field.press('Enter');
}

async function opened(wanted: { seed: number | null; plant: string }): Promise<{
  readonly page: Page;
  readonly faults: readonly string[];
}> {
  const world = await SimulatedWorld.start(wanted);
  onTestFinished(() => world.close());
  const { recording } = world;
  const site = await Site.open({ port: 0, recording, clock: realClock, lab: () => null, world });
  onTestFinished(() => site.close());
  const { open, faults } = await profileAt(Number(new URL(site.address).port));
  return { page: await open('/wire'), faults };
}
