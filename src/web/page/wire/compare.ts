/**
 * Owns the page of two recordings side by side: where they tell the same, where they part, and what only one
 * of them has. They come from files, or from addresses of this server, as `?left=…&right=…` names them.
 */

import { type Signal, useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Model } from '../../../record/model.js';
import { type ParsedRecording, parseRecording } from '../../../record/parse.js';
import { type Pair, partingOf } from '../../../record/parting.js';
import { html } from '../html.js';
import { useKeys } from '../keys.js';
import { announced, useTitle } from '../page.js';
import { plural } from '../words.js';
import { differencesIn, shownPairs } from './differences.js';
import { sentenceOf } from './moment.js';
import { opened } from './open.js';
import { clock } from './span-words.js';
import { useWindowed } from './windowed.js';

/** As wire-parts.css has it. */
const rowPx = 28;

type Side =
  | { readonly kind: 'none' }
  | { readonly kind: 'fault'; readonly says: string }
  | { readonly kind: 'here'; readonly name: string; readonly model: Model };

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
    ${compared.value === null ? html`<p class="nothing-yet">Choose two recordings: what both tell stands side by side, and where they part is marked.</p>` : html`<${Pairs} ...${compared.value} />`}
  </div>`;
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
    ${value.kind === 'fault' ? html`<span class="fault">${value.says}</span>` : ''}
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
  const only = `${plural(count('left-only'), 'step')} only in the left, ${count('right-only')} only in the right`;
  return `They part after ${plural(first, 'step')}: ${only}, ${count('same')} in both.`;
}

/** Only of this server: an address elsewhere is none that anybody should be sent to. */
async function fetched(side: Signal<Side>, address: string | null): Promise<void> {
  if (address === null) return;
  const says = (sentence: string) => {
    side.value = { kind: 'fault', says: sentence };
  };
  if (!/^\/(?!\/)/.test(address)) return says('An address begins with /, as /api/wire does');
  try {
    const answer = await fetch(address);
    if (!answer.ok) return says(`${address} answers ${answer.status}`);
    const read = parseRecording(await answer.text());
    if ('says' in read) says(`${address}: ${read.says}`);
    else side.value = here(address, read.value);
  } catch {
    says(`${address} cannot be reached`);
  }
}

function here(name: string, { header, records }: ParsedRecording): Side {
  const model = new Model(header);
  for (const record of records) model.append(record);
  return { kind: 'here', name, model };
}
