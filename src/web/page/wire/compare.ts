/**
 * Owns the page of two recordings side by side: where they tell the same, where they part, and what only one
 * of them has. They come from files, or from addresses of this server, as `?left=…&right=…` names them.
 */

import { type Signal, useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Model } from '../../../record/model.js';
import { type Pair, partingOf } from '../../../record/parting.js';
import { html } from '../html.js';
import { useKeys } from '../keys.js';
import { announced, useTitle } from '../page.js';
import { plural } from '../words.js';
import { differencesIn, shownPairs } from './differences.js';
import { sentenceOf } from './moment.js';
import { opened } from './open.js';
import { fetched, here, type Side } from './side.js';
import { clock } from './span-words.js';
import { useWindowed } from './windowed.js';

/** As wire-parts.css has it. */
const rowPx = 28;

export function Compare() {
  useTitle('Two recordings');
  const left = useSignal<Side>({ kind: 'none' });
  const right = useSignal<Side>({ kind: 'none' });
  useEffect(() => {
    const asked = new URLSearchParams(location.search);
    void fetched(left, asked.get('left'));
    void fetched(right, asked.get('right'));
  }, []);
  const compared = useComputed(() => {
    const [one, other] = [left.value, right.value];
    if (one.kind !== 'here' || other.kind !== 'here') return null;
    const { pairs } = partingOf(one.model, other.model);
    return {
      left: one.model,
      right: other.model,
      pairs: shownPairs(pairs, one.model, other.model),
    };
  });
  return html`<div class="wire compare">
    <h1>Two recordings</h1>
    <div class="sides">
      <${Chosen} side=${left} name="left" />
      <${Chosen} side=${right} name="right" />
    </div>
    ${compared.value === null ? html`<p class="nothing-yet" role="status">${waitingWords(left.value, right.value)}</p>` : html`<${Pairs} ...${compared.value} />`}
  </div>`;
}

/** Why there is nothing to compare yet. */
function waitingWords(...sides: readonly Side[]): string {
  const coming = sides.flatMap((side) => (side.kind === 'coming' ? [side.says] : []));
  if (coming.length > 0) return coming.join(' ');
  if (sides.some(({ kind }) => kind === 'fault')) {
    return 'There is nothing to compare: it takes two recordings. One can be opened from a file, too.';
  }
  return 'Choose two recordings: what both tell stands side by side, and where they part is marked.';
}

function Chosen({ side, name }: { readonly side: Signal<Side>; readonly name: string }) {
  const read = async (input: HTMLInputElement) => {
    const [file] = input.files ?? [];
    const recording = file === undefined ? null : await opened(file);
    if (recording !== null) side.value = here(recording.name, recording);
    input.value = '';
  };
  const { value } = side;
  const header = value.kind === 'here' ? value.model.header : null;
  return html`<div class="side">
    <label class="button">Open ${name}…<input type="file" class="unseen" aria-label=${`Open the ${name} recording`} onChange=${(event: Event) => void read(event.currentTarget as HTMLInputElement)} /></label>
    ${value.kind === 'here' ? html`<b class="cut">${value.name}</b> <span class="quiet cut">${header?.title}, ${plural(value.model.records.length, 'record')}</span>` : ''}
    ${value.kind === 'coming' ? html`<span class="quiet" aria-busy="true">${value.records === 0 ? '…' : `${plural(value.records, 'record')} so far`}</span>` : ''}
    ${value.kind === 'fault' ? html`<span class="fault" role="alert">${value.says}</span>` : ''}
  </div>`;
}

