/**
 * Owns the way from a red commit to the log of what failed first: one click, from wherever it is shown.
 */

import { useEffect } from 'preact/hooks';
import type { Documents, JobOfCommit } from '../../protocol/documents.js';
import { useDocument } from './api.js';
import { html } from './html.js';
import { Shown, useTitle } from './page.js';
import { isRed } from './parts.js';
import { links, replace } from './router.js';

/** The log to look at: of the step that failed, or of the job's last run. Null: it had no run. */
export function failingLog({ runs }: Pick<JobOfCommit, 'runs'>): string | null {
  const last = runs.at(-1);
  if (last === undefined) return null;
  const step = last.steps.find(
    ({ state, isIgnored }) => !isIgnored && ['failed', 'errored', 'timed-out'].includes(state),
  );
  return step === undefined ? last.run : `${last.run}.${step.number}`;
}

/** `name`: of the job; null: the first that is red. */
export function Failing({
  commit,
  name,
}: {
  readonly commit: string;
  readonly name: string | null;
}) {
  useTitle('Failing');
  const loaded = useDocument<'commit'>(`/api/commits/${commit}`, () => false);
  return html`<${Shown} loaded=${loaded.value}>${(document: Documents['commit']) =>
    html`<${Onwards} document=${document} name=${name} />`}<//>`;
}

function Onwards({
  document: { commit, jobs },
  name,
}: {
  readonly document: Documents['commit'];
  readonly name: string | null;
}) {
  useEffect(() => {
    const job = jobs.find((one) => (name === null ? isRed(one.state) : one.name === name));
    const log = job === undefined ? null : failingLog(job);
    replace(log === null ? links.commit(commit) : links.log(log));
  }, []);
  return html`<p class="empty" aria-busy="true">…</p>`;
}
