/**
 * Owns the lines of `trivet watch` where no terminal is: one for each thing that happens, in words, or as
 * the dispatcher sent it.
 */

import type { SessionMessage } from '../../protocol/messages.js';
import { harmless } from '../../world/harmless.js';
import { short } from '../shown/words.js';

export type Happening = Extract<SessionMessage, { verb: 'entry' | 'event' }>;

/** How logs grow, and what crosses the wire, is not told. */
const tooMuch = ['log', 'message'];

/** Null: that is nothing for people. */
export function told(happening: Happening): string | null {
  const { body, verb } = happening;
  if (tooMuch.includes(body.kind)) return null;
  const at = new Date(body.atMs).toTimeString().slice(0, 8);
  const text = (field: string) => (typeof body[field] === 'string' ? body[field] : '');
  if (verb === 'event') {
    if (body.kind === 'told') return line(at, [text('msg')]);
    const about = [short(text('commit')), body.kind, text('role'), text('name')];
    return line(at, [...about, text('what'), text('state')]);
  }
  const { commit, name } = happening.body;
  const which = name === 'default' ? short(commit) : `${short(commit)}:${name}`;
  const subject = text('subject') === '' ? '' : `"${text('subject')}"`;
  const what = [
    text('verdict') || body.kind,
    text('branch'),
    subject,
    text('runner'),
    text('reason'),
  ];
  return line(at, [which, ...what]);
}

function line(at: string, words: readonly string[]): string {
  return harmless([at, ...words.filter((word) => word !== '')].join(' '));
}
