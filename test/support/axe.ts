/**
 * Owns what axe finds on a page: a line for each thing that keeps somebody from using it.
 */

import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { holds } from './browser.js';

/** A style on its way axe would write in itself. */
const stylesAreHere =
  "[...document.querySelectorAll('link[rel=stylesheet]')].every(({ sheet }) => sheet !== null)";

/** `impacts`: those that count; null: all. `within`: a selector. */
export async function violations(
  page: Page,
  impacts: readonly string[] | null = ['serious', 'critical'],
  within = 'html',
): Promise<string[]> {
  await holds(page, stylesAreHere);
  await page.evaluate(axe.source);
  return page.evaluate(`axe.run('${within}').then(({ violations }) => violations
    .filter(({ impact }) => ${JSON.stringify(impacts)}?.includes(impact) ?? true)
    .map(({ id, nodes }) => id + ' ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`);
}
