/**
 * Owns what is told of one job of a commit: its steps as a graph, each attempt with why it ended, its
 * story; and the buttons for it alone.
 */

import type { JobOfCommit, RunOfJob } from '../../../protocol/documents.js';
import { html } from '../html.js';
import { Badge, Sign } from '../parts.js';
import { links } from '../router.js';
import { type Wish, WishButton } from '../wish.js';
import { duration, exactly, plural, short } from '../words.js';
import { StepGraph } from './graph.js';
import { stateOfEnding } from './waterfall-rows.js';

interface Seen {
  readonly job: JobOfCommit;
  readonly commit: string;
  /** The others have buttons together. */
  readonly isAlone: boolean;
  /** The address names it. */
  readonly isMeant: boolean;
  readonly nowMs: number;
}

export function JobCard({ job, commit, isAlone, isMeant, nowMs }: Seen) {
  const { name, state, reason } = job;
  const facts = factsOf(job);
  const isTold = job.runs.at(-1)?.because === reason;
  const heading = `job-${job.job}`;
  return html`<section id=${`card-${heading}`} class="card job-card ${isMeant ? 'meant' : ''}" tabindex="-1" aria-labelledby=${heading}>
    <header>
      <h3 id=${heading} class="cut">${name === 'default' ? 'The suite' : name}</h3>
      <${Badge} state=${state} />
      ${isAlone ? '' : html`<${JobButtons} job=${job} commit=${commit} />`}
    </header>
    ${reason === '' || isTold ? '' : html`<p class="reason">${reason}</p>`}
    ${facts === '' ? '' : html`<p class="quiet">${facts}</p>`}
    <${StepGraph} job=${job} />
    <${Attempts} runs=${job.runs} nowMs=${nowMs} />
    <details open=${isAlone}>
      <summary>Its story</summary>
      <ol class="story">
        ${job.story.map(
          ({ atMs, says }) => html`<li>
            <time class="quiet" datetime=${new Date(atMs).toISOString()} title=${exactly(atMs)}>+${duration(atMs - job.acceptedAtMs)}</time>
            <span>${says}</span>
          </li>`,
        )}
      </ol>
    </details>
  </section>`;
}

function factsOf({ labels, needs, tests }: JobOfCommit): string {
  const all = tests === null ? 0 : tests.passed + tests.failed + tests.skipped;
  const facts = [
    ...(tests === null ? [] : [`${plural(all, 'test')}, ${tests.failed} failed`]),
    ...(labels.length === 0 ? [] : [`on a runner with ${labels.join(', ')}`]),
    ...(needs.length === 0 ? [] : [`needs ${needs.join(', ')}`]),
  ];
  return facts.join(' · ');
}

function JobButtons({ job, commit }: { readonly job: JobOfCommit; readonly commit: string }) {
  const { name, finishedAtMs } = job;
  return finishedAtMs === null
    ? html`<${WishButton} ...${cancelOf(commit, name)} does="Cancel" label=${`Cancel ${name}`} />`
    : html`<${WishButton} ...${rerunOf(commit, name)} does="Run again" label=${`Run again: ${name}`} />`;
}

/** Without a job: all of them. */
export function rerunOf(commit: string, job?: string): Wish {
  const body = job === undefined ? {} : { job };
  const done = `${job ?? short(commit)} is run again`;
  return { url: `/api/commits/${commit}/rerun`, body, done };
}

/** Without a job: all of them. */
export function cancelOf(commit: string, job?: string): Wish {
  const body = job === undefined ? {} : { job };
  const done = `${job ?? short(commit)} is being cancelled`;
  return { url: `/api/commits/${commit}/cancel`, body, done };
}

function Attempts({ runs, nowMs }: { readonly runs: readonly RunOfJob[]; readonly nowMs: number }) {
  if (runs.length === 0) return null;
  return html`<ol class="attempts" aria-label="Attempts">
    ${runs.map(
      ({ run, number, runner, leasedAtMs, endedAtMs, ending, because }) => html`<li key=${run}>
        <${Sign} state=${stateOfEnding(ending)} />
        <span class="told">
          <span>Attempt ${number} on <a href=${links.runner(runner)}>${runner}</a>: ${ending}${endedAtMs === null ? ' for' : ' after'} ${duration((endedAtMs ?? nowMs) - leasedAtMs)}</span>
          ${because === '' ? '' : html`<span class="quiet">${because}</span>`}
        </span>
        <a class="to-log" href=${links.log(run)} aria-label=${`Log of attempt ${number}`}>Log</a>
      </li>`,
    )}
  </ol>`;
}
