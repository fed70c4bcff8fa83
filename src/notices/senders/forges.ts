/**
 * Owns how the forges that keep repositories are told how a job stands: as the status of its commit. Each
 * has its own words for a verdict; what it does not know is said by the nearest that is true.
 */

import type { Verdict } from '../../dispatcher/core/journal.js';
import { defaultJobName } from '../../protocol/ids.js';
import type { Attempt } from '../delivery.js';
import type { Status } from '../message.js';
import type { Forge } from '../target.js';
import { type Answer, attemptPost, meaningOf, type Post } from './http.js';

/** GitHub takes no more, and the others show no more. */
const descriptionMax = 140;

type State = 'running' | Verdict;

/** GitHub knows four states; a job that was skipped must not hold a merge up for ever. */
const github: Readonly<Record<State, string>> = {
  running: 'pending',
  passed: 'success',
  failed: 'failure',
  errored: 'error',
  'timed-out': 'error',
  cancelled: 'error',
  superseded: 'error',
  skipped: 'success',
};

const gitlab: Readonly<Record<State, string>> = {
  running: 'running',
  passed: 'success',
  failed: 'failed',
  errored: 'failed',
  'timed-out': 'failed',
  cancelled: 'canceled',
  superseded: 'canceled',
  skipped: 'skipped',
};

/** As GitHub's, with a colour between for what says nothing about the commit. */
const gitea: Readonly<Record<State, string>> = {
  ...github,
  cancelled: 'warning',
  superseded: 'warning',
};

const states = { github, gitlab, gitea, forgejo: { ...gitea, skipped: 'skipped' } } as const;

/** `link`: where people read more, if anywhere. */
export function tellForge(
  forge: Forge,
  status: Status,
  link: string | null,
  stop: AbortSignal,
): Promise<Attempt> {
  const post = forge.to === 'gitlab' ? forGitlab : forGithubAndAlike;
  return attemptPost(post(forge, status, link), stop, forge.to === 'gitlab' ? inGitlab : meaningOf);
}

function forGithubAndAlike(
  { to, url, project, token }: Forge,
  status: Status,
  link: string | null,
) {
  const isGithub = to === 'github';
  const path = `repos/${project.split('/').map(encodeURIComponent).join('/')}/statuses/${status.commit}`;
  const versioned = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };
  return {
    url: isGithub ? `${url}/${path}` : `${url}/api/v1/${path}`,
    headers: {
      authorization: `${isGithub ? 'Bearer' : 'token'} ${token.reveal()}`,
      ...(isGithub ? versioned : {}),
    },
    body: JSON.stringify({
      state: states[to][status.state],
      context: contextOf(status),
      description: shortened(status.says),
      ...(link === null ? {} : { target_url: link }),
    }),
  };
}

function forGitlab({ url, project, token }: Forge, status: Status, link: string | null): Post {
  return {
    url: `${url}/api/v4/projects/${encodeURIComponent(project)}/statuses/${status.commit}`,
    headers: { 'private-token': token.reveal() },
    body: JSON.stringify({
      state: gitlab[status.state],
      name: contextOf(status),
      description: shortened(status.says),
      ...(link === null ? {} : { target_url: link }),
    }),
  };
}

/** It refuses to be told what it knows: that a job runs whose last run was lost. */
function inGitlab(answer: Answer): Attempt {
  const isKnown = answer.status === 400 && answer.text.includes('Cannot transition status');
  return isKnown ? { kind: 'taken' } : meaningOf(answer);
}

/** What the status is called there: each job has one of its own. */
function contextOf({ job }: Status): string {
  return job === defaultJobName ? 'trivet' : `trivet/${job}`;
}

function shortened(text: string): string {
  return text.length <= descriptionMax ? text : `${text.slice(0, descriptionMax - 1)}…`;
}
