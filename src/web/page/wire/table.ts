/**
 * Owns the record as a table: what the diagram draws, a row an event, for those who hear it or have a narrow
 * screen. Only the rows in view are there. The row of the moment is the one that the keys move.
 */

import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { WireRecord } from '../../../record/record.js';
import { lastAtMost } from '../../../record/sorted.js';
import { html } from '../html.js';
import { useKeys } from '../keys.js';
import { plural, short } from '../words.js';
import { familyOf } from './looks.js';
import { lookOf } from './marks.js';
import { ShownRows } from './shown-rows.js';
import { between, clock } from './span-words.js';
import type { View } from './view.js';
import { useWindowed } from './windowed.js';

/** As wire-parts.css has them: below 640 pixels a row has two lines. */
const rowPx = 30;
const narrowRowPx = 58;
const narrow = matchMedia('(max-width: 640px)');

export function Table({ view }: { readonly view: View }) {
  const shown = useMemo(() => new ShownRows(), [view]);
  const isNarrow = useNarrow();
  const places = shown.of(view);
  const list = useWindowed(places.length, isNarrow ? narrowRowPx : rowPx);
  const at = lastAtMost(places, view.moment.value, (place) => place);
  useEffect(() => list.reveal(at), [at, view.arranged.value, view.showsBytes.value, isNarrow]);
  return html`<div class="events" role="table" aria-label="Events of the wire" aria-rowcount=${places.length + 1} aria-colcount=${headings.length}>
    <div role="rowgroup"><div class="event headings" role="row" aria-rowindex="1">
      ${headings.map((heading) => html`<span key=${heading} role="columnheader">${heading}</span>`)}
    </div></div>
    <div class="event-rows" role="rowgroup" ref=${list.scroller} onScroll=${list.onScroll} onWheel=${(event: WheelEvent) => event.deltaY < 0 && view.going.value === 'live' && view.pause()} tabindex="0" aria-label="Events">
      <div class="room" role="presentation" style=${{ height: `${list.abovePx}px` }}></div>
      ${places.slice(list.first, list.end).map((place, offset) => html`<${Row} key=${place} view=${view} place=${place} row=${list.first + offset + 2} isChosen=${list.first + offset === at} />`)}
      <div class="room" role="presentation" style=${{ height: `${list.belowPx}px` }}></div>
      ${places.length === 0 ? html`<p class="empty">Nothing to show: ${view.axis.count === 0 ? 'nothing has crossed the wire yet' : `the filter keeps none of ${plural(view.axis.count, 'record')}`}.</p>` : ''}
    </div>
  </div>`;
}

/** The same by a button, and by a key. */
export function TableSwitch({ view }: { readonly view: View }) {
  const change = () => {
    view.isTable.value = !view.isTable.value;
  };
  useKeys([{ key: 't', does: 'as a table, or as a diagram', call: change }]);
  return html`<button type="button" class="as-table" aria-pressed=${view.isTable.value} onClick=${change} title="As a table (t)">Table</button>`;
}

const headings = ['#', 'Time', 'From', 'To', 'What', 'Commit', 'Bytes', 'Took'] as const;

function Row({
  view,
  place,
  row,
  isChosen,
}: {
  readonly view: View;
  readonly place: number;
  readonly row: number;
  readonly isChosen: boolean;
}) {
  const record = view.record(place);
  if (record === undefined || record.kind === 'arrived' || record.kind === 'dropped') return null;
  const choose = () => view.goTo(place);
  const isDim = view.isDim(record.commit);
  const tone = record.kind === 'message' ? familyOf(record.verb).name : lookOf(record).tone;
  const cells =
    record.kind === 'message'
      ? [record.from, record.to, record.verb, record.commit, record.bytes, tookOf(view, place)]
      : [record.process, '', record.says, record.commit, '', ''];
  const [from, to, what, commit, bytes, took] = cells;
  const sign = record.kind === 'change' ? lookOf(record).sign : '';
  return html`<div class="event ${record.kind} ${isDim ? 'dim' : ''} ${isChosen ? 'chosen' : ''}" role="row" aria-rowindex=${row} aria-current=${isChosen ? 'true' : null} data-n=${record.n} onClick=${choose}>
    <span role="cell" class="n">${record.n}</span>
    <span role="cell" class="when-at">${clock(record.atUs)}</span>
    <span role="cell" class="from cut">${from}</span>
    <span role="cell" class="to cut">${to}</span>
    <span role="cell" class="what cut ${tone}"><i class="dot-of" aria-hidden="true">${sign}</i>${what}</span>
    <span role="cell" class="commit-of">${commit === undefined ? '' : short(String(commit))}</span>
    <span role="cell" class="bytes-of">${bytes}</span>
    <span role="cell" class="took">${took}</span>
  </div>`;
}

/** How long it was under way, where somebody stands between. */
function tookOf(view: View, place: number): string {
  const end = view.model.value?.endOf(place) ?? null;
  const record: WireRecord | undefined = end === null ? undefined : view.record(end);
  if (record === undefined) return view.model.value?.hearsArrivals === true ? 'under way' : '';
  if (record.kind === 'dropped') return 'lost';
  return between(record.atUs - view.axis.atUs(place));
}

/** Whether there is room for a diagram at all. */
export function useNarrow(): boolean {
  const isNarrow = useSignal(narrow.matches);
  useEffect(() => {
    const change = () => {
      isNarrow.value = narrow.matches;
    };
    narrow.addEventListener('change', change);
    return () => narrow.removeEventListener('change', change);
  }, []);
  return isNarrow.value;
}
