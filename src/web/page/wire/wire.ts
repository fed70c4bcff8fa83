/**
 * Owns the page of the wire: the diagram and what surrounds it, upon the live record or upon one of a file.
 */

import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { html } from '../html.js';
import { useTitle } from '../page.js';
import { Bytes } from './bytes.js';
import { Caption } from './caption.js';
import { Frames } from './clock.js';
import { Controls, Legend } from './controls.js';
import { Diagram } from './diagram.js';
import { Exports } from './exports.js';
import { FilterWords } from './filter-field.js';
import { Minimap } from './minimap.js';
import { Moment } from './moment.js';
import { Open, type Opened } from './open.js';
import { Panels } from './panels.js';
import { Ring } from './ring.js';
import { WireStream } from './stream.js';
import { Table, TableSwitch, useNarrow } from './table.js';
import { View } from './view.js';
import { useWireKeys } from './wire-keys.js';

export function Wire() {
  useTitle('Wire');
  const view = useMemo(() => new View(!isFileAsked()), []);
  const port = { scrollTop: useSignal(0), height: useSignal(500) };
  const fixedPort = useMemo(() => port, []);
  const fileName = useSignal(isFileAsked() ? '' : null);
  useEffect(
    () => (fileName.value === null ? live(view) : undefined),
    [view, fileName.value === null],
  );
  useEffect(() => {
    const arrive = () => {
      const n = momentAsked();
      if (n !== null) view.goTo(view.model.value?.indexOf(n) ?? null);
    };
    addEventListener('hashchange', arrive);
    return () => removeEventListener('hashchange', arrive);
  }, [view]);
  useWireKeys(view);
  const isTable = useNarrow() || view.isTable.value;
  const take = ({ name, header, records }: Opened) => {
    fileName.value = name;
    view.begin(header, false);
    view.take(records);
    const n = momentAsked();
    view.goTo((n === null ? null : view.model.value?.indexOf(n)) ?? 0);
  };
  const goLive = () => {
    fileName.value = null;
  };
  return html`<div class="wire">
    <h1 class="unseen">The wire</h1>
    <${Frames} view=${view} />
    <${Controls} view=${view}>
      <${TableSwitch} view=${view} />
      <${Exports} view=${view} />
      <${Open} take=${take} />
      ${fileName.value ? html`<span class="of-file"><span class="cut">${fileName.value}</span> <button type="button" onClick=${goLive}>Back to the live wire</button></span>` : ''}
    <//>
    <${FilterWords} view=${view} />
    <${Caption} view=${view} />
    <div class="stage">
      ${view.model.value === null ? html`<p class="nothing-yet">${fileName.value === null ? 'Waiting for the wire…' : 'Open a recording, or drop one here.'}</p>` : isTable ? html`<${Table} view=${view} />` : html`<${Diagram} view=${view} port=${fixedPort} />`}
      <aside class="beside" aria-label="Runners and the moment">
        <${Ring} view=${view} />
        <${Panels} view=${view} />
        <${Moment} view=${view} />
        <${Legend} />
      </aside>
    </div>
    <${Bytes} view=${view} />
    <${Minimap} view=${view} port=${fixedPort} />
  </div>`;
}

/** `?file`: one opens a recording from a disk, and asks nothing of the dispatcher. */
function isFileAsked(): boolean {
  return new URLSearchParams(location.search).has('file');
}

/** `#n=123` is a moment: there one rests. */
function momentAsked(): number | null {
  const n = /^#n=(\d{1,9})$/.exec(location.hash)?.[1];
  return n === undefined ? null : Number(n);
}

function live(view: View): () => void {
  let asked = momentAsked();
  return new WireStream({
    begin: (header) => view.begin(header, true),
    take: (records) => {
      view.take(records);
      const index = asked === null ? null : (view.model.value?.indexOf(asked) ?? null);
      if (index === null) return;
      view.goTo(index);
      asked = null;
    },
    missed: (from, to) => {
      view.missed.value = [from, to];
    },
    lab: (document) => {
      view.lab.value = document;
    },
    world: (document) => {
      view.world.value = document;
    },
  }).follow();
}
