/**
 * Owns the line of commits: of all repositories, of one, or of a branch of it; with how long the last ones
 * took, the branches, and the badge to copy.
 */

import { useState } from 'preact/hooks';
import type { CommitInLine, Documents } from '../../protocol/documents.js';
import { useDocument } from './api.js';
import { CommitRow } from './commit-row.js';
import { DurationPlot } from './duration-plot.js';
import { type Element, html } from './html.js';
import type { Happening } from './live.js';
import { useNow } from './now.js';
import { Shown, useTitle } from './page.js';
import { Ago, Empty, Section, Sign } from './parts.js';
import { links } from './router.js';

type Line = Documents['commits'];

interface Of {
  readonly repository: string | null;
  readonly branch: string | null;
}

export function Commits({ repository, branch }: Of) {
  useTitle(repository === null ? 'Commits' : [repository, branch].filter(Boolean).join(' · '));
  const query = new URLSearchParams();
  if (repository !== null) query.set('repository', repository);
  if (branch !== null) query.set('branch', branch);
  const address = query.size === 0 ? '/api/commits' : `/api/commits?${query}`;
  const concerns = (happening: Happening) =>
    happening.commit !== undefined &&
    happening.kind !== 'log' &&
    happening.kind !== 'step' &&
    (repository === null || happening.repository === repository);
  const loaded = useDocument<'commits'>(address, concerns);
  return html`
    <h1>${
      repository === null
        ? 'Commits'
        : html`<a href=${links.repository(repository)}>${repository}</a>${branch === null ? '' : html` <span class="quiet">·</span> ${branch}`}`
    }</h1>
    <div class=${repository === null ? '' : 'home'}>
      <div class="column">
        <${Shown} loaded=${loaded.value}>${(line: Line) =>
          html`<${List} line=${line} address=${address} isAmongOwn=${branch !== null} />`}<//>
      </div>
      ${
        repository === null
          ? ''
          : html`<aside class="column" aria-label="The repository">
              <${Branches} repository=${repository} branch=${branch} />
              <${BadgeToCopy} repository=${repository} branch=${branch} />
            </aside>`
      }
    </div>
  `;
}

function List({
  line,
  address,
  isAmongOwn,
}: {
  readonly line: Line;
  readonly address: string;
  readonly isAmongOwn: boolean;
}) {
  const [older, setOlder] = useState<Line | null>(null);
  const nowMs = useNow(false);
  const next = older === null ? line.next : older.next;
  const all = [...line.commits, ...(older?.commits ?? []).filter((one) => isNew(one, line))];
  const more = async () => {
    const separator = address.includes('?') ? '&' : '?';
    const response = await fetch(`${address}${separator}before=${next}`);
    if (!response.ok) return;
    const page: Line = await response.json();
    setOlder({ commits: [...(older?.commits ?? []), ...page.commits], next: page.next });
  };
  if (all.length === 0) return html`<${Empty} says="No commit yet." />`;
  return html`
    <section class="card plot" aria-label="From push to verdict"><${DurationPlot} commits=${line.commits} /></section>
    <section class="card" aria-label="Commits">
      <ul class="rows">${all.map((one) => html`<${CommitRow} key=${`${one.repository} ${one.commit}`} row=${one} nowMs=${nowMs} isAmongOwn=${isAmongOwn} />`)}</ul>
      ${next === null ? '' : html`<p class="more"><button type="button" onClick=${more}>Older commits</button></p>`}
    </section>
  `;
}

/** The first page may have grown over the second since that was asked for. */
function isNew(one: CommitInLine, line: Line): boolean {
  return !line.commits.some(
    ({ commit, repository }) => commit === one.commit && repository === one.repository,
  );
}

function Branches({
  repository,
  branch,
}: {
  readonly repository: string;
  readonly branch: string | null;
}) {
  const loaded = useDocument<'branches'>(
    `/api/repositories/${encodeURIComponent(repository)}/branches`,
    (happening) =>
      happening.repository === repository && happening.kind !== 'log' && happening.kind !== 'step',
  );
  const nowMs = useNow(false);
  const row = ({
    branch: name,
    newest,
    atMs,
  }: Documents['branches']['branches'][number]): Element =>
    html`<li key=${name}>
      <${Sign} state=${newest.state} />
      <a class="cut" href=${links.branch(repository, name)} aria-current=${name === branch ? 'page' : null}>${name}</a>
      <span class="aside"><${Ago} atMs=${atMs} nowMs=${nowMs} /></span>
    </li>`;
  return html`<${Section} id="branches" title="Branches">
    <${Shown} loaded=${loaded.value}>${(document: Documents['branches']) =>
      html`<ul class="rows">${document.branches.map(row)}</ul>`}<//>
  <//>`;
}

function BadgeToCopy({
  repository,
  branch,
}: {
  readonly repository: string;
  readonly branch: string | null;
}) {
  const [isCopied, setIsCopied] = useState(false);
  const query = branch === null ? '' : `?branch=${encodeURIComponent(branch)}`;
  const image = `/badge/${encodeURIComponent(repository)}.svg${query}`;
  const text = `[![Trivet](${location.origin}${image})](${location.href})`;
  const copy = async () => {
    await navigator.clipboard?.writeText(text);
    setIsCopied(true);
  };
  return html`<${Section} id="badge" title="Badge">
    <p class="badge-shown"><img src=${image} alt=${`How ${repository} stands, as a badge`} height="20" /></p>
    <label class="unseen" for="badge-text">Markdown of the badge</label>
    <input class="badge-text" id="badge-text" readonly value=${text} onFocus=${(
      event: FocusEvent,
    ) => (event.target as HTMLInputElement).select()} />
    <button type="button" onClick=${copy}>${isCopied ? 'Copied' : 'Copy'}</button>
  <//>`;
}
