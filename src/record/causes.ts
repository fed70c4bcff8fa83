/**
 * Owns what led to what: the record that one answers, and the first that it led to. A row a verb and a
 * change; what is not here came of itself, as a commit or a death does. Pure.
 */

import type { Model } from './model.js';
import { dispatcher, type WireRecord } from './record.js';

/** What it answers, the newest of these, and what both must have in common. */
interface Answer {
  readonly to: readonly string[];
  readonly by: 'run' | 'commit' | 'peer';
}

const answers: Readonly<Record<string, Answer>> = {
  pong: { to: ['ping'], by: 'peer' },
  welcome: { to: ['joined', 'hello'], by: 'peer' },
  refused: { to: ['hello'], by: 'peer' },
  joined: { to: ['hello', 'register'], by: 'peer' },
  heard: { to: ['hello', 'pong'], by: 'peer' },
  reply: { to: ['dispatch', 'register', 'results', 'status', 'verdict', 'why'], by: 'peer' },
  accepted: { to: ['accepted', 'dispatch'], by: 'commit' },
  leased: { to: ['requeued', 'accepted', 'dispatch'], by: 'commit' },
  runtest: { to: ['leased'], by: 'run' },
  log: { to: ['log', 'step', 'runtest'], by: 'run' },
  step: { to: ['step', 'log', 'runtest'], by: 'run' },
  results: { to: ['log', 'step', 'runtest', 'leased'], by: 'run' },
  verdict: { to: ['results', 'lost'], by: 'run' },
  late: { to: ['results'], by: 'run' },
  recorded: { to: ['verdict', 'late', 'results'], by: 'run' },
  revoked: { to: ['late', 'results', 'hello'], by: 'run' },
  silent: { to: ['ping'], by: 'peer' },
  lost: { to: ['killed', 'silent', 'left'], by: 'peer' },
  left: { to: ['killed', 'draining'], by: 'peer' },
  requeued: { to: ['lost', 'handed-back'], by: 'commit' },
  thawed: { to: ['frozen'], by: 'peer' },
};

/** What lies further apart has nothing to do with each other. */
const searchedMost = 5_000;

/** The place of what it answers; null: it came of itself. */
export function causeOf(model: Model, index: number): number | null {
  const record = model.records[index];
  if (record === undefined) return null;
  if (record.kind === 'arrived' || record.kind === 'dropped') return model.indexOf(record.message);
  const answer = answers[wordOf(record)];
  if (answer === undefined) return null;
  for (let at = index - 1; at >= Math.max(0, index - searchedMost); at -= 1) {
    const before = model.records[at];
    if (before === undefined || !answer.to.includes(wordOf(before))) continue;
    // A change and the message that tells of it may share a word.
    const isSelf = record.kind === 'change' && before.kind === 'change';
    if (isSelf && wordOf(before) === wordOf(record)) continue;
    if (haveInCommon(before, record, answer.by)) return model.endOf(at) ?? at;
  }
  return null;
}

/** The place of the first that it led to. */
export function consequenceOf(model: Model, index: number): number | null {
  const end = model.endOf(index);
  if (end !== null) return end;
  const told = toldAt(model, index);
  if (told === undefined) return null;
  for (let at = index + 1; at < Math.min(model.records.length, index + searchedMost); at += 1) {
    // Nearly all are not even asked what they answer, for that looks back as far as this looks on.
    if (mayAnswer(model.records[at], told) && causeOf(model, at) === index) return at;
  }
  return null;
}

function mayAnswer(later: WireRecord | undefined, record: WireRecord): boolean {
  const answer = later === undefined ? undefined : answers[wordOf(later)];
  if (later === undefined || answer?.to.includes(wordOf(record)) !== true) return false;
  return haveInCommon(record, later, answer.by);
}

/** What an arrival leads to answers what arrived. */
function toldAt(model: Model, index: number): WireRecord | undefined {
  const record = model.records[index];
  if (record?.kind !== 'arrived' && record?.kind !== 'dropped') return record;
  const message = model.indexOf(record.message);
  return message === null ? undefined : model.records[message];
}

function wordOf(record: WireRecord): string {
  if (record.kind === 'message') return record.verb;
  return record.kind === 'change' ? record.what : record.kind;
}

function haveInCommon(one: WireRecord, other: WireRecord, by: Answer['by']): boolean {
  if (by === 'peer') return peerOf(one) !== '' && peerOf(one) === peerOf(other);
  const key = (record: WireRecord) =>
    record.kind === 'message' || record.kind === 'change' ? record[by] : undefined;
  return key(one) !== undefined && key(one) === key(other);
}

/** The one that is not the dispatcher. */
function peerOf(record: WireRecord): string {
  if (record.kind === 'change') return record.process;
  if (record.kind !== 'message') return '';
  return record.from === dispatcher ? record.to : record.from;
}
