/**
 * Owns the small plot of how long the last commits took from push to verdict, oldest first: a bar each,
 * which leads to its commit. Red ones are hatched, so that they are seen without colour.
 */

import type { CommitInLine } from '../../protocol/documents.js';
import { html } from './html.js';
import { isRed } from './parts.js';
import { links } from './router.js';
import { duration, short } from './words.js';

const height = 56;
const barWidth = 12;
const gap = 4;
/** The shortest is seen, too. */
const heightMin = 3;

export function DurationPlot({ commits }: { readonly commits: readonly CommitInLine[] }) {
  const ended = commits
    .flatMap((one) =>
      one.finishedAtMs === null ? [] : [{ ...one, tookMs: one.finishedAtMs - one.atMs }],
    )
    .reverse();
  const longestMs = Math.max(1, ...ended.map(({ tookMs }) => tookMs));
  const width = Math.max(1, ended.length * (barWidth + gap) - gap);
  const sorted = ended.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  return html`<div class="duration-plot">
    <svg viewBox=${`0 0 ${width} ${height}`} width=${width} height=${height} role="group" aria-label="Each of the last commits: from push to verdict">
      <defs><pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-field" width="4" height="4" /><rect class="hatch-line" width="2" height="4" /></pattern></defs>
      ${ended.map(({ commit, state, tookMs, subject }, index) => {
        const tall = Math.max(heightMin, Math.round((tookMs / longestMs) * height));
        const says = `${short(commit)} ${state} after ${duration(tookMs)}: ${subject}`;
        return html`<a key=${commit} href=${links.commit(commit)} aria-label=${says}>
          <title>${says}</title>
          <rect class=${isRed(state) ? 'bar hatched' : `bar ${state}`} x=${index * (barWidth + gap)} y=${height - tall} width=${barWidth} height=${tall} rx="2" />
        </a>`;
      })}
    </svg>
    <p class="quiet">${
      median === undefined
        ? 'Nothing has ended yet.'
        : html`from push to verdict: ${duration(median)} in the middle, ${duration(longestMs)} at most`
    }</p>
  </div>`;
}
