/**
 * Owns the rows of jobs that run or wait: how far they are by what they took before, or why they wait.
 */

import type { RunningJob, WaitingJob } from '../../protocol/documents.js';
import { html } from './html.js';
import { Sign, Where } from './parts.js';
import { links } from './router.js';
import { duration, short } from './words.js';

/** By the estimate alone nothing is ever finished. */
const shareMax = 0.99;

/** Beyond that it is worth a word. */
const longerFrom = 1.2;

/** How far a run is, from 0 to 0.99, and in words; share null: nothing is known to compare it with. */
export function progress(elapsedMs: number, estimateMs: number | null) {
  const elapsed = duration(elapsedMs);
  if (estimateMs === null || estimateMs <= 0) return { share: null, says: elapsed };
  const share = Math.min(shareMax, Math.max(0, elapsedMs / estimateMs));
  if (elapsedMs > longerFrom * estimateMs) return { share, says: `${elapsed}, longer than usual` };
  return { share, says: `${elapsed} of about ${duration(estimateMs)}` };
}

export function Running({ job, nowMs }: { readonly job: RunningJob; readonly nowMs: number }) {
  const { commit, subject, name, repository, branch, runner, run, steps, sinceMs, estimateMs } =
    job;
  const { share, says } = progress(nowMs - sinceMs, estimateMs);
  const step = steps.length === 0 ? '' : `, ${steps.join(' and ')}`;
  return html`<li class="running-row">
    <${Sign} state="running" />
    <span class="stack">
      <a class="subject cut" href=${links.commit(commit)}>${subject === '' ? short(commit) : subject}</a>
      <span class="cut quiet">${name === 'default' ? '' : `${name} · `}<${Where} repository=${repository} branch=${branch} /> on <a href=${links.runner(runner)}>${runner}</a>${step}</span>
    </span>
    <span class="aside">
      <a href=${links.log(run)} class="took">${says}</a>
      ${
        share === null
          ? ''
          : html`<progress max="100" value=${Math.round(share * 100)} aria-label=${`${name} of ${short(commit)}`}></progress>`
      }
    </span>
  </li>`;
}

export function Waiting({ job, nowMs }: { readonly job: WaitingJob; readonly nowMs: number }) {
  const { commit, subject, name, repository, branch, why, sinceMs, state } = job;
  return html`<li class="waiting-row">
    <${Sign} state=${state} />
    <span class="stack">
      <a class="subject cut" href=${links.commit(commit)}>${subject === '' ? short(commit) : subject}</a>
      <span class="cut quiet">${name === 'default' ? '' : `${name} · `}<${Where} repository=${repository} branch=${branch} /></span>
    </span>
    <span class="aside"><span class="why">${why}</span><span class="quiet">for ${duration(nowMs - sinceMs)}</span></span>
  </li>`;
}
