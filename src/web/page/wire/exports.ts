/**
 * Owns the menu by which a recording is taken along: as a picture, for Mermaid, for ShiViz, as text, or as
 * the recording itself. What the filter keeps is taken; between the outermost bookmarks, where that is
 * wanted.
 */

import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { asRecording, asText, type Excerpt } from '../../../record/excerpt.js';
import { asMermaid } from '../../../record/mermaid.js';
import { asShiviz, shivizPattern } from '../../../record/shiviz.js';
import { html } from '../html.js';
import { announced, notice } from '../page.js';
import { plural } from '../words.js';
import { pictureOf, recordsMost } from './picture.js';
import { svgOf } from './svg-of.js';
import type { View } from './view.js';

interface Way {
  readonly name: string;
  readonly says: string;
  readonly ending: string;
  readonly type: string;
  readonly write: (excerpt: Excerpt) => string;
}

const ways: readonly Way[] = [
  {
    ...{ name: 'Recording', says: 'to open again, here or by trivet wire --replay' },
    ...{ ending: 'ndjson', type: 'application/x-ndjson', write: asRecording },
  },
  {
    ...{ name: 'Text', says: 'a line an event' },
    ...{ ending: 'txt', type: 'text/plain', write: asText },
  },
  {
    ...{ name: 'Mermaid', says: 'a sequence diagram for Markdown' },
    ...{ ending: 'mmd', type: 'text/plain', write: asMermaid },
  },
  {
    ...{ name: 'ShiViz', says: 'a log with vector clocks' },
    ...{ ending: 'log', type: 'text/plain', write: asShiviz },
  },
];

export function Exports({ view }: { readonly view: View }) {
  const isBetween = useSignal(false);
  const { value: bookmarks } = view.bookmarks;
  const take = (way: Way) => {
    const excerpt = excerptOf(view, isBetween.value);
    if (excerpt === null) return;
    const { title } = excerpt.model.header;
    download(nameOf(title, way.ending), way.type, way.write(excerpt));
  };
  const menu = useRef<HTMLDetailsElement>(null);
  const close = () => {
    if (menu.current !== null) menu.current.open = false;
  };
  return html`<details class="exports" ref=${menu} onKeyDown=${(event: KeyboardEvent) => event.key === 'Escape' && close()}>
    <summary>Export</summary>
    <div class="menu">
      ${
        bookmarks.length < 2
          ? ''
          : html`<label><input type="checkbox" checked=${isBetween.value} onChange=${() => {
              isBetween.value = !isBetween.value;
            }} /> only between the bookmarks</label>`
      }
      <button type="button" onClick=${() => takePicture(view, isBetween.value)}>SVG<small>the picture of all, ${plural(recordsMost, 'record')} at most</small></button>
      <button type="button" onClick=${() => takeView(view)}>What is seen<small>the picture as it is now, as SVG</small></button>
      ${ways.map((way) => html`<button key=${way.name} type="button" onClick=${() => take(way)}>${way.name}<small>${way.says}</small></button>`)}
      <p>ShiViz wants this expression, too: <code>${shivizPattern}</code></p>
    </div>
  </details>`;
}

function excerptOf(view: View, isBetween: boolean): Excerpt | null {
  const model = view.model.value;
  if (model === null) return null;
  const all = { model, from: 0, until: model.records.length - 1, filter: view.filter.value };
  const [first, last] = [view.bookmarks.value[0], view.bookmarks.value.at(-1)];
  if (!isBetween || first === undefined || last === undefined) return all;
  const [from, until] = [model.indexOf(first), model.indexOf(last)];
  return { ...all, from: from ?? all.from, until: until ?? all.until };
}

function takePicture(view: View, isBetween: boolean): void {
  const excerpt = excerptOf(view, isBetween);
  if (excerpt === null) return;
  const picture = pictureOf(view, excerpt.from, excerpt.until);
  if ('says' in picture) refuse(picture.says);
  else download(nameOf(excerpt.model.header.title, 'svg'), 'image/svg+xml', picture.svg);
}

function takeView(view: View): void {
  const svg = document.querySelector<SVGSVGElement>('svg.space-time');
  if (svg === null) return refuse('What is seen is a table: go to the diagram first');
  const names = [...document.querySelectorAll<HTMLElement>('.names .name')].map((element) => ({
    x: Number.parseFloat(element.style.left),
    name: element.querySelector('b')?.textContent ?? '',
  }));
  const title = view.model.value?.header.title ?? '';
  download(nameOf(title, 'svg'), 'image/svg+xml', svgOf(svg, names));
}

function refuse(says: string): void {
  notice.value = { isDone: false, status: 0, says };
  announced.value = says;
}

/** A name that every disk takes. */
function nameOf(title: string, ending: string): string {
  const words = title
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  return `${['wire', ...words].join('-').slice(0, 60)}.${ending}`;
}

/** So long the browser has to read what it downloads. */
const keptMs = 30_000;

function download(name: string, type: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  // Some browsers read it only after this.
  setTimeout(() => URL.revokeObjectURL(link.href), keptMs);
  notice.value = { isDone: true, status: 0, says: `${name} is among your downloads` };
}
