/**
 * Owns how a plan becomes the jobs that an observer hands over: what their runners are told, and what
 * is over before it begins. Pure; never throws.
 */

import { defaultJobName } from '../protocol/ids.js';
import { jobsOfCommitMax } from '../protocol/limits.js';
import type { Work } from '../protocol/work.js';
import { explained, type Finding, written } from './finding.js';
import { jobName, numbered } from './jobs.js';
import type { Occasion } from './occasion.js';
import type { Job, Plan } from './plan-types.js';
import { type SourceFile, workflowName } from './sources.js';

/** A job as it is handed over; the bounds of its texts are the wire's. */
export interface JobToHandOver {
  readonly name: string;
  readonly labels: readonly string[];
  readonly needs: readonly string[];
  readonly runsOn: Job['runsOn'];
  readonly group: string | null;
  readonly groupLimit?: number;
  readonly priority?: number;
  readonly fallbacks?: Job['fallbacks'];
  readonly retries?: number;
  readonly work?: Work;
  readonly ended?: { readonly verdict: 'skipped' | 'errored'; readonly reason: string };
}

/** The jobs of the plan of those files, each behind those that it needs; one at least. */
export function jobsToHandOver(
  plan: Plan,
  occasion: Occasion,
  files: readonly SourceFile[],
): readonly JobToHandOver[] {
  if (plan.isSkipped) return [over(defaultJobName, 'skipped', 'its message asks for that')];
  const broken = brokenFiles(plan);
  const jobs = plan.jobs.map((job) => toHandOver(job, plan, occasion));
  const names = new Set(jobs.map(({ name }) => name));
  const errored = broken.map((file) => {
    const findings = plan.findings.filter((finding) => finding.file === file);
    return {
      ...over(freeName(workflowName(file), names), 'errored', summary(findings)),
      work: {
        ...nothingToDo(file, occasion),
        remarks: findings.flatMap((finding) => explained(finding, files)),
      },
    };
  });
  const missed = plan.leftOut.filter(({ isMissed }) => isMissed === true);
  const skipped = missed.map(({ name, because }) =>
    over(freeName(name, names), 'skipped', because),
  );
  // The last of a commit with too many jobs is then no job, but its files are told of.
  const all = [...jobs, ...errored, ...skipped].slice(0, jobsOfCommitMax);
  return all.length > 0 ? all : [over(defaultJobName, 'skipped', whyNone(plan))];
}

/** What every step of the job is told of the commit. */
export function workOf(job: Job, plan: Plan, occasion: Occasion): Work {
  const { event, repository, cloneUrl, defaultBranch, branch, ref } = occasion;
  const { message, author, authorEmail } = occasion;
  const told = { event, repository, cloneUrl, defaultBranch, branch, ref, author, authorEmail };
  const { workflow, file, cell, isCheckedOut, services, steps, cache, reports } = job;
  const { timeoutMs, silenceMs, stopOn } = job;
  return {
    ...{ workflow, file, cell, isCheckedOut, services, steps, cache, reports },
    ...{ timeoutMs, silenceMs, stopOn },
    occasion: { ...told, message: message.slice(0, messageCharactersMax) },
    remarks: plan.findings
      .filter((finding) => finding.file === file && finding.isForesight !== true)
      .map(written),
  };
}

/** More of a commit's message than any step needs. */
const messageCharactersMax = 4_096;

function toHandOver(job: Job, plan: Plan, occasion: Occasion): JobToHandOver {
  const { name, labels, needs, runsOn, group } = job;
  const work = workOf(job, plan, occasion);
  return { name, labels, needs, runsOn, group, ...queueing(job), work };
}

/** What is as usual is not said. */
function queueing({ groupLimit, priority, fallbacks, retries }: Job): Partial<JobToHandOver> {
  return {
    ...(groupLimit !== 1 && { groupLimit }),
    ...(priority !== 0 && { priority }),
    ...(fallbacks.length > 0 && { fallbacks }),
    ...(retries !== null && { retries }),
  };
}

function over(name: string, verdict: 'skipped' | 'errored', reason: string): JobToHandOver {
  const nobody = { labels: [], needs: [], runsOn: ['success'] as const, group: null };
  return { name, ...nobody, ended: { verdict, reason } };
}

function brokenFiles({ findings }: Plan): string[] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  return [...new Set(errors.map(({ file }) => file))];
}

function freeName(workflow: string, taken: Set<string>): string {
  const base = jobName(workflow);
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = numbered(base, number);
  taken.add(name);
  return name;
}

/** The first error, and how many more there are. */
function summary(findings: readonly Finding[]): string {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  if (first === undefined) return 'its workflow file is wrong';
  return `${first.file}:${first.line}:${first.column}: ${first.says.replace(/[.]$/, '')}${more}`;
}

function nothingToDo(file: string, occasion: Occasion): Omit<Work, 'remarks'> {
  const { event, repository, cloneUrl, defaultBranch, branch, ref, author, authorEmail } = occasion;
  return {
    ...{ workflow: workflowName(file), file, cell: {}, isCheckedOut: false },
    ...{ services: [], steps: [], cache: [], reports: { junit: [], tap: [] } },
    ...{ timeoutMs: null, silenceMs: null, stopOn: null },
    occasion: {
      ...{ event, repository, cloneUrl, defaultBranch, branch, ref, author, authorEmail },
      message: '',
    },
  };
}

function whyNone({ leftOut }: Plan): string {
  const all = leftOut.map(({ name, because }) => `${name}: ${because}`);
  return all.length === 0 ? 'no workflow is for it' : `no workflow is for it (${all.join('; ')})`;
}
