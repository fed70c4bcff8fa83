/**
 * Owns the page of one commit: what failed and where, what ran when, what needs what, and each of its jobs.
 */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Documents, State } from '../../protocol/documents.js';
import { useDocument } from './api.js';
import { Failures } from './commit/failures.js';
import { JobGraph } from './commit/graph.js';
import { cancelOf, JobCard, rerunOf } from './commit/job-card.js';
import { Waterfall } from './commit/waterfall.js';
import { wasRunAgain } from './commit/waterfall-rows.js';
import { failingLog } from './failing.js';
import { Favicon } from './favicon.js';
import { html } from './html.js';
import { useKeys } from './keys.js';
import type { Happening } from './live.js';
import { useNow } from './now.js';
import { announced, Shown, useTitle } from './page.js';
import { Ago, Badge, isRed, signs, Where } from './parts.js';
import { go, links } from './router.js';
import { WishButton, wish } from './wish.js';
import { duration, short } from './words.js';

type CommitDocument = Documents['commit'];

/** `commit`: its id, or the beginning of it. */
export function Commit({ commit }: { readonly commit: string }) {
  const waits = useRef(false);
  const concerns = (happening: Happening) => {
    if (happening.kind === 'log' || happening.kind === 'message') return false;
    if (happening.commit?.startsWith(commit) === true) return true;
    // Why it waits may be for others to say: runners that come and go, commits before it.
    return waits.current && happening.kind !== 'step';
  };
  const loaded = useDocument<'commit'>(`/api/commits/${commit}`, concerns);
  return html`<${Shown} loaded=${loaded.value}>${(document: CommitDocument) => {
    waits.current = document.jobs.some(({ state }) => state === 'waiting' || state === 'blocked');
    return html`<${Screen} document=${document} />`;
  }}<//>`;
}

function Screen({ document }: { readonly document: CommitDocument }) {
  const { commit, state, subject, jobs, finishedAtMs } = document;
  const nowMs = useNow(finishedAtMs === null);
  const named = subject === '' ? short(commit) : subject;
  useTitle(`${signs[state]} ${named}`);
  useSaidAloud(commit, state);
  const meant = useMeant(jobs);
  useKeys([
    {
      key: 'l',
      does: 'open the log of what failed, or of what ran last',
      call: () => openLog(document),
    },
    {
      key: 'R',
      does: 'run all its jobs again',
      call: () => void wish(rerunOf(commit)),
    },
  ]);
  return html`
    <${Favicon} state=${isRed(state) ? 'failed' : finishedAtMs === null ? 'running' : 'passed'} />
    <${Heading} document=${document} nowMs=${nowMs} />
    <${Failures} jobs=${jobs} />
    <${Waterfall} document=${document} nowMs=${nowMs} />
    <${JobGraph} jobs=${jobs} />
    <h2 class="of-jobs">${jobs.length === 1 ? 'Attempts and story' : 'Jobs'}</h2>
    <div class="job-cards">
      ${jobs.map(
        (job) =>
          html`<${JobCard} key=${job.job} job=${job} commit=${commit} isAlone=${jobs.length === 1} isMeant=${meant === job.job} nowMs=${nowMs} />`,
      )}
    </div>
  `;
}

function Heading({
  document,
  nowMs,
}: {
  readonly document: CommitDocument;
  readonly nowMs: number;
}) {
  const { commit, state, subject, branch, author, jobs, atMs, finishedAtMs } = document;
  const [first] = jobs;
  const others = [...new Set(jobs.flatMap(({ alsoOn }) => alsoOn))];
  return html`<header class="commit-heading">
    <div class="stack">
      <h1><${Badge} state=${state} /> <span>${subject === '' ? 'no subject' : subject}</span></h1>
      <p class="quiet facts">
        <code title=${commit}>${short(commit)}</code>
        <${Where} repository=${first?.repository ?? null} branch=${branch} />
        ${others.length === 0 ? '' : html`<span>also on ${others.join(', ')}</span>`}
        ${author === '' ? '' : html`<span>${author}</span>`}
        <${Ago} atMs=${atMs} nowMs=${nowMs} />
        <span>${howLong(document, nowMs)}</span>
      </p>
    </div>
    <div class="wishes">
      ${jobs.some((job) => job.finishedAtMs !== null) ? html`<${WishButton} ...${rerunOf(commit)} does=${jobs.length === 1 ? 'Run again' : 'Run all again'} />` : ''}
      ${finishedAtMs === null ? html`<${WishButton} ...${cancelOf(commit)} does="Cancel" />` : ''}
    </div>
  </header>`;
}

/** From push to verdict; of what was run again the waterfall tells more than one number. */
function howLong({ jobs, atMs, finishedAtMs }: CommitDocument, nowMs: number): string {
  if (wasRunAgain(jobs)) return 'run again since';
  return finishedAtMs === null
    ? `for ${duration(nowMs - atMs)}`
    : `took ${duration(finishedAtMs - atMs)}`;
}

function openLog({ jobs }: CommitDocument): void {
  const job =
    jobs.find(({ state }) => isRed(state)) ?? jobs.findLast(({ runs }) => runs.length > 0);
  const log = job === undefined ? null : failingLog(job);
  if (log !== null) go(links.log(log));
}

/** What came of it while one looked. */
function useSaidAloud(commit: string, state: State): void {
  const before = useRef(state);
  useEffect(() => {
    if (before.current !== state) announced.value = `${short(commit)}: ${state}`;
    before.current = state;
  }, [state]);
}

/** The job that the address names, which is moved into sight once. */
function useMeant(jobs: CommitDocument['jobs']): number | null {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const read = () => setHash(location.hash);
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  const named = jobs.find(({ name }) => hash === `#${encodeURIComponent(name)}`);
  useEffect(() => {
    if (named !== undefined) globalThis.document.getElementById(`card-job-${named.job}`)?.focus();
  }, [hash]);
  return named?.job ?? null;
}
