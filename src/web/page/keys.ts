/**
 * Owns keys: which do what on this page, and the list of them that `?` shows. A page names its own while
 * it is shown.
 */

import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { html } from './html.js';
import { go, links } from './router.js';

export interface Key {
  /** As `KeyboardEvent.key` names it. */
  readonly key: string;
  readonly does: string;
  readonly call: () => void;
}

const everywhere: readonly Key[] = [
  { key: '?', does: 'show the keys', call: () => showKeys(true) },
  { key: 'h', does: 'go home', call: () => go(links.home) },
  { key: 'c', does: 'go to the commits', call: () => go(links.commits) },
  { key: 'q', does: 'go to the queue', call: () => go(links.queue) },
  { key: 'r', does: 'go to the runners', call: () => go(links.runners) },
];

const ofPage = signal<readonly Key[]>([]);
const isShown = signal(false);

function showKeys(isOn: boolean): void {
  isShown.value = isOn;
}

/** While the component that calls this is shown, these keys work. */
export function useKeys(keys: readonly Key[]): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    // The list is made once; what a key does is what it does by then.
    const stable = keys.map((key, index) => ({
      ...key,
      call: () => latest.current[index]?.call(),
    }));
    ofPage.value = [...ofPage.value, ...stable];
    return () => {
      ofPage.value = ofPage.value.filter((key) => !stable.includes(key));
    };
  }, []);
}

addEventListener('keydown', (event) => {
  const isTyping =
    event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = [...ofPage.value, ...everywhere].find((one) => one.key === event.key);
  if (key === undefined) return;
  event.preventDefault();
  key.call();
});

/** The list, while it is wanted. */
export function Keys() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isShown.value) dialog.current?.showModal();
  }, [isShown.value]);
  if (!isShown.value) return null;
  const close = () => showKeys(false);
  const row = ({ key, does }: Key) => html`<dt><kbd>${key}</kbd></dt><dd>${does}</dd>`;
  return html`<dialog class="keys" ref=${dialog} onClose=${close} aria-label="Keys">
    <h2>Keys</h2>
    <dl>${ofPage.value.map(row)}${everywhere.map(row)}</dl>
    <button type="button" onClick=${close}>Close</button>
  </dialog>`;
}
