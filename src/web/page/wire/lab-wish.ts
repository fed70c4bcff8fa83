/**
 * Owns how the page has a lab do something: the lab is told, and what it refuses is shown to all.
 */

import type { LabAction } from '../../../record/lab.js';
import { want } from '../api.js';
import { html } from '../html.js';
import { announced, notice } from '../page.js';

export async function wished(action: LabAction): Promise<void> {
  const outcome = await want('/api/lab', action);
  if (outcome.isDone) return;
  notice.value = outcome;
  announced.value = outcome.says;
}

interface Button {
  readonly action: LabAction;
  /** What stands on it. */
  readonly does: string;
  /** In full, where several stand beside each other. */
  readonly label?: string;
  /** The key that does the same. */
  readonly hint?: string;
  /** It cannot be done now. */
  readonly isOff?: boolean;
}

export function LabButton({ action, does, label = does, hint, isOff = false }: Button) {
  const title = hint === undefined ? label : `${label} (${hint})`;
  const press = () => void wished(action);
  return html`<button type="button" aria-label=${label} title=${title} disabled=${isOff} onClick=${press}>${does}</button>`;
}
