/**
 * Owns the language by which people choose records: `verb:results -runner:b kind:lost basket`. Several values
 * of one field are alternatives, several fields must all hold, a minus excludes, and a bare word is looked for
 * in all that a record says. Pure. Invariant: a filter without terms keeps everything.
 */

import { verbs } from './grammar.js';
import { changes, type WireMessage, type WireRecord } from './record.js';

/** What can be asked, and what it asks for, for those who get it wrong. */
export const filterFields = {
  verb: 'a verb of the protocol',
  kind: 'what a record is: message, heartbeat, arrived, dropped, change, or a change as lost',
  process: 'the name of a process, at either end',
  runner: 'the name of a runner',
  observer: 'the name of an observer',
  from: 'who says it',
  to: 'who hears it',
  connection: 'a connection',
  commit: 'a commit, or its beginning',
  run: 'a run, or its number',
  job: 'a job',
} as const;

type Field = keyof typeof filterFields | 'text';

interface Term {
  readonly field: Field;
  readonly value: string;
  readonly isExcluded: boolean;
}

export interface Filter {
  readonly terms: readonly Term[];
}

export const everything: Filter = { terms: [] };

const kinds = ['message', 'heartbeat', 'arrived', 'dropped', 'change', ...changes] as const;

/** What somebody typed; `says` tells what is wrong with it. */
export function parseFilter(
  typed: string,
): { readonly filter: Filter } | { readonly says: string } {
  const terms: Term[] = [];
  for (const [word] of typed.matchAll(/(?:[^\s"]|"[^"]*(?:"|$))+/g)) {
    const term = termOf(word);
    if ('says' in term) return term;
    if (term.value !== '') terms.push(term);
  }
  return { filter: { terms } };
}

function termOf(word: string): Term | { readonly says: string } {
  const isExcluded = word.startsWith('-') && word.length > 1;
  const rest = isExcluded ? word.slice(1) : word;
  const [, name, written = ''] = /^([A-Za-z][\w-]*):(.*)$/s.exec(rest) ?? [];
  const value = (name === undefined ? rest : written).replaceAll('"', '');
  if (name === undefined) return { field: 'text', value, isExcluded };
  if (!isField(name)) return { says: noField(name) };
  if (value === '') return { says: `"${name}:" wants ${filterFields[name]} behind it` };
  if (name === 'kind' && !kinds.some((kind) => kind === value)) {
    return { says: `"${value}" is no kind of record: kinds are ${kinds.join(', ')}` };
  }
  if (name === 'verb' && !verbs.includes(value)) return { says: noVerb(value) };
  return { field: name, value, isExcluded };
}

function isField(name: string): name is keyof typeof filterFields {
  return Object.hasOwn(filterFields, name);
}

function noField(name: string): string {
  const names = Object.keys(filterFields);
  const near = nearest(name, names);
  const hint = near === undefined ? '' : ` (did you mean "${near}:"?)`;
  return `"${name}" is no field${hint}: fields are ${names.join(', ')}; text with a colon is put in quotes`;
}

function noVerb(value: string): string {
  const near = nearest(value, verbs);
  const hint = near === undefined ? '' : ` (did you mean "verb:${near}"?)`;
  return `"${value}" is no verb${hint}: verbs are ${verbs.join(', ')}`;
}

/** Letters that two words begin with, when one may be meant by the other. */
const sharedMin = 3;

function nearest(typed: string, words: readonly string[]): string | undefined {
  const inside = words.find((word) => word.startsWith(typed) || typed.startsWith(word));
  return inside ?? words.find((word) => word.startsWith(typed.slice(0, sharedMin)));
}

/** Whether it has no wish. */
export function isEverything({ terms }: Filter): boolean {
  return terms.length === 0;
}

/** Whether somebody asks for this, as for heartbeats that else would be folded. */
export function asksFor(filter: Filter, field: Field, ...values: string[]): boolean {
  return filter.terms.some(
    (term) => term.field === field && !term.isExcluded && values.includes(term.value),
  );
}

/**
 * Whether a record is wanted. `message` is the one that it tells of, where it is an arrival or a drop: it
 * has its verb and its ends from it.
 */
export function keeps({ terms }: Filter, record: WireRecord, message?: WireMessage): boolean {
  const held = new Set<Field>();
  const wanted = new Set<Field>();
  for (const term of terms) {
    const isIt = matches(term, record, message);
    if (term.isExcluded) {
      if (isIt) return false;
    } else if (term.field === 'text') {
      if (!isIt) return false;
    } else {
      wanted.add(term.field);
      if (isIt) held.add(term.field);
    }
  }
  return held.size === wanted.size;
}

function matches({ field, value }: Term, record: WireRecord, message?: WireMessage): boolean {
  const told = record.kind === 'message' || record.kind === 'change' ? record : message;
  switch (field) {
    case 'kind':
      return kindsOf(record, message).includes(value);
    case 'text':
      return textOf(record, told).includes(value.toLowerCase());
    case 'commit':
      return told?.commit?.startsWith(value.toLowerCase()) === true;
    case 'run':
      return told?.run === value || told?.run?.endsWith(`-${value}`) === true;
    case 'job':
      return told?.kind === 'change' && told.job === value;
    case 'process':
    case 'runner':
    case 'observer':
      return told?.kind === 'change'
        ? told.process === value
        : told?.from === value || told?.to === value;
    default:
      return told?.kind === 'message' && told[field] === value;
  }
}

function kindsOf(record: WireRecord, message?: WireMessage): string[] {
  if (record.kind === 'change') return ['change', record.what];
  const told = record.kind === 'message' ? record : message;
  const isBeat = told !== undefined && isHeartbeat(told);
  return isBeat ? [record.kind, 'heartbeat'] : [record.kind];
}

export function isHeartbeat({ verb }: WireMessage): boolean {
  return verb === 'ping' || verb === 'pong';
}

function textOf(record: WireRecord, told: WireRecord | undefined): string {
  const says = record.kind === 'dropped' ? record.says : '';
  return `${says}\n${told === undefined ? '' : Object.values(told).join('\n')}`.toLowerCase();
}
