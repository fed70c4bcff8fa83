/**
 * Owns the place of what a lab has besides the record: the buttons of its processes and lines, or those of
 * a simulated world. A dispatcher that does its work has none.
 */

import { html } from '../html.js';
import type { View } from './view.js';

export function Panels({ view }: { readonly view: View }) {
  const lab = view.lab.value;
  if (lab === null) return null;
  const running = lab.processes.filter(({ state }) => state === 'running').length;
  return html`<section class="panel" aria-label="The lab">
    <p class="quiet">${running} of ${lab.processes.length} processes run.</p>
  </section>`;
}
