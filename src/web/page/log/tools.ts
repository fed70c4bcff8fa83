/**
 * Owns the bar above a log: the search, the way from error to error, the switches, and what can be done
 * with chosen lines.
 */

import { useRef } from 'preact/hooks';
import { html } from '../html.js';
import { useKeys } from '../keys.js';
import { notice } from '../page.js';
import { plural } from '../words.js';
import { copied } from './copying.js';
import type { LineRange } from './line-range.js';
import { textLinesMost } from './log-source.js';
import type { Viewer } from './viewer.js';

export function Tools({ viewer }: { readonly viewer: Viewer }) {
  const input = useRef<HTMLInputElement>(null);
  const { source, isFollowing, showsTimes, wraps } = viewer;
  const outline = source.outline.value;
  useKeys([
    { key: 'n', does: 'go to the next error', call: () => viewer.error(1) },
    { key: 'p', does: 'go to the error before', call: () => viewer.error(-1) },
    { key: '/', does: 'search the whole log', call: () => input.current?.select() },
    { key: 'f', does: 'follow the end', call: () => viewer.follow(!isFollowing.value) },
    { key: 't', does: 'show when lines came', call: () => showsTimes.toggle() },
    { key: 'w', does: 'wrap long lines', call: () => wraps.toggle() },
    { key: 'e', does: 'open or close all folds', call: () => viewer.toggleAll() },
    { key: 'g', does: 'go to the first line', call: () => viewer.goToEnd('first') },
    { key: 'G', does: 'go to the last line', call: () => viewer.goToEnd('last') },
  ]);
  const folds = outline?.folds.length ?? 0;
  return html`<div class="log-tools" role="toolbar" aria-label="Log">
    <${Search} viewer=${viewer} input=${input} />
    <${Errors} viewer=${viewer} />
    <span class="switches">
      ${folds > 0 ? html`<button type="button" title="e" onClick=${() => viewer.toggleAll()}>Folds</button>` : null}
      <${Switch} name="Times" isOn=${showsTimes.value} toggle=${() => showsTimes.toggle()} />
      <${Switch} name="Wrap" isOn=${wraps.value} toggle=${() => wraps.toggle()} />
      ${
        outline?.isOver === false
          ? html`<${Switch} name="Follow" isOn=${isFollowing.value} toggle=${() => viewer.follow(!isFollowing.value)} />`
          : null
      }
      <a class="button" href=${`${source.url}/raw`} download>Raw</a>
    </span>
    <${Chosen} viewer=${viewer} />
  </div>`;
}

function Switch({
  name,
  isOn,
  toggle,
}: {
  readonly name: string;
  readonly isOn: boolean;
  readonly toggle: () => void;
}) {
  return html`<button type="button" aria-pressed=${isOn} onClick=${toggle}>${name}</button>`;
}

function Search({
  viewer,
  input,
}: {
  readonly viewer: Viewer;
  readonly input: { readonly current: HTMLInputElement | null };
}) {
  const { finds, isSearching } = viewer;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') viewer.find(event.shiftKey ? -1 : 1);
    if (event.key !== 'Escape') return;
    if (input.current !== null) input.current.value = '';
    viewer.search('');
    input.current?.blur();
  };
  return html`<span class="search" role="search">
    <input
      type="search"
      ref=${input}
      placeholder="Search the whole log"
      aria-label="Search the whole log"
      maxlength="200"
      spellcheck=${false}
      onInput=${(event: InputEvent) => viewer.search((event.currentTarget as HTMLInputElement).value)}
      onKeyDown=${onKeyDown}
    />
    <span class="hits">${hitsOf(finds.value, isSearching.value)}</span>
    ${(finds.value?.total ?? 0) > 0 ? html`<${Arrows} what="hit" go=${(direction: 1 | -1) => viewer.find(direction)} />` : null}
  </span>`;
}

function hitsOf(finds: Viewer['finds']['value'], isSearching: boolean): string {
  if (finds === null) return isSearching ? '…' : '';
  if (finds.total === 0) return 'no hits';
  const all = finds.total.toLocaleString('en-GB');
  return finds.at === null
    ? plural(finds.total, 'hit')
    : `${(finds.at + 1).toLocaleString('en-GB')} of ${all}`;
}

function Errors({ viewer }: { readonly viewer: Viewer }) {
  const errors = viewer.source.outline.value?.errors ?? [];
  if (errors.length === 0) return null;
  const at = viewer.current.value === null ? -1 : errors.indexOf(viewer.current.value);
  const says = at === -1 ? plural(errors.length, 'error') : `error ${at + 1} of ${errors.length}`;
  return html`<span class="errors">
    <span class="failed"><span aria-hidden="true">✕</span> ${says}</span>
    <${Arrows} what="error" go=${(direction: 1 | -1) => viewer.error(direction)} />
  </span>`;
}

function Arrows({ what, go }: { readonly what: string; readonly go: (direction: 1 | -1) => void }) {
  return html`<span class="arrows">
    <button type="button" aria-label=${`The ${what} before`} onClick=${() => go(-1)}>↑</button>
    <button type="button" aria-label=${`The next ${what}`} onClick=${() => go(1)}>↓</button>
  </span>`;
}

/** What can be done with chosen lines. */
function Chosen({ viewer }: { readonly viewer: Viewer }) {
  const range = viewer.range.value;
  if (range === null) return null;
  const { first, last } = range;
  const says = first === last ? `Line ${first}` : `Lines ${first}–${last}`;
  return html`<span class="chosen-lines">
    <span>${says}</span>
    <button type="button" onClick=${() => void copyLines(viewer, range)}>Copy</button>
    <button type="button" onClick=${() => void copyLink()}>Copy link</button>
    <button type="button" class="plain" aria-label="Choose no lines" onClick=${() => viewer.choose(null, false)}>✕</button>
  </span>`;
}

async function copyLines({ source }: Viewer, { first, last }: LineRange): Promise<void> {
  const count = last - first + 1;
  if (count > textLinesMost) {
    const says = `At most ${textLinesMost.toLocaleString('en-GB')} lines are copied at once: take the raw log`;
    tell(false, says);
    return;
  }
  try {
    const isDone = await copied(await source.text(first, last));
    tell(isDone, isDone ? `${plural(count, 'line')} copied` : 'This browser copies nothing here');
  } catch {
    tell(false, 'The dispatcher cannot be reached');
  }
}

async function copyLink(): Promise<void> {
  const isDone = await copied(location.href);
  tell(isDone, isDone ? 'Link copied' : 'This browser copies nothing here');
}

function tell(isDone: boolean, says: string): void {
  notice.value = { isDone, status: 0, says };
}
