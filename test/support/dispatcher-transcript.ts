/**
 * Owns the words of a transcript: what left the dispatcher's core, a line each, as tests assert it.
 */

import type { Notice, Send } from '../../src/dispatcher/core/events.js';
import type { Entry } from '../../src/dispatcher/core/journal.js';
import { wordsFor } from '../../src/dispatcher/shell/replies.js';
import { type Commit, defaultJobName, type LogId } from '../../src/protocol/ids.js';

export function isPing(send: Send): boolean {
  if (send.kind === 'send') return send.message.verb === 'ping';
  return send.kind === 'ask' && send.request.verb === 'ping';
}

export function tellEntry(entry: Entry): string {
  const job = `job ${entry.job}`;
  switch (entry.kind) {
    case 'accepted':
      return `${job} accepted: ${brief(entry.commit)}${named(entry)} of ${entry.repository ?? 'any repository'}`;
    case 'known-on':
      return `${job} known on ${entry.branch}`;
    case 'unblocked':
      return `${job} unblocked`;
    case 'leased':
      return `${job} leased: run ${spell(entry.run)}, number ${entry.number}, ${entry.runner}`;
    case 'resumed':
      return `${job} resumed: run ${spell(entry.run)}, ${entry.runner}`;
    case 'lost':
      return `${job} ${(entry.confirmed ?? true) ? 'lost' : 'unconfirmed'}: ${entry.runner} ${entry.reason}`;
    case 'handed-back':
      return `${job} handed back: ${entry.runner}, ${entry.reason}`;
    case 'retried':
      return `${job} retried: ${entry.runner} failed by ${entry.tests.failed} tests`;
    case 'cancel-asked':
    case 'rerun-asked':
      return `${job} ${entry.kind}`;
    case 'finished':
      return `${job} ${entry.verdict}${entry.reason === '' ? '' : `: ${entry.reason}`}`;
  }
}

/** One message; `name` is who gets it. */
export function tellSend(send: Send, name: string): string {
  switch (send.kind) {
    case 'reply':
      return `→ asker: ${wordsFor(send.reply, 'OK').trim()}`;
    case 'hang-up':
      return `→ ${name}: hangs up, ${send.says}`;
    case 'ask':
      return `→ ${name}: ${send.request.verb}${'commit' in send.request ? ` ${brief(send.request.commit)}` : ''}`;
    case 'send': {
      const { message } = send;
      const log = 'log' in message ? message.log : 'run' in message ? message.run : null;
      const about = log === null ? '' : ` run ${spell(log)}`;
      const what = 'commit' in message ? ` ${brief(message.commit)}` : '';
      return `→ ${name}: ${message.verb}${what}${about}`;
    }
  }
}

export function tellNotice(notice: Exclude<Notice, { kind: 'registered' | 'forgotten' }>): string {
  switch (notice.kind) {
    case 'joined':
      return `(${notice.classic ? 'classic ' : ''}${notice.role} ${notice.name} joined)`;
    case 'left': {
      const runs = notice.runs === 0 ? '' : ` with ${notice.runs} in hand`;
      return `(${notice.role} ${notice.name} left${runs}: ${notice.reason})`;
    }
    case 'offers':
      return `(runner ${notice.name} offers ${notice.offer.capacity} [${notice.offer.labels}])`;
    case 'untested':
      return `(no runner tests ${notice.repository}, but ${notice.tested})`;
    case 'unwanted':
      return `(nobody has work of ${notice.repository}, but of ${notice.watched})`;
    case 'lacking':
      return `(${notice.name} handed over what is not here)`;
    case 'paused':
    case 'unpaused':
      return `(${notice.kind} ${notice.what})`;
    case 'stalled':
      return `(the dispatcher stood still for ${notice.forMs} ms)`;
    case 'known':
      return `(${brief(notice.commit)} is known)`;
    case 'late':
      return `(run ${spell(notice.run)} was late)`;
  }
}

function named({ name }: { readonly name: string }): string {
  return name === defaultJobName ? '' : `:${name}`;
}

/** `c10` for the tenth commit. */
function brief(of: Commit): string {
  return `c${Number.parseInt(of, 16)}`;
}

/** `1-3` for the third run of the first dispatcher. */
function spell(run: LogId): string {
  return run.replace(/^0+/, '');
}
