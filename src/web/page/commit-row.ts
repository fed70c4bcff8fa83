/**
 * Owns a commit as a row of a list: how it stands, what it is, its jobs, how long it took.
 */

import type { CommitInLine } from '../../protocol/documents.js';
import { html } from './html.js';
import { Ago, CommitLink, isRed, Sign, Where } from './parts.js';
import { links } from './router.js';
import { duration } from './words.js';

/** So many jobs have a sign each; a matrix may have a hundred. */
const jobsShown = 8;

export function CommitRow({
  row,
  nowMs,
  isAmongOwn = false,
}: {
  readonly row: CommitInLine;
  readonly nowMs: number;
  /** In a list of its own branch, which need not be named. */
  readonly isAmongOwn?: boolean;
}) {
  const { commit, subject, author, state, repository, branch, atMs, finishedAtMs, jobs } = row;
  const [first] = jobs;
  const isAlone = jobs.length === 1 && first?.name === 'default';
  return html`<li class="commit-row">
    ${
      isRed(state)
        ? html`<a class="to-failure" href=${links.failing(commit)} title="Open the log at the failing line"><${Sign} state=${state} /></a>`
        : html`<${Sign} state=${state} />`
    }
    <span class="stack">
      <a class="subject cut" href=${links.commit(commit)}>${subject === '' ? 'no subject' : subject}</a>
      <span class="cut quiet">
        <${CommitLink} commit=${commit} />
        ${isAmongOwn ? '' : html` <${Where} repository=${repository} branch=${branch} />`}
        ${author === '' ? '' : html` <span class="author">${author}</span>`}
      </span>
    </span>
    ${
      isAlone
        ? ''
        : html`<span class="jobs" aria-label="Jobs">${jobs
            .slice(0, jobsShown)
            .map(
              (job) =>
                html`<a key=${job.job} class="job" href=${isRed(job.state) ? links.failing(commit, job.name) : links.commit(commit, job.name)} title=${`${job.name}: ${job.state}`}><${Sign} state=${job.state} /><span class="job-name">${job.name}</span></a>`,
            )}${jobs.length > jobsShown ? html`<span class="quiet">+${jobs.length - jobsShown}</span>` : ''}</span>`
    }
    <span class="aside">
      <span class="took">${finishedAtMs === null ? '' : duration(finishedAtMs - atMs)}</span>
      <${Ago} atMs=${atMs} nowMs=${nowMs} />
    </span>
  </li>`;
}
