/**
 * Owns what a red commit's page begins with: what failed, the way to the failing line of its log, and the
 * tests that failed, by their names.
 */

import type { JobOfCommit } from '../../../protocol/documents.js';
import { failingLog } from '../failing.js';
import { html } from '../html.js';
import { isRed, Sign } from '../parts.js';
import { links } from '../router.js';
import { plural } from '../words.js';

export function Failures({ jobs }: { readonly jobs: readonly JobOfCommit[] }) {
  const red = jobs.filter(({ state }) => isRed(state));
  if (red.length === 0) return null;
  return html`<section class="card failures" aria-label="What failed">
    ${red.map((job, index) => html`<${Failure} key=${job.job} job=${job} isFirst=${index === 0} />`)}
  </section>`;
}

function Failure({ job, isFirst }: { readonly job: JobOfCommit; readonly isFirst: boolean }) {
  const log = failingLog(job);
  return html`<article class="failure">
    <div class="what">
      <${Sign} state=${job.state} />
      <p><b>${job.name === 'default' ? 'The suite' : job.name}</b> ${whatFailed(job)}</p>
      ${
        log === null
          ? ''
          : html`<a class="button ${isFirst ? 'primary' : ''}" href=${links.log(log)}>Open the log at the failing line</a>`
      }
    </div>
    <${FailingTests} tests=${job.tests} />
  </article>`;
}

/** `failed in step unit with exit code 1`, `timed-out: no output for 10 min`. */
function whatFailed({ state, runs, exitCode, reason }: JobOfCommit): string {
  const step = runs.at(-1)?.steps.find((one) => !one.isIgnored && isRedStep(one.state));
  const where = step === undefined ? '' : ` in step ${step.name}`;
  const code = step?.exitCode ?? exitCode;
  const how = code === null || code === 0 ? '' : ` with exit code ${code}`;
  // That a step failed has been said.
  const why = step === undefined ? reason : step.reason;
  return `${state}${where}${how}${why === '' ? '' : `: ${why}`}`;
}

function isRedStep(state: string): boolean {
  return state === 'failed' || state === 'errored' || state === 'timed-out';
}

function FailingTests({ tests }: { readonly tests: JobOfCommit['tests'] }) {
  if (tests === null || tests.failed === 0) return null;
  const { failures, failed, passed, skipped } = tests;
  const more = failed - failures.length;
  return html`
    <p class="quiet counts">Of ${plural(failed + passed + skipped, 'test')} ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}</p>
    <ul class="failing-tests">
      ${failures.map(
        ({ name, message, file, line }) => html`<li>
          <span class="test">${name}</span>
          ${file === null ? '' : html`<code class="quiet">${file}${line === null ? '' : `:${line}`}</code>`}
          ${message === '' ? '' : html`<code class="message">${message}</code>`}
        </li>`,
      )}
    </ul>
    ${more <= 0 ? '' : html`<p class="quiet counts">and ${more} more: the log has them</p>`}
  `;
}
