/**
 * Owns how a commit looks in a terminal: its jobs, of each its runs and the steps of the last one, and
 * which tests failed.
 */

import type { Documents, JobOfCommit, RunOfJob } from '../../protocol/documents.js';
import { shaded } from '../screen/shades.js';
import { nameOf, progress } from './overview.js';
import { table } from './table.js';
import { ago, counted, lasting, mark, short, stateWord } from './words.js';

type Commit = Documents['commit'];

/** Failed tests of a job that are named; the others are counted. */
const failuresMost = 10;

export function commitLines(
  commit: Commit,
  nowMs: number,
  columns = Number.POSITIVE_INFINITY,
): string[] {
  const { state, author, branch, subject, atMs, finishedAtMs, jobs } = commit;
  const by = [author, branch === '' ? '' : `on ${branch}`, ago(atMs, nowMs)];
  const took = finishedAtMs === null ? '' : `, took ${lasting(finishedAtMs - atMs)}`;
  return [
    `${mark(state)} ${shaded('bold', short(commit.commit))} ${stateWord(state)}  ${subject}`,
    `  ${by.filter((part) => part !== '').join(' ')}${took}`,
    ...jobs.flatMap((job) => ['', ...jobLines(job, nowMs, columns)]),
  ];
}

function jobLines(job: JobOfCommit, nowMs: number, columns: number): string[] {
  const { state, name, needs, reason, runs, repository } = job;
  const after = needs.length === 0 ? '' : `after ${needs.join(', ')}`;
  const title = [repository ?? '', nameOf(name)].filter((part) => part !== '').join(' · ') || name;
  const why = reason === '' ? [] : [`    ${reason}`];
  const head = [
    `${mark(state)} ${shaded('bold', title)} ${stateWord(state)}`,
    timeOf(job, nowMs),
    after,
  ];
  return [
    head.filter((part) => part !== '').join('  '),
    ...why,
    ...table(
      runs.map((run) => runRow(run, nowMs)),
      columns,
      '    ',
    ),
    ...stepLines(job, columns),
    ...testLines(job),
  ];
}

function timeOf({ runs, estimateMs, state }: JobOfCommit, nowMs: number): string {
  const last = runs.at(-1);
  if (last === undefined) return '';
  const ms = (last.endedAtMs ?? nowMs) - last.leasedAtMs;
  return state === 'running' ? progress(ms, estimateMs) : lasting(ms);
}

function runRow(
  { number, runner, ending, because, leasedAtMs, endedAtMs }: RunOfJob,
  nowMs: number,
) {
  const took = lasting((endedAtMs ?? nowMs) - leasedAtMs);
  return [mark(ending), `run ${number}`, `on ${runner}`, ending, took, because];
}

/** Of the last run; those that have not begun are known by the plan. */
function stepLines({ runs, plan }: JobOfCommit, columns: number): string[] {
  const steps = runs.at(-1)?.steps ?? [];
  const begun = new Set(steps.map(({ number }) => number));
  const later = runs.length === 0 ? [] : plan.filter(({ number }) => !begun.has(number));
  return table(
    [
      ...steps.map(({ state, name, durationMs, exitCode, isIgnored, reason }) => [
        mark(state),
        name,
        state === 'skipped' || state === 'running'
          ? state
          : `${state}${durationMs === null ? '' : ` after ${lasting(durationMs)}`}`,
        exitCode === null || exitCode === 0 ? '' : `exit code ${exitCode}`,
        [isIgnored && state !== 'passed' ? 'does not count' : '', reason]
          .filter(Boolean)
          .join(': '),
      ]),
      ...later.map(({ name }) => [mark('waiting'), name]),
    ],
    columns,
    '      ',
  );
}

function testLines({ tests }: JobOfCommit): string[] {
  if (tests === null) return [];
  const { passed, failed, skipped, failures } = tests;
  const left = failures.length - failuresMost;
  return [
    `    ${counted(passed, 'test')} passed, ${failed} failed, ${skipped} skipped`,
    ...failures.slice(0, failuresMost).map(({ name, message, file, line }) => {
      const where = file === null ? '' : ` (${file}${line === null ? '' : `:${line}`})`;
      return `      ${mark('failed')} ${name}${where}${message === '' ? '' : `: ${message}`}`;
    }),
    ...(left > 0 ? [`      and ${left} more`] : []),
  ];
}

/** What the story of `why` tells, job by job. */
export function storyLines({ jobs }: Commit): string[] {
  return jobs.flatMap(({ name, story }) => [
    ...(jobs.length === 1 ? [] : ['', shaded('bold', name)]),
    ...story.map(({ atMs, says }) => `${shaded('dim', new Date(atMs).toISOString())}  ${says}`),
  ]);
}
