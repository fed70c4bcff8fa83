/**
 * Owns how all that goes on looks in a terminal: what runs, what waits and why, who is there, what is
 * red, what was last.
 */

import type {
  CommitInLine,
  Documents,
  RedBranch,
  RunnerInRow,
  RunningJob,
  WaitingJob,
} from '../../protocol/documents.js';
import { shaded } from '../screen/shades.js';
import { table } from './table.js';
import { ago, counted, lasting, mark, short } from './words.js';

type Overview = Documents['overview'];

/** Lines, with a heading above each part that has something in it. */
export function overviewLines(overview: Overview, nowMs: number, columns: number): string[] {
  const { running, waiting, runners, newest, red, paused } = overview;
  const part = (heading: string, rows: readonly (readonly string[])[]) =>
    rows.length === 0 ? [] : ['', shaded('dim', heading), ...table(rows, columns)];
  return [
    headline(overview),
    ...paused.map((what) => shaded('yellow', `${what} is paused`)),
    ...part('running', runningRows(running, nowMs)),
    ...part('waiting', waitingRows(waiting)),
    ...part('runners', runnerRows(runners, nowMs)),
    ...part('red', redRows(red)),
    ...part('newest', commitRows(newest, nowMs)),
  ];
}

export function headline({ counts, runners, observers }: Overview): string {
  const { running, waiting, blocked } = counts;
  const who = `${counted(runners.length, 'runner')}, ${counted(observers.length, 'observer')}`;
  const later = blocked === 0 ? '' : `, ${blocked} blocked`;
  return shaded('bold', `${who}; ${running} running, ${waiting} waiting${later}`);
}

export function runningRows(running: readonly RunningJob[], nowMs: number): string[][] {
  return running.map(
    ({ name, commit, branch, subject, runner, sinceMs, steps, estimateMs, number }) => [
      mark('running'),
      short(commit),
      nameOf(name),
      branch,
      subject,
      `${runner}${number > 1 ? ` (run ${number})` : ''}`,
      progress(nowMs - sinceMs, estimateMs),
      steps.join(', '),
    ],
  );
}

/** `12 s of 30 s`; beyond what it usually takes only how long it has taken. */
export function progress(ms: number, estimateMs: number | null): string {
  const isKnown = estimateMs !== null && ms < estimateMs;
  return isKnown ? `${lasting(ms)} of ${lasting(estimateMs)}` : lasting(ms);
}

export function waitingRows(waiting: readonly WaitingJob[]): string[][] {
  return waiting.map(({ state, commit, name, branch, subject, why }) => [
    ...[mark(state), short(commit), nameOf(name), branch, subject, why],
  ]);
}

export function runnerRows(runners: readonly RunnerInRow[], nowMs: number): string[][] {
  return runners.map(({ name, repositories, labels, state, running }) => [
    state === 'busy' ? mark('running') : mark(state === 'idle' ? 'passed' : 'waiting'),
    name,
    repositories?.join(' ') ?? 'any repository',
    labels.filter((label) => !byNature.test(label)).join(' '),
    running.length === 0
      ? state
      : running.map((job) => `${jobNamed(job)} for ${lasting(nowMs - job.sinceMs)}`).join(', '),
  ]);
}

/** Every runner carries such labels: they are no news of this one. */
const byNature = /^(?:arch|executor|os)=/;

function redRows(red: readonly RedBranch[]): string[][] {
  return red.map(({ repository, branch, newest, since, count, isMore }) => [
    mark(newest.state),
    `${branch}${repository === null ? '' : ` of ${repository}`}`,
    short(newest.commit),
    `since ${short(since.commit)} "${since.subject}"`,
    count > 1 || isMore ? `${count}${isMore ? ' or more' : ''} in a row` : '',
  ]);
}

export function commitRows(commits: readonly CommitInLine[], nowMs: number): string[][] {
  const isOne = new Set(commits.map(({ repository }) => repository)).size < 2;
  return commits.map(
    ({ state, commit, repository, branch, subject, author, atMs, finishedAtMs }) => [
      mark(state),
      short(commit),
      state,
      isOne ? '' : (repository ?? ''),
      branch,
      subject,
      author,
      ago(atMs, nowMs),
      finishedAtMs === null ? '' : lasting(finishedAtMs - atMs),
    ],
  );
}

/** The job that every commit without workflow files has goes without its name. */
export function nameOf(name: string): string {
  return name === 'default' ? '' : name;
}

function jobNamed({ commit, name }: { readonly commit: string; readonly name: string }): string {
  return name === 'default' ? short(commit) : `${short(commit)}:${name}`;
}
