/**
 * Owns the page of a log: whose it is, the other logs of its run, and the log itself. A run that goes on
 * and one that is over are one view.
 */

import { useEffect, useMemo } from 'preact/hooks';
import type { Documents, RunOfJob, State } from '../../../protocol/documents.js';
import { useDocument } from '../api.js';
import { html } from '../html.js';
import type { Happening } from '../live.js';
import { announced, Shown, useTitle } from '../page.js';
import { CommitLink, Sign, signs, Where } from '../parts.js';
import { links } from '../router.js';
import { LogSource } from './log-source.js';
import { Rows } from './rows.js';
import { Tools } from './tools.js';
import { Viewer } from './viewer.js';

export function Log({ log }: { readonly log: string }) {
  const [run = log] = log.split('.');
  const loaded = useDocument<'run'>(`/api/runs/${run}`, (happening) => endsRun(happening, run));
  useTitle('Log');
  return html`<${Shown} loaded=${loaded.value}>${(about: Documents['run']) =>
    html`<${OfCommit} log=${log} about=${about} />`}<//>`;
}

/** What happens to a run between its steps is told as well; its log is followed elsewhere. */
function endsRun({ kind, run }: Happening, of: string): boolean {
  return run === of && kind !== 'log';
}

function OfCommit({ log, about }: { readonly log: string; readonly about: Documents['run'] }) {
  const { run, commit } = about;
  const loaded = useDocument<'commit'>(`/api/commits/${commit}`, (happening) =>
    endsRun(happening, run),
  );
  const source = useMemo(() => new LogSource(log), [log]);
  const viewer = useMemo(() => new Viewer(source), [source]);
  useEffect(() => source.follow(), [source]);
  const document = loaded.value.kind === 'here' ? loaded.value.document : null;
  const job = document?.jobs.find((one) => one.job === about.job) ?? null;
  const attempt = job?.runs.find((one) => one.run === run) ?? null;
  const isKnown = loaded.value.kind !== 'asking' && source.outline.value !== null;
  useEffect(() => {
    if (isKnown) viewer.open(isRedLog(log, attempt));
  }, [isKnown, source]);
  useEffect(() => {
    const arrive = () => viewer.arrive();
    addEventListener('hashchange', arrive);
    return () => removeEventListener('hashchange', arrive);
  }, [viewer]);
  useEnd(viewer);
  const refusal = source.refusal.value;
  return html`<div class="log-page">
    <header class="log-head">
      <h1>${stateOf(log, attempt)}${titleOf(log, attempt, about)}</h1>
      <p class="quiet">
        <${CommitLink} commit=${commit} job=${about.name} />
        ${document === null ? '' : html` <span class="cut">${document.subject}</span> `}
        <${Where} repository=${about.repository} branch=${document?.branch ?? ''} />
        · run ${about.number} on <a href=${links.runner(about.runner)}>${about.runner}</a>
      </p>
      ${attempt === null || attempt.steps.length === 0 ? null : html`<${Steps} log=${log} attempt=${attempt} />`}
    </header>
    <${Tools} viewer=${viewer} />
    ${
      refusal !== null
        ? html`<p class="empty">${refusal.says}</p>`
        : source.outline.value?.total === 0
          ? html`<p class="empty">${source.outline.value.isOver ? 'It printed nothing' : 'Nothing is printed yet'}</p>`
          : html`<${Rows} viewer=${viewer} />`
    }
  </div>`;
}

/** The logs of a run: its own, and one a step. */
function Steps({ log, attempt }: { readonly log: string; readonly attempt: RunOfJob }) {
  return html`<nav class="log-steps" aria-label="Logs of this run">
    <a href=${links.log(attempt.run)} aria-current=${log === attempt.run ? 'page' : null}>the run</a>
    ${attempt.steps.map(({ number, name, state }) => {
      const of = `${attempt.run}.${number}`;
      return html`<a href=${links.log(of)} aria-current=${log === of ? 'page' : null}><${Sign} state=${state} /> ${name}</a>`;
    })}
  </nav>`;
}

/** Says how it ended when it does. */
function useEnd(viewer: Viewer): void {
  const outline = viewer.source.outline.value;
  const isOver = outline?.isOver ?? null;
  const before = useMemo(() => ({ isOver }), [viewer]);
  useEffect(() => {
    const [first] = outline?.errors ?? [];
    if (before.isOver === false && isOver === true) {
      const where = first === undefined ? '' : `, the first error is in line ${first}`;
      announced.value = `The log is over${where}`;
    }
    before.isOver = isOver;
  }, [isOver]);
}

function isRedLog(log: string, attempt: RunOfJob | null): boolean {
  if (attempt === null) return true;
  const [, step] = log.split('.');
  if (step === undefined) return !['passed', 'running', 'skipped'].includes(attempt.ending);
  const state = attempt.steps.find(({ number }) => String(number) === step)?.state ?? 'failed';
  return state === 'failed' || state === 'errored' || state === 'timed-out';
}

/** Its sign, where it has one. */
function stateOf(log: string, attempt: RunOfJob | null) {
  const [, step] = log.split('.');
  const found = attempt?.steps.find(({ number }) => String(number) === step);
  const state = states.find((one) => one === (found?.state ?? attempt?.ending));
  return state === undefined ? null : html`<${Sign} state=${state} /> `;
}

const states = Object.keys(signs) as State[];

function titleOf(log: string, attempt: RunOfJob | null, { name }: Documents['run']): string {
  const [, step] = log.split('.');
  const found = attempt?.steps.find(({ number }) => String(number) === step);
  return found === undefined
    ? step === undefined
      ? name
      : `${name}, step ${step}`
    : `${name}: ${found.name}`;
}
