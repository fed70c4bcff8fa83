import type { Page } from 'playwright-core';
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
    await panel.getByLabel('Go to step').fill('20');
    await panel.getByLabel('Go to step').press('Enter');
    await panel.getByText('Step 20,').waitFor();
    const blow = 'dispatcher is killed (SIGKILL)';
    await panel.getByLabel('Decide at step 20').selectOption(blow);
    await panel.getByRole('button', { name: 'Fork' }).click();
    await panel.getByRole('list', { name: 'Decisions' }).getByText(blow).waitFor();
    await page.getByText('the process of dispatcher has ended').first().waitFor();
    expect(faults).toEqual([]);
  });
});

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
