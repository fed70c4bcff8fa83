/**
 * Owns what a suite's environment holds. Ours minus what is not its business: our own settings
 * (the token among them) and git variables that would redirect its git calls to another place.
 */

import type { Job } from './events.js';

export interface RunnerNames {
  readonly runner: string;
  readonly repository: string;
  /** Marks all suites of this runner's process, see guard.ts. */
  readonly guard: string;
}

/** The environment of a run's suite. */
export function suiteEnvironment(
  ours: Readonly<Record<string, string | undefined>>,
  { run, commit, assignment }: Job,
  { runner, repository, guard }: RunnerNames,
): Record<string, string> {
  const { branch, author, subject, number } = assignment;
  const kept = Object.entries(ours).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(?:TRIVET|GIT|CI_COMMIT)_/.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    CI: 'true',
    CI_COMMIT_SHA: commit,
    CI_COMMIT_REF: branch === '' ? '' : `refs/heads/${branch}`,
    CI_COMMIT_BRANCH: branch,
    CI_COMMIT_MESSAGE: subject,
    CI_COMMIT_AUTHOR: author,
    TRIVET_GUARD: guard,
    TRIVET_RUN: run,
    TRIVET_RUN_NUMBER: String(number),
    TRIVET_RUNNER: runner,
    TRIVET_REPOSITORY: assignment.repository ?? repository,
  };
}
