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
  /** What is said when it was. */
  readonly done: string;
}

interface Button extends Wish {
  /** What stands on it. */
  readonly does: string;
  /** What it does exactly, where the page has several that are called alike. */
  readonly label?: string;
}

export function WishButton({ does, label, ...wanted }: Button) {
  const [isBusy, setIsBusy] = useState(false);
  const press = async () => {
    setIsBusy(true);
    await wish(wanted);
    setIsBusy(false);
  };
  return html`<button type="button" disabled=${isBusy} aria-label=${label ?? null} onClick=${press}>${does}</button>`;
}

/** All that is paused, and each runner and repository, has one of these. */
export function PauseButton({
  what,
  named,
  isPaused,
}: {
  /** `all`, `repository:<name>`, `runner:<name>`. */
  readonly what: string;
  /** As in a sentence. */
  readonly named: string;
  readonly isPaused: boolean;
}) {
  const verb = isPaused ? 'resume' : 'pause';
  const act = isPaused ? 'Resume' : 'Pause';
  const done = isPaused ? `${named} goes on` : `${named} is paused`;
  return html`<${WishButton} url=${`/api/${verb}`} body=${{ what }} does=${what === 'all' ? `${act} everything` : act} label=${`${act} ${named}`} done=${upper(done)} />`;
}

export async function wish({ url, body = {}, done }: Wish): Promise<void> {
  const outcome = await want(url, body);
  const says = outcome.isDone ? done : outcome.says;
  notice.value = { ...outcome, says };
  announced.value = says;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
