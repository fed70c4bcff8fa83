/**
 * Owns the list for tray icons and walls, in the form of CruiseControl: a project for each branch, with
 * how its last commit that is over ended. Asked for by many every few seconds, and made once for all.
 */

import type { Context, Hono } from 'hono';
import { type CommitInLine, documents, type State } from '../protocol/documents.js';
import { question } from '../protocol/questions.js';
import { refused } from './api.js';
import { escaped, isOver } from './badge.js';
import type { ProgramsGiven } from './programs.js';

/** More is not looked at by anybody. */
const repositoriesMost = 50;
const branchesMost = 20;

const overview = { what: 'overview', most: 12 } as const;

/** No icon blinks faster. */
const goodForMs = 1_000;

/** Commits of a branch that are looked through for one that is over. */
const lookedThrough = 20;

const away = 'The dispatcher cannot read its past now: ask again in a moment';

interface Project {
  readonly name: string;
  readonly newest: CommitInLine;
  /** Null: none is over yet. */
  readonly last: CommitInLine | null;
}

export function serveCctray(app: Hono, { answers, behind, refusesToRead }: ProgramsGiven): void {
  let made = { untilMs: 0, projects: Promise.resolve<Project[]>([]) };
  app.get('/cctray.xml', refusesToRead, async (context) => {
    const nowMs = behind.clock.nowMs();
    if (nowMs >= made.untilMs) made = { untilMs: nowMs + goodForMs, projects: allProjects() };
    const projects = await made.projects.catch(() => null);
    if (projects === null) return refused(context, 503, away);
    const lines = projects.map((project) => `  ${projectLine(project, ownUrl(context))}`);
    const xml = [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<Projects>',
      ...lines,
      '</Projects>',
      '',
    ];
    const headers = {
      'Content-Type': 'application/xml; charset=utf-8',
      'Cache-Control': 'no-cache',
    };
    return context.body(xml.join('\n'), 200, headers);
  });

  async function allProjects(): Promise<Project[]> {
    const { repositories } = await answers.document(documents.overview, overview);
    const some = repositories.slice(0, repositoriesMost);
    return (await Promise.all(some.map(projectsOf))).flat();
  }

  async function projectsOf(repository: string): Promise<Project[]> {
    const asked = { what: 'branches', repository, most: branchesMost } as const;
    const { branches } = await answers.document(documents.branches, asked);
    return Promise.all(
      branches.map(async ({ branch, newest }) => {
        const last = isOver(newest) ? newest : await lastOver(repository, branch);
        return { name: `${repository}::${branch}`, newest, last };
      }),
    );
  }

  async function lastOver(repository: string, branch: string): Promise<CommitInLine | null> {
    const asked = question.safeParse({ what: 'commits', repository, branch, most: lookedThrough });
    if (!asked.success) return null;
    const { commits } = await answers.document(documents.commits, asked.data);
    return commits.find(isOver) ?? null;
  }
}

function projectLine({ name, newest, last }: Project, url: string): string {
  const attributes = {
    name,
    activity: activityOf(newest.state),
    lastBuildStatus: last === null ? 'Unknown' : statusOf(last.state),
    lastBuildLabel: (last ?? newest).commit.slice(0, 7),
    lastBuildTime: new Date(Math.round(last?.finishedAtMs ?? newest.atMs)).toISOString(),
    webUrl: `${url}/commits/${(last ?? newest).commit}`,
  };
  const all = Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`);
  return `<Project ${all.join(' ')}/>`;
}

function activityOf(state: State): string {
  if (state === 'running') return 'Building';
  return state === 'waiting' || state === 'blocked' ? 'CheckingModifications' : 'Sleeping';
}

function statusOf(state: State): string {
  if (state === 'passed' || state === 'skipped') return 'Success';
  return state === 'failed' ? 'Failure' : 'Exception';
}

/** As whoever asks has called us in `Host`: a name that the guard knows. */
function ownUrl({ req }: Context): string {
  return `${new URL(req.url).protocol}//${req.header('host')}`;
}
