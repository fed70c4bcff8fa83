/**
 * Owns the place of what a lab has besides the record: the buttons of its processes and lines, or those of
 * a simulated world. A dispatcher that does its work has none.
 */

import { html } from '../html.js';
import { LabPanel } from './lab-panel.js';
import type { View } from './view.js';
import { WorldPanel } from './world-panel.js';

export function Panels({ view }: { readonly view: View }) {
  const world = view.world.value;
  if (world !== null) return html`<${WorldPanel} world=${world} />`;
  const lab = view.lab.value;
  if (lab === null) return null;
  return html`<${LabPanel} lab=${lab} />`;
}
