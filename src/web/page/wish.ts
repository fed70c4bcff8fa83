/**
 * Owns buttons that have something done: pressed once at a time, and what became of it is shown to all.
 */

import { useState } from 'preact/hooks';
import { want } from './api.js';
import { html } from './html.js';
import { announced, notice } from './page.js';

export interface Wish {
  readonly url: string;
  readonly body?: object;
  /** On the button. */
  readonly does: string;
  /** What it does exactly, where the page has several that are called alike. */
  readonly label?: string;
}

export function WishButton({ url, body = {}, does, label }: Wish) {
  const [isBusy, setIsBusy] = useState(false);
  const press = async () => {
    setIsBusy(true);
    await wish(url, body);
    setIsBusy(false);
  };
  return html`<button type="button" disabled=${isBusy} aria-label=${label ?? null} onClick=${press}>${does}</button>`;
}

export async function wish(url: string, body: object = {}): Promise<void> {
  const outcome = await want(url, body);
  notice.value = outcome;
  announced.value = outcome.says;
}
