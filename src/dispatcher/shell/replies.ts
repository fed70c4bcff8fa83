/**
 * Owns the words for what a request came to. Sentences for people end in a newline; the word that
 * classic peers compare stands alone, in the dialect that they expect.
 */

import type { Commit } from '../../protocol/ids.js';
import type { Reply } from '../core/events.js';
import { pausedNamed } from '../sentences.js';

/** `ok` is what a classic peer is told when all is well. */
export function wordsFor(reply: Reply, ok: 'OK' | 'ok'): string {
  return reply.kind === 'accepted' ? ok : `${sentence(reply)}\n`;
}

function sentence(reply: Exclude<Reply, { kind: 'accepted' }>): string {
  switch (reply.kind) {
    case 'done':
      return 'OK';
    case 'unknown-commit':
      return 'Unknown commit: this dispatcher has no memory of it; dispatch:<commit> hands it over';
    case 'unknown-job':
      return noSuchJob(reply.name, reply.names);
    case 'already-finished':
      return 'Nothing to cancel: it is finished';
    case 'not-finished':
      return 'Nothing to rerun: it is not finished';
    case 'nothing-on-branch':
      return `Nothing to cancel: no commit of the branch ${reply.branch} waits or runs`;
    case 'ambiguous-branch':
      return `Which one? cancel:<repository>:${reply.branch}, of ${reply.repositories.join(', ')}`;
    case 'no-observer':
      return 'No observer is connected';
    case 'not-paused':
      return `Nothing to resume: ${pausedNamed(reply.what)} is not paused`;
    case 'too-many-pauses':
      return `BUSY: ${reply.most} runners and repositories are paused`;
    case 'no-run-waits':
      return 'No run of that commit waits for a result';
    case 'too-many-classic-runners':
      return `BUSY: ${reply.most} classic runners are registered`;
  }
}

/** Why a question about the commit, or that one of its jobs, has no answer; null where it has one. */
export function whyNoJob(
  commit: Commit,
  name: string | null,
  names: readonly string[],
): string | null {
  if (names.length === 0) return `${commit} was never handed over, or is no longer kept.\n`;
  return name === null || names.includes(name) ? null : `${noSuchJob(name, names)}\n`;
}

function noSuchJob(name: string, names: readonly string[]): string {
  const jobs = names.length === 1 ? 'its only job is' : 'its jobs are';
  return `The commit has no job "${name}": ${jobs} ${[...new Set(names)].join(', ')}`;
}
