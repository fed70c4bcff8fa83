/**
 * Owns one row of a log: its number, when it came, its text; or the heading of a fold. Numbers and times
 * are drawn by the style sheet from attributes: whoever selects and copies gets the text alone.
 */

import type { LogFold } from '../../../protocol/log-documents.js';
import { type Element, html } from '../html.js';
import type { ShownLine } from './log-source.js';
import type { Span } from './sgr.js';

export interface RowProps {
  readonly number: number;
  /** Undefined: it is not here yet. */
  readonly line: ShownLine | undefined;
  readonly isError: boolean;
  readonly isChosen: boolean;
  readonly isCurrent: boolean;
  readonly showsTimes: boolean;
  readonly query: string;
  readonly rawUrl: string;
}

/** Rows as they were drawn last: what is drawn the same is not looked at again. */
const drawn = new WeakMap<ShownLine, { readonly key: string; readonly row: Element }>();

export function rowOf(props: RowProps): Element {
  const { number, line, isError, isChosen, isCurrent, showsTimes, query } = props;
  if (line === undefined) return row(props);
  const key = `${number}${isError}${isChosen}${isCurrent}${showsTimes}${query}`;
  const last = drawn.get(line);
  if (last?.key === key) return last.row;
  const made = row(props);
  drawn.set(line, { key, row: made });
  return made;
}

function row({ number, line, showsTimes, query, rawUrl, ...flags }: RowProps): Element {
  const { isError, isChosen, isCurrent } = flags;
  const classes = [
    'row',
    ...(isError ? ['error'] : []),
    ...(isChosen ? ['chosen'] : []),
    ...(isCurrent ? ['current'] : []),
    ...(line === undefined ? ['absent'] : []),
  ];
  return html`<div key=${number} class=${classes.join(' ')} data-line=${number}>
    <${LineNumber} number=${number} />${
      showsTimes ? html`<span class="time" data-time=${timeOf(line?.atMs ?? null)}></span>` : null
    }<span class="text">${line === undefined ? null : texts(line.spans, query)}${
      line?.cutBytes == null
        ? null
        : html`<a class="cut-note" href=${rawUrl} download>… this line has ${line.cutBytes.toLocaleString('en-GB')} bytes: the raw log has them all</a>`
    }</span></div>`;
}

function LineNumber({ number }: { readonly number: number }) {
  return html`<a class="number" href=${`#L${number}`} data-number=${number} aria-label=${`Line ${number}`} tabindex="-1"></a>`;
}

export interface HeadingProps
  extends Pick<RowProps, 'number' | 'isError' | 'isChosen' | 'isCurrent'> {
  readonly fold: LogFold;
  readonly isOpen: boolean;
  readonly lines: number;
  readonly errors: number;
  readonly showsTimes: boolean;
  readonly toggle: () => void;
}

/** The line that begins a fold. */
export function heading(props: HeadingProps): Element {
  const { number, fold, isOpen, lines, errors, showsTimes, toggle, isChosen, isCurrent } = props;
  const classes = [
    'row',
    'fold-head',
    ...(fold.isDim ? ['dim'] : []),
    ...(errors > 0 ? ['failed'] : []),
  ];
  if (isChosen) classes.push('chosen');
  if (isCurrent) classes.push('current');
  return html`<div key=${number} class=${classes.join(' ')} data-line=${number}>
    <${LineNumber} number=${number} />${showsTimes ? html`<span class="time" data-time=""></span>` : null}<button
      type="button"
      class="fold-toggle"
      aria-expanded=${isOpen}
      onClick=${toggle}
    ><span class="arrow" aria-hidden="true"></span><span class="title">${fold.title || 'Untitled'}</span>${
      errors > 0 ? html`<span class="count failed">✕ ${errors}</span>` : null
    }<span class="count">${lines.toLocaleString('en-GB')} ${lines === 1 ? 'line' : 'lines'}</span></button></div>`;
}

/** The spans, with what was searched for marked in them. */
function texts(spans: readonly Span[], query: string): (Element | string)[] {
  if (query === '') return spans.map(({ text, classes }) => spanned(text, classes));
  const whole = spans.map(({ text }) => text).join('');
  const columns = columnsOf(whole, query);
  const parts: (Element | string)[] = [];
  let at = 0;
  for (const { text, classes } of spans) {
    let from = 0;
    for (const column of columns) {
      const begin = Math.max(column - at, from);
      const end = Math.min(column + query.length - at, text.length);
      if (end <= begin) continue;
      if (begin > from) parts.push(spanned(text.slice(from, begin), classes));
      parts.push(html`<mark class=${classes}>${text.slice(begin, end)}</mark>`);
      from = end;
    }
    if (from < text.length) parts.push(spanned(text.slice(from), classes));
    at += text.length;
  }
  return parts;
}

function spanned(text: string, classes: string): Element | string {
  return classes === '' ? text : html`<span class=${classes}>${text}</span>`;
}

/** As the server finds them (src/web/logs/search.ts). */
function columnsOf(text: string, query: string): number[] {
  const isExact = /[A-Z]/.test(query);
  const lowered = (all: string) => all.replace(/[A-Z]+/g, (some) => some.toLowerCase());
  const haystack = isExact ? text : lowered(text);
  const columns: number[] = [];
  for (
    let at = haystack.indexOf(query);
    at !== -1;
    at = haystack.indexOf(query, at + query.length)
  ) {
    columns.push(at);
  }
  return columns;
}

function timeOf(atMs: number | null): string {
  return atMs === null ? '' : new Date(atMs).toLocaleTimeString('en-GB');
}
