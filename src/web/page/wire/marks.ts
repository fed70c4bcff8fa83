/**
 * Owns what changed as marks on the lifelines: a sign, and the sentence of the record beside it. What one
 * must not overlook, as a death, is larger.
 */

import type { WireChange } from '../../../record/record.js';
import { html } from '../html.js';
import { type Drawn, gutter, lookIn } from './columns.js';

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

/** In pixels, about: a sentence that has no room on the right stands on the left. */
const charWidth = 7.2;

export function lookOf({ what, verdict }: WireChange): Look {
  if (what !== 'verdict' || verdict === 'passed') return looks[what];
  // Older recordings do not say it.
  return verdict === undefined ? { sign: '■', tone: 'plain' } : { sign: '✕', tone: 'bad' };
}

export function Mark(drawn: Drawn) {
  const { view, columns, index, top } = drawn;
  const change = view.record(index);
  if (change?.kind !== 'change') return null;
  const { sign, tone } = lookOf(change);
  const y = view.axis.y(index) - top;
  const isDim = tone !== 'caption' && view.isDim(change.commit);
  const common = `mark-at ${tone} ${lookIn(drawn, isDim)}`;
  if (tone === 'caption') {
    return html`<g class=${common} data-index=${index} data-n=${change.n}>
      <line class="rule" x1=${gutter - 6} x2=${columns.width} y1=${y} y2=${y} />
      <text class="says" x=${columns.width / 2} y=${y + 4.5} text-anchor="middle">${change.says}</text>
    </g>`;
  }
  const x = columns.x(change.process);
  const room = change.says.length * charWidth + 20;
  const isLeft = x + room > columns.width && x - room > 60;
  return html`<g class=${common} data-index=${index} data-n=${change.n}>
    <rect class="reach-of" x=${isLeft ? x - room : x - 10} width=${room + 10} y=${y - 11} height="22" />
    <circle cx=${x} cy=${y} r=${tone === 'plain' ? 8 : 10} />
    <text class="sign-of" x=${x} y=${y + 4.2} text-anchor="middle">${sign}</text>
    <text class="says" x=${isLeft ? x - 34 : x + 34} y=${y + 4.5} text-anchor=${isLeft ? 'end' : 'start'}>${change.says}</text>
  </g>`;
}
