/**
 * Owns the home page, which is also what hangs on a wall: what runs, what waits and why, what is new;
 * beside it what is red and since when, what is often red, what is flaky, and the runners. One screen.
 */

import type { Documents, RedBranch } from '../../protocol/documents.js';
import { useDocument } from './api.js';
import { CommitRow } from './commit-row.js';
import { Favicon } from './favicon.js';
import { type Element, html } from './html.js';
import { Running, Waiting } from './jobs-now.js';
import type { Happening } from './live.js';
import { useNow } from './now.js';
import { Shown, useTitle } from './page.js';
import { Ago, CommitLink, Empty, Section, Sign, Where } from './parts.js';
import { links } from './router.js';
import { duration, plural } from './words.js';

type Overview = Documents['overview'];

/** Logs grow all the time; nothing here tells of that. */
const concerns = ({ kind }: Happening) => kind !== 'log';

export function Home() {
  const loaded = useDocument<'overview'>('/api/overview', concerns);
  return html`<${Shown} loaded=${loaded.value}>${(overview: Overview) =>
    html`<${Screen} overview=${overview} />`}<//>`;
}

function Screen({ overview }: { readonly overview: Overview }) {
  const { running, waiting, newest, red, oftenRed, flaky, runners, counts, paused } = overview;
  const nowMs = useNow(running.length > 0);
  useTitle(titleOf(overview));
  const several = overview.repositories.length > 1;
  const notRunning = counts.waiting + counts.blocked;
  return html`
    <h1 class="unseen">Home</h1>
    <${Favicon} state=${red.length > 0 ? 'failed' : counts.running > 0 ? 'running' : 'passed'} />
    ${paused.map((what) => html`<p class="notice undone" key=${what}>${what} is paused</p>`)}
    <div class="home">
      <div class="column">
        <${Section} id="running" title="Running" count=${counts.running}>${
          running.length === 0
            ? html`<${Empty} says="Nothing runs." />`
            : html`<ul class="rows">${running.map((job) => html`<${Running} key=${job.run} job=${job} nowMs=${nowMs} />`)}</ul>`
        }<//>
        ${notRunning === 0 ? '' : html`<${WaitingSection} waiting=${waiting} count=${notRunning} nowMs=${nowMs} />`}
        <${Section} id="newest" title="Newest commits">${
          newest.length === 0
            ? html`<${Empty} says="No commit yet: start an observer on a clone, or type dispatch:<commit> at this port." />`
            : html`<ul class="rows">${newest.map((one) => html`<${CommitRow} key=${`${one.repository} ${one.commit}`} row=${one} nowMs=${nowMs} />`)}</ul>`
        }<//>
      </div>
      <aside class="column" aria-label="How things stand">
        <${Section} id="red" title="Red now" count=${red.length}>${
          red.length === 0
            ? html`<p class="all-green"><${Sign} state="passed" /> Every branch is green.</p>`
            : html`<ul class="rows">${red.map((one) => html`<${Red} key=${`${one.repository} ${one.branch}`} red=${one} nowMs=${nowMs} />`)}</ul>`
        }<//>
        ${oftenRed.length === 0 ? '' : html`<${OftenRed} rows=${oftenRed} several=${several} />`}
        ${flaky.length === 0 ? '' : html`<${Flaky} rows=${flaky} nowMs=${nowMs} />`}
        <${Section} id="runners" title="Runners" count=${runners.length}>${
          runners.length === 0
            ? html`<${Empty} says="None: start one with node test-runner.js <repo>." />`
            : html`<ul class="chips">${runners.map((runner) => html`<${RunnerChip} key=${runner.name} runner=${runner} />`)}</ul>`
        }<//>
      </aside>
    </div>
  `;
}

/** So many jobs that wait are shown: the page has one screen. */
const waitingShown = 6;

function WaitingSection({
  waiting,
  count,
  nowMs,
}: {
  readonly waiting: Overview['waiting'];
  readonly count: number;
  readonly nowMs: number;
}): Element {
  const shown = waiting.slice(0, waitingShown);
  const more = count - shown.length;
  return html`<${Section} id="waiting" title="Waiting" count=${count}>
    <ul class="rows">${shown.map((job) => html`<${Waiting} key=${job.job} job=${job} nowMs=${nowMs} />`)}</ul>
    ${more > 0 ? html`<p class="more"><a href=${links.queue}>and ${more} more</a></p>` : ''}
  <//>`;
}

function titleOf({ red, counts }: Overview): string {
  if (red.length > 0) return `✕ ${red.length} red`;
  return counts.running > 0 ? `▶ ${counts.running} running` : '✓ all green';
}

/** A branch that is red, since when, and the way to the failing line. */
function Red({ red, nowMs }: { readonly red: RedBranch; readonly nowMs: number }): Element {
  const { repository, branch, newest, since, count, isMore } = red;
  const inRow = count > 1 ? `, ${count}${isMore ? ' or more' : ''} in a row` : '';
  return html`<li class="red">
    <a class="to-failure" href=${links.failing(newest.commit)} title="Open the log at the failing line"><${Sign} state=${newest.state} /></a>
    <span class="stack">
      <${Where} repository=${repository} branch=${branch} />
      <span class="cut">since <${CommitLink} commit=${since.commit} /> ${since.subject}</span>
    </span>
    <span class="aside"><span class="quiet">${duration(nowMs - since.atMs)}${inRow}</span></span>
  </li>`;
}

function OftenRed({
  rows,
  several,
}: {
  readonly rows: Overview['oftenRed'];
  readonly several: boolean;
}): Element {
  return html`<${Section} id="often" title="Often red"><ul class="rows">${rows.map(
    ({ repository, name, red, of }) => html`<li key=${`${repository} ${name}`}>
        <span class="cut">${several && repository !== null ? `${repository} · ` : ''}${name}</span>
        <span class="aside quiet">${red} of the last ${of}</span>
      </li>`,
  )}</ul><//>`;
}

function Flaky({
  rows,
  nowMs,
}: {
  readonly rows: Overview['flaky'];
  readonly nowMs: number;
}): Element {
  return html`<${Section} id="flaky" title="Flaky tests"><ul class="rows">${rows.map(
    ({ name, test, times, lastCommit, lastAtMs }) => html`<li key=${`${name} ${test}`}>
        <span class="stack">
          <span class="cut" title=${test}>${test}</span>
          <span class="quiet">${plural(times, 'time')}, last at <${CommitLink} commit=${lastCommit} /></span>
        </span>
        <span class="aside"><${Ago} atMs=${lastAtMs} nowMs=${nowMs} /></span>
      </li>`,
  )}</ul><//>`;
}

function RunnerChip({
  runner: { name, state, running, capacity },
}: {
  readonly runner: Overview['runners'][number];
}): Element {
  const load = capacity > 1 ? ` ${running.length}/${capacity}` : '';
  return html`<li><a class="chip ${state}" href=${links.runner(name)}>
    <span class="shape" aria-hidden="true"></span>${name} <span class="quiet">${state}${load}</span>
  </a></li>`;
}
