/**
 * Owns the space-time diagram: time runs down, as on paper since Lamport turned it round, for there the
 * words along arrows lie as one reads, and many rows fit where few processes stand side by side. Only
 * what is seen is drawn, and some more above and below; it is drawn anew when that is scrolled through.
 */

import { type Signal, useComputed, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { html } from '../html.js';
import { columnsOf, Names } from './columns.js';
import { Drawing } from './drawing.js';
import { Hairline, MomentLine, Veil } from './playhead.js';
import { Patterns, type Window } from './strip.js';
import type { View } from './view.js';

/** Above the first row and below the last, in pixels. */
export const margin = 26;
export const below = 120;

/** The moment is kept so far down what is seen, while time goes on. */
const followAt = 0.72;
const pauseAt = 0.4;

/** Of a screen; more than that is not drawn, and said. */
const drawnMost = 300;

/** As it is scrolled, and how large what is seen is. */
export interface Port {
  readonly scrollTop: Signal<number>;
  readonly height: Signal<number>;
}

export function Diagram({ view, port }: { readonly view: View; readonly port: Port }) {
  const scroller = useRef<HTMLDivElement>(null);
  const width = useSignal(800);
  const pointerY = useSignal<number | null>(null);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const measure = () => {
      width.value = element.clientWidth;
      port.height.value = element.clientHeight;
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  const scrolled = () => {
    port.scrollTop.value = scroller.current?.scrollTop ?? 0;
  };
  // Who scrolls while time goes on wants to look at something; so does who takes hold of the bar.
  const rest = () => {
    if (view.going.value === 'live') view.pause();
  };
  const hold = (event: PointerEvent) => {
    if (event.target === scroller.current) rest();
  };
  const half = useComputed(() => Math.max(200, Math.floor(port.height.value / 2)));
  const from = useComputed(() => Math.floor(port.scrollTop.value / half.value) * half.value);
  const window = useComputed<Window>(() => ({
    top: Math.max(0, from.value - half.value) - margin,
    bottom: from.value + 4 * half.value,
  }));
  const standing = useComputed(() =>
    columnsOf(view.laid.value < 0 ? [] : view.lanes, width.value - 2),
  );
  const columns = standing.value;
  const height = Math.max(port.height.value - 60, view.axis.height + margin + below);
  const fromTop = `translate(0 ${-window.value.top})`;
  const point = (event: PointerEvent) => {
    const svg = (event.currentTarget as Element).getBoundingClientRect();
    pointerY.value = event.clientY - svg.top + window.value.top;
    view.hovered.value = indexUnder(event);
  };
  const press = (event: MouseEvent) => {
    const at = indexUnder(event) ?? view.axis.indexAtY(pointerY.value ?? 0);
    const record = view.record(at);
    view.goTo(at);
    const commit =
      record?.kind === 'message' || record?.kind === 'change' ? record.commit : undefined;
    const isOnIt = indexUnder(event) !== null;
    view.followed.value = isOnIt ? (commit ?? null) : view.followed.value;
  };
  return html`<div class="diagram" ref=${scroller} onScroll=${scrolled} onWheel=${rest} onTouchMove=${rest} onPointerDown=${hold} tabindex="0" role="region" aria-label="The diagram: time runs down, one line a process">
    <${Follow} view=${view} port=${port} scroller=${scroller} />
    <${Names} view=${view} columns=${columns} />
    <div class="extent" style=${{ height: `${height}px`, width: `${columns.width}px` }}>
      <svg class="space-time" role="img" aria-label=${`${view.axis.count} records of ${columns.lanes.length} processes. The key t shows them as a table.`}
        style=${{ top: `${window.value.top + margin}px` }} width=${columns.width} height=${Math.max(0, Math.min(window.value.bottom, view.axis.height + below) - window.value.top)}
        onPointerMove=${point} onPointerLeave=${() => {
          pointerY.value = null;
          view.hovered.value = null;
        }} onClick=${press}>
        <${Patterns} />
        <g transform=${fromTop}><${MomentLine} view=${view} columns=${columns} /></g>
        <${Drawing} view=${view} columns=${columns} window=${window.value} most=${drawnMost} />
        <g transform=${fromTop}>
          <${Veil} view=${view} columns=${columns} />
          <${Hairline} view=${view} at=${pointerY} width=${columns.width} />
        </g>
      </svg>
    </div>
  </div>`;
}

/** What goes on is kept in view; what one steps to is brought there. */
function Follow({
  view,
  port,
  scroller,
}: {
  readonly view: View;
  readonly port: Port;
  readonly scroller: RefObject<HTMLDivElement>;
}) {
  const { mode, index, atUs } = view.playback.value;
  const laid = view.laid.value;
  const { arranged } = view;
  const y = margin + (mode === 'paused' ? view.axis.y(index) : view.axis.yAtTime(atUs));
  const before = useRef<{ arranged: number; seen: number | null }>({ arranged: 0, seen: null });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const isAnew = before.current.arranged !== arranged.value;
    // What is laid out anew stays under one's eyes.
    const usual = mode === 'paused' ? pauseAt : followAt;
    const share = isAnew ? (before.current.seen ?? usual) : usual;
    before.current = { arranged: arranged.value, seen: before.current.seen };
    const isSeen = isWithin(y - element.scrollTop, element.clientHeight);
    if (isAnew || mode !== 'paused' || !isSeen) {
      element.scrollTop = Math.max(0, y - element.clientHeight * share);
      port.scrollTop.value = element.scrollTop;
    }
    before.current.seen = (y - element.scrollTop) / element.clientHeight;
  }, [mode, index, Math.round(y), mode === 'live' ? laid : 0, arranged.value]);
  return null;
}

/** Below the names, and not at the very end. */
function isWithin(seen: number, height: number): boolean {
  return seen > 70 && seen < height - 60;
}

/** The place of the record that an event of the pointer is upon. */
function indexUnder(event: Event): number | null {
  const element = event.target instanceof Element ? event.target.closest('[data-index]') : null;
  return element === null ? null : Number(element.getAttribute('data-index'));
}
