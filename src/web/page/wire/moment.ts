/**
 * Owns the card of the moment: the record that one looks at in words, what led to it, how long before
 * another one it was.
 */

import type { Model } from '../../../record/model.js';
import type { WireRecord } from '../../../record/record.js';
import { html } from '../html.js';
import { short } from '../words.js';
import { familyOf } from './looks.js';
import { lookOf } from './marks.js';
import { between, clock } from './span-words.js';
import type { View } from './view.js';

/** A record in one line, for people. */
export function sentenceOf(record: WireRecord, model: Model | null): string {
  if (record.kind === 'message') {
    const about = record.commit === undefined ? '' : ` ${short(record.commit)}`;
    return `${record.from} → ${record.to}: ${record.verb}${about}`;
  }
  if (record.kind === 'change') return record.says;
  const index = model?.indexOf(record.message) ?? null;
  const message = index === null ? undefined : model?.records[index];
  const told = message === undefined ? `#${record.message}` : sentenceOf(message, model);
  return record.kind === 'dropped' ? `${told} was lost: ${record.says}` : `${told} arrived`;
}

export function Moment({ view }: { readonly view: View }) {
  const index = view.moment.value;
  const record = view.record(index);
  if (view.laid.value < 0 || record === undefined) return null;
  const hovered = view.hovered.value;
  const apartUs = hovered === null ? 0 : view.axis.atUs(hovered) - view.axis.atUs(index);
  return html`<section class="moment" aria-label="The moment">
    <p class="when"><b>#${record.n}</b> <span>${clock(record.atUs)}</span>
      ${hovered !== null && hovered !== index ? html`<span class="apart">${between(apartUs)} between</span>` : ''}
    </p>
    <p class="sentence">${kindOf(record)} ${sentenceOf(record, view.model.value)}</p>
    ${
      record.kind === 'message'
        ? html`<pre class="head-of" tabindex="0">${record.head}</pre><p class="quiet">${record.bytes} ${record.bytes === 1 ? 'byte' : 'bytes'} · ${record.connection}</p>`
        : ''
    }
  </section>`;
}

function kindOf(record: WireRecord) {
  if (record.kind === 'message') {
    return html`<span class="swatch-of ${familyOf(record.verb).name}" aria-hidden="true"></span>`;
  }
  if (record.kind !== 'change') return '';
  const { sign, tone } = lookOf(record);
  return html`<span class="sign-word ${tone}" aria-hidden="true">${sign}</span>`;
}
