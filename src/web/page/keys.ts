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
  /** What is held down with it; absent: nothing that would change it. */
  readonly held?: 'Shift' | 'Control';
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
  const target = event.target instanceof HTMLElement ? event.target : null;
  const isTyping = target?.matches('input, textarea, select') === true;
  // What has the focus is pressed by them.
  const isPressing = pressing.includes(event.key) && target?.matches('button, a, summary') === true;
  // Before the list of keys its own close it, and no others work.
  if (isShown.value || isTyping || isPressing || event.metaKey || event.altKey) return;
  const key = inForce().find((one) => one.key === event.key && isHeld(one, event));
  if (key === undefined) return;
  event.preventDefault();
  key.call();
});

const pressing = ['Enter', ' '];

/** A sign such as `?` may need Shift by itself; an arrow has another meaning with it. */
function isHeld({ key, held }: Key, { ctrlKey, shiftKey }: KeyboardEvent): boolean {
  if (ctrlKey !== (held === 'Control')) return false;
  return key.length === 1 || shiftKey === (held === 'Shift');
}

/** A page's own key takes the place of one that works everywhere. */
function inForce(): readonly Key[] {
  const taken = ofPage.value.map(({ key }) => key);
  return [...ofPage.value, ...everywhere.filter(({ key }) => !taken.includes(key))];
}

/** As people call it. */
function named({ key, held }: Key): string {
  const name = names[key] ?? key;
  return held === undefined ? name : `${held === 'Control' ? 'Ctrl' : held} ${name}`;
}

const names: Readonly<Record<string, string>> = {
  ...{ ' ': 'Space', Escape: 'Esc' },
  ...{ ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓' },
};

/** The list, while it is wanted. */
export function Keys() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isShown.value) dialog.current?.showModal();
  }, [isShown.value]);
  if (!isShown.value) return null;
  const close = () => showKeys(false);
  const rows = new Map<string, Key[]>();
  for (const key of inForce()) rows.set(key.does, [...(rows.get(key.does) ?? []), key]);
  return html`<dialog class="keys" ref=${dialog} onClose=${close} aria-label="Keys">
    <h2>Keys</h2>
    <dl>${[...rows].map(
      ([does, keys]) =>
        html`<dt>${keys.map((key) => html`<kbd>${named(key)}</kbd> `)}</dt><dd>${does}</dd>`,
    )}</dl>
    <button type="button" onClick=${close}>Close</button>
  </dialog>`;
}
