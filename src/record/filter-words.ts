/**
 * Owns a filter as a sentence: "only results and log; not runner b; without heartbeats". Pure.
 */

import { type Filter, isEverything } from './filter.js';

type Field = Filter['terms'][number]['field'];

/** In the order in which they are said. */
const fields: readonly Field[] = [
  ...(['kind', 'verb', 'process', 'runner', 'observer', 'from', 'to'] as const),
  ...(['connection', 'commit', 'run', 'job', 'text'] as const),
];

export function filterInWords(filter: Filter): string {
  if (isEverything(filter)) return 'everything';
  const said = fields.map((field) => wanted(field, valuesOf(filter, field, false)));
  const unsaid = fields.map((field) => unwanted(field, valuesOf(filter, field, true)));
  return [...said, ...unsaid].filter((part) => part !== '').join('; ');
}

function valuesOf({ terms }: Filter, field: Field, isExcluded: boolean): string[] {
  const ours = terms.filter((term) => term.field === field && term.isExcluded === isExcluded);
  return withHeartbeats(field, [...new Set(ours.map(({ value }) => value))]);
}

/** Both halves of a heartbeat have one name. */
function withHeartbeats(field: Field, values: string[]): string[] {
  if (field === 'kind') {
    return values.map((value) => (value === 'heartbeat' ? 'heartbeats' : value));
  }
  if (field !== 'verb' || !values.includes('ping') || !values.includes('pong')) return values;
  return [...values.filter((value) => value !== 'ping' && value !== 'pong'), 'heartbeats'];
}

function wanted(field: Field, values: readonly string[]): string {
  if (values.length === 0) return '';
  if (field === 'text') return `with ${listed(values.map(quoted), 'and')}`;
  if (field === 'verb' || field === 'kind') return `only ${listed(values, 'and')}`;
  return `only ${field} ${listed(values, 'or')}`;
}

function unwanted(field: Field, values: readonly string[]): string {
  if (values.length === 0) return '';
  if (field === 'text') return `without ${listed(values.map(quoted), 'or')}`;
  if (field === 'verb' || field === 'kind') return `without ${listed(values, 'and')}`;
  return `not ${field} ${listed(values, 'or')}`;
}

function quoted(text: string): string {
  return `“${text}”`;
}

function listed(words: readonly string[], last: 'and' | 'or'): string {
  const before = words.slice(0, -1);
  return before.length === 0 ? words.join() : `${before.join(', ')} ${last} ${words.at(-1)}`;
}
