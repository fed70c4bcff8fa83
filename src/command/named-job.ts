/**
 * Owns what a commit is where one of its jobs is named: that job alone, with its state; and what is said
 * of a name that none of its jobs has.
 */

import { states } from '../protocol/document-parts.js';
import type { Documents } from '../protocol/documents.js';
import { nearest } from '../protocol/nearest.js';
import { UsageError } from '../world/exit.js';
import { harmless } from '../world/harmless.js';

type CommitDocument = Documents['commit'];

/** The commit has jobs, and none of that name. */
export class NoSuchJob extends UsageError {}

/** `job` null: all of the commit. Throws `NoSuchJob`. */
export function ofJob(document: CommitDocument, job: string | null): CommitDocument {
  if (job === null) return document;
  // Of a commit that several repositories have, each may have a job of that name.
  const jobs = document.jobs.filter(({ name }) => name === job);
  const state = states.find((state) => jobs.some((one) => one.state === state));
  if (state === undefined) throw noSuchJob(document, job);
  const ends = jobs.map(({ finishedAtMs }) => finishedAtMs);
  const finishedAtMs = ends.reduce((last, end) =>
    last === null || end === null ? null : Math.max(last, end),
  );
  return { ...document, jobs, state, finishedAtMs };
}

function noSuchJob({ commit, jobs }: CommitDocument, job: string): NoSuchJob {
  const names = [...new Set(jobs.map(({ name }) => name))];
  const meant = nearest(job, names);
  const hint = meant === null ? `there are ${names.join(', ')}.` : `did you mean "${meant}"?`;
  return new NoSuchJob(harmless(`${commit.slice(0, 7)} has no job "${job}": ${hint}`));
}