function Pairs({
  left,
  right,
  pairs,
}: {
  readonly left: Model;
  readonly right: Model;
  readonly pairs: readonly Pair[];
}) {
  const differences = differencesIn(pairs);
  const at = useSignal(differences[0] ?? 0);
  const list = useWindowed(pairs.length, rowPx);
  useEffect(() => list.reveal(at.value), [at.value, pairs]);
  useEffect(() => {
    at.value = differences[0] ?? 0;
  }, [pairs]);
  const go = (to: number | undefined) => {
    if (to === undefined) announced.value = 'There is no further difference';
    else {
      at.value = to;
      announced.value = `Difference ${differences.indexOf(to) + 1} of ${differences.length}: ${wordsOf(pairs[to], left, right)}`;
    }
  };
  const next = () => go(differences.find((place) => place > at.value));
  const before = () => go(differences.findLast((place) => place < at.value));
  useKeys([
    { key: 'n', does: 'to the next difference', call: next },
    { key: 'p', does: 'to the difference before', call: before },
  ]);
  return html`
    <div class="summary">
      <p role="status">${summaryOf(pairs, differences)}</p>
      ${differences.length === 0 ? '' : html`<span class="arrows"><button type="button" onClick=${before} title="p" aria-label="The difference before">↑</button><button type="button" onClick=${next} title="n" aria-label="The next difference">↓</button></span>`}
    </div>
    <div class="pairs" role="table" aria-label="Both recordings, step by step" aria-rowcount=${pairs.length + 1}>
      <div role="rowgroup"><div class="pair headings" role="row" aria-rowindex="1"><span role="columnheader">Left</span><span role="columnheader">Right</span></div></div>
      <div class="pair-rows" role="rowgroup" ref=${list.scroller} onScroll=${list.onScroll} tabindex="0" aria-label="Steps">
        <div role="presentation" style=${{ height: `${list.abovePx}px` }}></div>
        ${pairs.slice(list.first, list.end).map((pair, offset) => {
          const row = list.first + offset;
          const kind = kindOf(pair);
          return html`<div key=${row} role="row" aria-rowindex=${row + 2} aria-current=${row === at.value && kind !== 'same' ? 'true' : null} class="pair ${kind} ${row === differences[0] ? 'parting' : ''} ${row === at.value && kind !== 'same' ? 'chosen' : ''}" onClick=${() => {
            at.value = row;
          }}>
            <${Cell} model=${left} place=${pair.left} side="left" />
            <${Cell} model=${right} place=${pair.right} side="right" />
          </div>`;
        })}
        <div role="presentation" style=${{ height: `${list.belowPx}px` }}></div>
      </div>
    </div>`;
}

function Cell({
  model,
  place,
  side,
}: {
  readonly model: Model;
  readonly place: number | null;
  readonly side: string;
}) {
  const record = place === null ? undefined : model.records[place];
  if (record === undefined)
    return html`<span role="cell" class="nobody" aria-label=${`not in the ${side}`}></span>`;
  return html`<span role="cell" class="cut" title=${sentenceOf(record, model)}><i class="n">${record.n}</i> <i class="when-at">${clock(record.atUs)}</i> ${sentenceOf(record, model)}</span>`;
}

function kindOf({ left, right }: Pair): 'same' | 'left-only' | 'right-only' {
  if (left !== null && right !== null) return 'same';
  return right === null ? 'left-only' : 'right-only';
}

function wordsOf(pair: Pair | undefined, left: Model, right: Model): string {
  const [model, place] = pair?.right == null ? [left, pair?.left] : [right, pair.right];
  const record = place == null ? undefined : model.records[place];
  const side = pair?.right == null ? 'left' : 'right';
  return record === undefined ? '' : `only in the ${side}: ${sentenceOf(record, model)}`;
}

function summaryOf(pairs: readonly Pair[], differences: readonly number[]): string {
  const [first] = differences;
  if (first === undefined) return `They tell the same: ${plural(pairs.length, 'step')}.`;
  const count = (kind: ReturnType<typeof kindOf>) =>
    pairs.filter((pair) => kindOf(pair) === kind).length;
  const [left, right, both] = [count('left-only'), count('right-only'), count('same')];
  const only = `${plural(left, 'step')} only in the left, ${written(right)} only in the right`;
  return `They part after ${plural(first, 'step')}: ${only}, ${written(both)} in both.`;
}

function written(count: number): string {
  return count.toLocaleString('en-GB');
}
