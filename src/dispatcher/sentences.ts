/**
 * Owns the words for a journal entry as `why` tells it, and for a verdict as the story tells it too.
 */

import { defaultJobName, type Pausable, short } from '../protocol/ids.js';
import type { StepReport } from '../protocol/work.js';
import type { Job } from './core/job.js';
import type { Conclusion, Entry } from './core/journal.js';

/** One entry as a sentence of the job's story. */
export function sentence(entry: Entry): string {
  switch (entry.kind) {
    case 'accepted': {
      const branch = entry.branch === '' ? '' : ` on ${entry.branch}`;
      const subject = entry.subject === '' ? '' : ` "${entry.subject}"`;
      const author = entry.author === '' ? '' : ` by ${entry.author}`;
      const what = `${short(entry.commit)}${subject}${author}${branch}`;
      const repository = entry.repository ?? 'an unnamed repository';
      const needs = entry.needs.length === 0 ? '' : ` It needs ${entry.needs.join(', ')}.`;
      const name = entry.name === defaultJobName ? '' : `Job ${entry.name} of `;
      return `${name}${what} of ${repository} was handed over by ${entry.by}.${needs}`;
    }
    case 'known-on':
      return entry.again
        ? `Branch ${entry.branch} came back to it.`
        : `It was handed over on ${entry.branch} too.`;
    case 'unblocked':
      return 'All that it needs has ended as it wants.';
    case 'leased':
      return `Run ${entry.number} began on runner ${entry.runner}.`;
    case 'resumed':
      return `Runner ${entry.runner} came back with its run, which goes on.`;
    case 'lost':
      if (entry.confirmed === false) {
        return `The run never came to runner ${entry.runner}, which ${entry.reason}.`;
      }
      return `The run was lost: runner ${entry.runner} ${entry.reason}.`;
    case 'handed-back': {
      const why = entry.detail || 'no word why';
      return `Runner ${entry.runner} handed it back (${entry.reason}): ${why}.`;
    }
    case 'cancel-asked':
      return entry.supersededBy === undefined
        ? 'It was asked to be cancelled.'
        : `It was asked to end: ${short(entry.supersededBy)} came after it on its branch.`;
    case 'rerun-asked':
      return 'It was asked to be tested again.';
    case 'retried':
      return `${ending(entry)}.${counts(entry)} It is run once more: they may be flaky.`;
    case 'finished':
      return `${ending(entry)}.${counts(entry)}`;
  }
}

/** `1a2b3c4`, or `1a2b3c4:lint`, as it may be typed. */
export function jobNamed({ commit, name }: Pick<Job, 'commit' | 'name'>): string {
  return name === defaultJobName ? short(commit) : `${short(commit)}:${name}`;
}

/** `everything`, `the repository shop`, `the runner anna`. */
export function pausedNamed(what: Pausable): string {
  if (what === 'all') return 'everything';
  const [kind, ...name] = what.split(':');
  return `the ${kind} ${name.join(':')}`;
}

/** `passed after 1.2 s`, `failed after 3.4 s with exit code 1: …` */
export function ending(entry: Conclusion): string {
  const { verdict: word, durationMs, exitCode, signal, reason } = entry;
  const took = durationMs > 0 ? ` after ${seconds(durationMs)}` : '';
  const code = exitCode !== null && exitCode !== 0 ? ` with exit code ${exitCode}` : '';
  const ended = signal === null ? '' : ` by ${signal}`;
  return `${word}${took}${code}${ended}${reason === '' ? '' : `: ${reason}`}`;
}

/** ` Of 120 tests 2 failed.` */
function counts({ tests }: Conclusion): string {
  if (tests === undefined) return '';
  const { passed, failed, skipped } = tests;
  const all = passed + failed + skipped;
  return ` Of ${all === 1 ? '1 test' : `${all} tests`} ${failed === 0 ? 'none' : failed} failed.`;
}

/** `test: passed after 1.2 s`, `lint: failed after 3.4 s with exit code 1, which does not count`. */
export function stepEnding({ name, state, exitCode, durationMs, reason, isIgnored }: StepReport) {
  const took = durationMs === null ? '' : ` after ${seconds(durationMs)}`;
  const code = exitCode !== null && exitCode !== 0 ? ` with exit code ${exitCode}` : '';
  const count = isIgnored ? ', which does not count' : '';
  return `${name}: ${state}${took}${code}${count}${reason === '' ? '' : `: ${reason}`}`;
}

/** `1.2 s`, `3 min`. */
export function seconds(durationMs: number): string {
  const inSeconds = durationMs / 1_000;
  return inSeconds < 100 ? `${inSeconds.toFixed(1)} s` : `${Math.round(inSeconds / 60)} min`;
}
