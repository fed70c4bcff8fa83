/** The lab in a real browser: what a lecturer does, and what the class sees. */

import { expect, test, vi } from 'vitest';
import { violations } from '../support/axe.js';
import { hasBrowser, holds, isLive, profileAt } from '../support/browser.js';
import { patienceMs, startLab } from '../support/labs.js';

vi.setConfig({ testTimeout: 4 * patienceMs });

test.skipIf(!hasBrowser)('three deaths by button, and every law holds', async () => {
  const lab = await startLab();
  const { open, faults } = await profileAt(lab.port);
  const page = await open('/');
  page.setDefaultTimeout(patienceMs);
  await isLive(page);
  expect(new URL(page.url()).pathname).toBe('/wire');
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const holder = async (after = 0) => {
    const { process, n } = await lab.changes('leased', after);
    return { process, n };
  };
  const before = (await lab.records()).length;

  await press('Push a slow commit');
  const first = await holder(before);
  await press(`Kill ${first.process}`);
  const second = await holder(first.n);
  expect(second.process).not.toBe(first.process);
  await press(`Start ${first.process}`);
  await lab.changes('joined', first.n, ({ process }) => process === first.process);

  await press(`Freeze ${second.process}`);
  const third = await holder(second.n);
  await press(`Thaw ${second.process}`);
  await lab.changes('joined', second.n, ({ process }) => process === second.process);
  await lab.changes('verdict', third.n);

  await press('Push a slow commit');
  const fourth = await holder(third.n);
  const line = page.getByLabel(`The line of ${fourth.process}`, { exact: true });
  await line.selectOption('swallow');
  const fifth = await holder(fourth.n);
  expect(fifth.process).not.toBe(fourth.process);
  await line.selectOption('clear');

  await page.getByText('All 10 laws hold').waitFor();
  expect(await violations(page, null, '.lab')).toEqual([]);
  // What is long scrolls within the page, and never the page itself.
  await holds(
    page,
    `(({ scrollHeight, scrollWidth }) => scrollHeight <= innerHeight && scrollWidth <= innerWidth)(document.documentElement)`,
  );
  expect(faults).toEqual([]);
});
