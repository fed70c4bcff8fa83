/**
 * Owns the bytes of the message that one looks at: in hexadecimal digits and as text beside them, each part
 * of the protocol's grammar in a colour and a style of its own, and which part is which below.
 */

import { type Part, partsOf } from '../../../record/grammar.js';
import { keptOf } from '../../../record/kept.js';
import type { WireMessage } from '../../../record/record.js';
import { html } from '../html.js';
import { useKeys } from '../keys.js';
import { plural } from '../words.js';
import { useNarrow } from './table.js';
import type { View } from './view.js';

const bytesARow = 16;
const narrowBytesARow = 8;

/** Enter opens it, and closes it again. */
export function Bytes({ view }: { readonly view: View }) {
  const show = (isOn: boolean) => {
    view.showsBytes.value = isOn;
  };
  useKeys([
    { key: 'Enter', does: 'the bytes of the message', call: () => show(!view.showsBytes.value) },
  ]);
  const record = view.record(view.moment.value);
  if (!view.showsBytes.value || view.laid.value < 0) return null;
  return html`<section class="bytes" aria-label="The bytes">
    <button type="button" class="plain close" aria-label="Close the bytes" onClick=${() => show(false)}>✕</button>
    ${record?.kind === 'message' ? html`<${Dump} message=${record} />` : html`<p>This is no message, but something that changed: it has no bytes.</p>`}
  </section>`;
}

function Dump({ message }: { readonly message: WireMessage }) {
  const { text, says } = keptOf(message);
  const parts = partsOf(text);
  const bytes = bytesOf(parts);
  const aRow = useNarrow() ? narrowBytesARow : bytesARow;
  const rows = Array.from({ length: Math.ceil(bytes.length / aRow) }, (_, index) =>
    bytes.slice(index * aRow, (index + 1) * aRow),
  );
  return html`
    <h2>${message.verb} <small>${message.from} → ${message.to}, ${plural(message.bytes, 'byte')}${says}</small></h2>
    <p class="spelled" aria-hidden="true">${parts.map(({ text, part }, index) => html`<span key=${index} class=${classOf(part)}>${shownText(text)}</span>`)}</p>
    <div class="dump" tabindex="0" role="group" aria-label="Bytes in hexadecimal digits, and as text">
      ${rows.map(
        (row, index) => html`<div key=${index} class="dump-row">
        <span class="place">${(index * aRow).toString(16).padStart(4, '0')}</span>
        <span class="hex" style=${{ width: `${3 * aRow}ch` }}>${row.map(({ byte, part }, at) => html`<span key=${at} class=${classOf(part)}>${byte.toString(16).padStart(2, '0')}</span>`)}</span>
        <span class="as-text" aria-hidden="true">${row.map(({ byte, part }, at) => html`<span key=${at} class=${classOf(part)}>${signOf(byte)}</span>`)}</span>
      </div>`,
      )}
    </div>
    ${text.includes('?') ? html`<p class="quiet">A record has ? also for each line end within, and for other characters that command a terminal.</p>` : ''}
    <dl class="parts">${legendOf(parts).map(({ part, says, text }) => html`<div key=${part}><dt class=${classOf(part)}>${says}</dt><dd>${text}</dd></div>`)}</dl>
  `;
}

interface Byte {
  readonly byte: number;
  readonly part: Part['part'];
}

function bytesOf(parts: readonly Part[]): Byte[] {
  const encoder = new TextEncoder();
  return parts.flatMap(({ text, part }) =>
    [...encoder.encode(text)].map((byte) => ({ byte, part })),
  );
}

/** Each part once, with what it holds; colons need no explanation. */
function legendOf(parts: readonly Part[]) {
  const told = parts.filter(({ part }) => part !== 'separator');
  return told.map(({ text, part }) => ({
    part,
    says: part.startsWith('field:') ? part.slice('field:'.length) : part,
    text: part === 'length' ? `${text}: so many bytes has the body` : cut(shownText(text)),
  }));
}

/** A body is shown above. */
const legendCharacters = 64;

function cut(text: string): string {
  return text.length <= legendCharacters ? text : `${text.slice(0, legendCharacters)}…`;
}

function shownText(text: string): string {
  return text.replaceAll('\r', '␍').replaceAll('\n', '⏎');
}

function signOf(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : byte === 0x0a ? '⏎' : '·';
}

function classOf(part: Part['part']): string {
  return `part ${part.split(':', 1).join('')}`;
}
