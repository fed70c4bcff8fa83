/**
 * Owns the slider over the whole recording: how dense it is, where runners died and verdicts fell, what is
 * seen of it, and the moment. The picture is a canvas; the slider upon it is the browser's own.
 */

import { useEffect, useRef } from 'preact/hooks';
import { html } from '../html.js';
import { margin, type Port } from './diagram.js';
import { familyOf } from './looks.js';
import { lookOf } from './marks.js';
import { clock } from './span-words.js';
import type { View } from './view.js';

const height = 46;
const redrawnEveryMs = 500;

export function Minimap({ view, port }: { readonly view: View; readonly port: Port }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { index } = view.playback.value;
  const count = view.axis.count;
  const { scrollTop, height: seen } = port;
  const drawnAtMs = useRef(0);
  const laid = view.laid.value;
  // It looks at all records: while many come, not for each of them.
  useEffect(() => {
    const again = () => {
      if (canvas.current !== null) draw(canvas.current, view);
      drawnAtMs.current = performance.now();
    };
    const waitMs = drawnAtMs.current + redrawnEveryMs - performance.now();
    const timer = setTimeout(again, Math.max(0, waitMs));
    return () => clearTimeout(timer);
  }, [laid]);
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const again = () => canvas.current !== null && draw(canvas.current, view);
    const observer = new ResizeObserver(again);
    if (canvas.current !== null) observer.observe(canvas.current);
    dark.addEventListener('change', again);
    return () => {
      observer.disconnect();
      dark.removeEventListener('change', again);
    };
  }, []);
  const whole = Math.max(1, view.axis.height);
  const share = (y: number) => `${(100 * Math.min(1, Math.max(0, y / whole))).toFixed(2)}%`;
  const top = scrollTop.value - margin;
  const slid = (event: Event) => {
    const share = Number((event.currentTarget as HTMLInputElement).value) / 1_000;
    view.goTo(view.axis.indexAtY(share * whole));
  };
  const at = view.axis.y(index);
  return html`<div class="minimap">
    <canvas ref=${canvas} height=${height} aria-hidden="true"></canvas>
    <span class="seen" style=${{ left: share(top), right: `calc(100% - ${share(top + seen.value)})` }}></span>
    ${view.axis.count === 0 ? '' : html`<span class="moment-at" style=${{ left: share(at) }}></span>`}
    ${view.bookmarks.value.map((n) => {
      const place = view.model.value?.indexOf(n) ?? null;
      return place === null
        ? ''
        : html`<button key=${n} type="button" class="bookmark" style=${{ left: share(view.axis.y(place)) }} title=${`Bookmark at #${n}`} aria-label=${`Bookmark at record ${n}`} onClick=${() => view.goTo(place)}>▾</button>`;
    })}
    <input type="range" min="0" max="1000" step="1" value=${Math.round((1_000 * at) / whole)} onInput=${slid}
      aria-label="Moment of the recording" aria-valuetext=${count === 0 ? 'nothing yet' : `record ${view.record(index)?.n ?? 0} at ${clock(view.axis.atUs(index))}`} />
  </div>`;
}

/** A column of pixels a bucket; the higher, the more was said. */
function draw(canvas: HTMLCanvasElement, view: View): void {
  const context = canvas.getContext('2d');
  const ratio = devicePixelRatio;
  const width = canvas.clientWidth;
  if (context === null || width === 0) return;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(`--wire-${name}`);
  const { axis } = view;
  const whole = Math.max(1, axis.height);
  const columns = Math.ceil(width / 2);
  const said = new Map<string, Float64Array>();
  const marks: { readonly x: number; readonly tone: string }[] = [];
  for (let index = 0; index < axis.count; index += 1) {
    const record = view.record(index);
    const x = axis.y(index) / whole;
    if (record?.kind === 'message') {
      const { name } = familyOf(record.verb);
      const counts = said.get(name) ?? new Float64Array(columns + 1);
      said.set(name, counts);
      const column = Math.floor(x * columns);
      counts[column] = (counts[column] ?? 0) + 1;
    } else if (record?.kind === 'change') {
      const { tone } = lookOf(record);
      const isTold = tone === 'death' || tone === 'bad' || record.what === 'verdict';
      if (isTold) marks.push({ x: x * width, tone: record.what === 'verdict' ? 'verdict' : tone });
    }
  }
  let most = 1;
  for (let at = 0; at <= columns; at += 1) {
    let sum = 0;
    for (const counts of said.values()) sum += counts[at] ?? 0;
    most = Math.max(most, sum);
  }
  const floor = height - 4;
  for (let at = 0; at <= columns; at += 1) {
    let y = floor;
    for (const [name, counts] of said) {
      const size = ((counts[at] ?? 0) / most) * (height - 18);
      context.fillStyle = colour(name);
      context.fillRect(at * 2, y - size, 1.6, size);
      y -= size;
    }
  }
  for (const { x, tone } of marks) {
    context.fillStyle = colour(tone === 'verdict' ? 'outcome' : tone === 'bad' ? 'bad' : 'death');
    if (tone === 'verdict') context.fillRect(x - 1, height - 4, 2, 4);
    else {
      context.fillRect(x - 0.75, 12, 1.5, height - 12);
      context.beginPath();
      context.moveTo(x - 5, 2);
      context.lineTo(x + 5, 2);
      context.lineTo(x, 11);
      context.fill();
    }
  }
}
