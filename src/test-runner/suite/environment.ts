/**
 * Owns what a suite's environment holds. Ours minus what is not its business: our own settings
 * (the token among them) and git variables that would redirect its git calls to another place.
 */

import { type Traced, traceParentOf } from '../../world/trace.js';
import type { Run } from '../core/events.js';

export interface RunnerNames {
  readonly runner: string;
  readonly repository: string;
  /** Marks all suites of this runner's process, see guard.ts. */
  readonly guard: string;
}

/** What of ours every suite gets. To be asked once: it takes a while. */
export function inherited(ours: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(ours).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !notInherited.test(entry[0]),
  );
  return Object.fromEntries(kept);
}

/**
 * Of our own trace, should we be in one: what we test is not a part of that. Nor where systemd lays what
 * our service alone may read, the token among it.
 */
const notInherited =
  /^(?:(?:TRIVET|GIT|CI_COMMIT)_.*|TRACEPARENT|TRACESTATE|BAGGAGE|CREDENTIALS_DIRECTORY)$/;

/** The environment of a run's suite. */
export function suiteEnvironment(
  kept: Readonly<Record<string, string>>,
  whole: Run,
  { runner, repository, guard }: RunnerNames,
): Record<string, string> {
  const { id: run, commit, assignment } = whole;
  const { branch, author, subject, number } = assignment;
  return {
    ...kept,
    CI: 'true',
    CI_COMMIT_SHA: commit,
    ...named(branch),
    CI_COMMIT_MESSAGE: subject,
    CI_COMMIT_AUTHOR: author,
    TRACEPARENT: traceParentOf(tracedOf(whole), run),
    TRIVET_GUARD: guard,
    TRIVET_RUN: run,
    TRIVET_RUN_NUMBER: String(number),
    TRIVET_RUNNER: runner,
    TRIVET_REPOSITORY: assignment.repository ?? repository,
  };
}

/** By what its job is found in traces. */
export function tracedOf({ commit, assignment: { repository, job } }: Run): Traced {
  return { repository, commit, job };
}

/** By its full name comes what is no branch (`--refs`), or a branch that is called like a ref. */
function named(name: string): Record<string, string> {
  const ref = name === '' || name.startsWith('refs/') ? name : `refs/heads/${name}`;
  const [, kind, short = ''] = /^refs\/(heads|tags)\/(.*)$/s.exec(ref) ?? [];
  return {
    CI_COMMIT_REF: ref,
    CI_COMMIT_BRANCH: kind === 'heads' ? short : '',
    ...(kind === 'tags' ? { CI_COMMIT_TAG: short } : {}),
  };
}
