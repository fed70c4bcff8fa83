/**
 * Owns what changed as marks on the lifelines: a sign, and the sentence of the record beside it. What one
 * must not overlook, as a death, is larger.
 */

import type { WireChange } from '../../../record/record.js';
import { html } from '../html.js';
import { type Columns, type Drawn, gutter, lookIn } from './columns.js';
import { brokenInto } from './line-breaks.js';
import { type Font, widthOf } from './text-width.js';

interface Look {
  readonly sign: string;
  readonly tone: 'death' | 'loss' | 'good' | 'bad' | 'plain' | 'caption';
}

const looks: Readonly<Record<WireChange['what'], Look>> = {
  started: { sign: '▸', tone: 'plain' },
  joined: { sign: '+', tone: 'good' },
  left: { sign: '✕', tone: 'death' },
  silent: { sign: '…', tone: 'death' },
  heard: { sign: '↺', tone: 'good' },
  draining: { sign: '⇥', tone: 'plain' },
  killed: { sign: '✕', tone: 'death' },
  frozen: { sign: '❄', tone: 'death' },
  thawed: { sign: '☼', tone: 'good' },
  accepted: { sign: '●', tone: 'plain' },
  leased: { sign: '▶', tone: 'plain' },
  resumed: { sign: '▶', tone: 'good' },
  lost: { sign: '!', tone: 'loss' },
  requeued: { sign: '↻', tone: 'loss' },
  'handed-back': { sign: '↩', tone: 'plain' },
  late: { sign: '»', tone: 'loss' },
  verdict: { sign: '✓', tone: 'good' },
  line: { sign: '⌁', tone: 'loss' },
  'law-broken': { sign: '§', tone: 'bad' },
  caption: { sign: '❝', tone: 'caption' },
};

/** In pixels: from the line to the words, and from one line of words to the next. */
const beside = 34;
const lineHeight = 14;
const heightMin = 22;

/** As many as have room in a row: more would lie over the rows above and below. */
const linesMost = 2;

export function lookOf({ what, verdict }: WireChange): Look {
  if (what !== 'verdict' || verdict === 'passed') return looks[what];
  // Older recordings do not say it.
  return verdict === undefined ? { sign: '■', tone: 'plain' } : { sign: '✕', tone: 'bad' };
}

/** The sentence of a mark as it stands in the diagram. */
interface Words {
  readonly lines: readonly string[];
  readonly x: number;
  readonly anchor: 'start' | 'middle' | 'end';
  /** Of the longest line, in pixels. */
  readonly width: number;
}

/** On the right of its line; on the left where it fits better; broken where it fits on neither side. */
export function wordsOf(change: WireChange, columns: Columns): Words {
  const { tone } = lookOf(change);
  const font: Font = tone === 'caption' ? 'caption' : tone === 'death' ? 'strong' : 'plain';
  const wide = (text: string) => widthOf(text, font);
  const within = (room: number) => {
    const lines = brokenInto(change.says, room, { linesMost, wide });
    return { lines, width: Math.max(...lines.map(wide)) };
  };
  if (tone === 'caption') {
    const middle = (gutter + columns.width) / 2;
    return { ...within(columns.width - gutter - 2 * platePadding), x: middle, anchor: 'middle' };
  }
  const at = columns.x(change.process);
  const [onRight, onLeft] = [columns.width - at - beside - 6, at - beside - gutter];
  const isLeft = wide(change.says) > onRight && onLeft > onRight;
  return isLeft
    ? { ...within(onLeft), x: at - beside, anchor: 'end' }
    : { ...within(onRight), x: at + beside, anchor: 'start' };
}

/** Beside a caption its ground goes on. */
const platePadding = 10;

export function Mark(drawn: Drawn) {
  const { view, columns, index, top } = drawn;
  const change = view.record(index);
  if (change?.kind !== 'change') return null;
  const { sign, tone } = lookOf(change);
  const y = view.axis.y(index) - top;
  const isDim = tone !== 'caption' && view.isDim(change.commit);
  const common = `mark-at ${tone} ${lookIn(drawn, isDim)}`;
  const words = wordsOf(change, columns);
  const height = Math.max(heightMin, words.lines.length * lineHeight + 2);
  if (tone === 'caption') {
    const width = words.width + 2 * platePadding;
    return html`<g class=${common} data-index=${index} data-n=${change.n}>
      <line class="rule" x1=${gutter - 6} x2=${columns.width} y1=${y} y2=${y} />
      <rect class="plate" x=${words.x - width / 2} y=${y - height / 2} width=${width} height=${height} rx="5" />
      <${Says} words=${words} whole=${change.says} y=${y} />
    </g>`;
  }
  const x = columns.x(change.process);
  const reach = words.width + beside + 4;
  return html`<g class=${common} data-index=${index} data-n=${change.n}>
    <rect class="reach-of" x=${words.anchor === 'end' ? x - reach : x - 10} width=${reach + 10} y=${y - height / 2} height=${height} rx="4" />
    <circle cx=${x} cy=${y} r=${tone === 'plain' ? 8 : 10} />
    <text class="sign-of" x=${x} y=${y + 4.2} text-anchor="middle">${sign}</text>
    <${Says} words=${words} whole=${change.says} y=${y} />
  </g>`;
}

/** Its lines lie around the height of its row. What is broken is said whole where one points at it. */
function Says({
  words: { lines, x, anchor },
  whole,
  y,
}: {
  readonly words: Words;
  readonly whole: string;
  readonly y: number;
}) {
  const first = y + 4.5 - ((lines.length - 1) * (lineHeight + 1)) / 2;
  if (lines[0] === whole) {
    return html`<text class="says" x=${x} y=${first} text-anchor=${anchor}>${whole}</text>`;
  }
  return html`<text class="says" x=${x} y=${first} text-anchor=${anchor}>
      ${lines.map((line, at) => html`<tspan key=${at} x=${x} dy=${at === 0 ? 0 : lineHeight}>${line}</tspan>`)}
    </text>
    <title>${whole}</title>`;
}
