/**
 * Owns what the dispatcher's owner says of repositories, and what that makes of a job that is handed
 * over, or of a run that is leased. Never reads the file (see ../settings).
 */

import type { Assignment, PlannedJob } from '../../protocol/job-bodies.js';

/** Of one repository. What is not said is as everywhere. */
export interface RepositorySettings {
  /** Its jobs demand these besides their own. */
  readonly labels: readonly string[];
  /** Of its jobs that have none by their plan. */
  readonly priority: number | null;
  readonly supersede: boolean | null;
  /** What its runners are told with each run: see `Assignment`. */
  readonly assigned: Pick<Assignment, 'command' | 'timeoutMs' | 'cloneUrl'>;
}

export interface Settings {
  /** Where a repository's own do not say it. */
  readonly supersede: boolean;
  readonly repositories: ReadonlyMap<string, RepositorySettings>;
}

export const noSettings: Settings = { supersede: false, repositories: new Map() };

/** The job as its repository's settings have it: so it is accepted, whatever they say later. */
export function asSet(planned: PlannedJob, settings: RepositorySettings | undefined): PlannedJob {
  if (settings === undefined) return planned;
  const { labels: also, priority } = settings;
  const withThese = (labels: readonly string[]) => [...new Set([...labels, ...also])];
  const { labels, fallbacks } = planned;
  return {
    ...(priority !== null && { priority }),
    ...planned,
    labels: withThese(labels),
    ...(fallbacks !== undefined && {
      fallbacks: fallbacks.map((each) => ({ ...each, labels: withThese(each.labels) })),
    }),
  };
}

export function supersedes({ supersede, repositories }: Settings, repository: string): boolean {
  return repositories.get(repository)?.supersede ?? supersede;
}
