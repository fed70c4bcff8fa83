/**
 * Owns the field in which one says which records are shown, and the line below that says it in words.
 */

import { useEffect, useRef } from 'preact/hooks';
import { parseFilter } from '../../../record/filter.js';
import { filterInWords } from '../../../record/filter-words.js';
import { html } from '../html.js';
import { useKeys } from '../keys.js';
import { plural, short } from '../words.js';
import type { View } from './view.js';

/** All is laid out anew when one has typed for now. */
const typedWithinMs = 180;

export function FilterField({ view }: { readonly view: View }) {
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef(0);
  useKeys([{ key: '/', does: 'filter', call: () => input.current?.select() }]);
  useEffect(() => {
    // As a link has it.
    const typed = new URLSearchParams(location.search).get('filter');
    if (typed === null || input.current === null) return;
    input.current.value = typed;
    read(view, typed);
  }, []);
  const change = (event: Event) => {
    const typed = (event.currentTarget as HTMLInputElement).value;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => read(view, typed), typedWithinMs);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' && event.key !== 'Enter') return;
    const element = event.currentTarget as HTMLInputElement;
    if (event.key === 'Escape') element.value = '';
    clearTimeout(timer.current);
    read(view, element.value);
    element.blur();
    event.preventDefault();
  };
  return html`<input class="filter-field" ref=${input} type="search" placeholder="Filter: verb:results -runner:bob" aria-label="Filter" aria-describedby="filter-words" aria-invalid=${view.filterFault.value !== ''} spellcheck="false" autocomplete="off" onInput=${change} onKeyDown=${press} />`;
}

function read(view: View, typed: string): void {
  const parsed = parseFilter(typed);
  view.filterFault.value = 'says' in parsed ? parsed.says : '';
  if (!('filter' in parsed)) return;
  view.choose(parsed.filter);
  const { pathname, hash } = location;
  const query = new URLSearchParams(location.search);
  if (typed.trim() === '') query.delete('filter');
  else query.set('filter', typed.trim());
  history.replaceState(null, '', `${pathname}${query.size === 0 ? '' : `?${query}`}${hash}`);
}

/** What is shown and what is followed, where that is not all. */
export function FilterWords({ view }: { readonly view: View }) {
  const filter = view.filter.value;
  const fault = view.filterFault.value;
  const followed = view.followed.value;
  const isAll = filter.terms.length === 0;
  const missed = view.missed.value;
  const says = fault !== '' ? fault : isAll ? '' : `${upper(filterInWords(filter))}.`;
  const shown = isAll || view.laid.value < 0 ? '' : ` ${countsOf(view)}`;
  return html`<p class="filter-words" id="filter-words" hidden=${says === '' && followed === null && missed === null}>
    <span class=${fault === '' ? '' : 'fault'}>${says}${fault === '' ? shown : ''}</span>
    ${followed === null ? '' : html`<span class="following">Following <b class="commit">${short(followed)}</b> <button type="button" class="plain" onClick=${() => view.follow(null)}>Esc ends</button></span>`}
    ${missed === null ? '' : html`<span>${plural(missed[1] - missed[0] + 1, 'record')} before are gone: the buffer holds the newest.</span>`}
  </p>`;
}

/** Who is left out takes along what others say to it: so much is not drawn. */
function countsOf({ shown, hidden }: View): string {
  return `${plural(shown, 'record')} shown, ${hidden.toLocaleString('en-GB')} hidden.`;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
