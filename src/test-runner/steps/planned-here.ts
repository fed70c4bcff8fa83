/**
 * Owns the work of a job that nobody has planned, where its commit has workflow files: they are read
 * from the checkout, and what they say is done one workflow after the other. That is for commits whose
 * observer could not read them, or is of an earlier release: it would have made a job of each.
 */

import { stepsMax } from '../../protocol/limits.js';
import type { Step, Work } from '../../protocol/work.js';
import { explained } from '../../workflow/finding.js';
import { workOf } from '../../workflow/handing-over.js';
import type { Occasion } from '../../workflow/occasion.js';
import { planCommit } from '../../workflow/plan.js';
import type { Job, Plan } from '../../workflow/plan-types.js';
import { chooseSources, type SourceFile } from '../../workflow/sources.js';
import { GitFault, swiftGitIn } from '../../world/git.js';
import type { Run } from '../core/events.js';
import type { Tree } from '../suite/suite.js';

export type PlannedHere =
  | { readonly kind: 'work'; readonly work: Work }
  /** Nothing is to be done, for a reason: half a sentence. */
  | { readonly kind: 'nothing'; readonly reason: string }
  /** The files are wrong: half a sentence, and lines for the log. */
  | { readonly kind: 'wrong'; readonly reason: string; readonly lines: readonly string[] };

/** The workflow files in a checkout; mostly there are none. */
export function workflowFilesIn(tree: Tree): SourceFile[] {
  const top = tree.list('');
  const within = ['.trivet', '.woodpecker']
    .filter((folder) => top.includes(folder))
    .flatMap((folder) => tree.list(folder).map((name) => `${folder}/${name}`));
  const { chosen } = chooseSources([...top, ...within]);
  return chosen.map((path) => ({ path, text: tree.read(path) ?? '' }));
}

/** `repository`: what it is called where the run does not say. */
export async function planHere(
  files: readonly SourceFile[],
  run: Run,
  folder: string,
  repository: string,
): Promise<PlannedHere> {
  const occasion = await occasionOf(run, folder, repository);
  const plan = planCommit(files, occasion);
  const errors = plan.findings.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first !== undefined) {
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
    const reason = `${first.file}:${first.line}: ${first.says.replace(/[.]$/, '')}${more}`;
    return {
      kind: 'wrong',
      reason,
      lines: plan.findings.flatMap((finding) => explained(finding, files)),
    };
  }
  if (plan.isSkipped) return { kind: 'nothing', reason: 'its message asks to be left alone' };
  const [one, ...others] = plan.jobs;
  if (one === undefined) return { kind: 'nothing', reason: 'no workflow is for it' };
  const work = others.length === 0 ? workOf(one, plan, occasion) : joined(plan, occasion);
  if (work.steps.length <= stepsMax && work.services.length <= stepsMax)
    return { kind: 'work', work };
  const reason = `its workflows have more than ${stepsMax} steps together`;
  return { kind: 'wrong', reason, lines: [] };
}

/** All jobs as one: the steps of each after all steps of the one before. */
function joined(plan: Plan, occasion: Occasion): Work {
  const works = plan.jobs.map((job) => ({ job, work: workOf(job, plan, occasion) }));
  const steps: Step[] = [];
  const services: Step[] = [];
  for (const { job } of works) {
    const before = steps.map(({ name }) => name);
    steps.push(...job.steps.map((step) => ofWorkflow(step, job, before)));
    services.push(...job.services.map((step) => ofWorkflow(step, job, [])));
  }
  const all = works.map(({ work }) => work);
  const [first] = all;
  if (first === undefined) throw new Error('nothing is to be joined');
  const files = [...new Set(all.map(({ file }) => file))];
  return {
    ...first,
    workflow: 'all',
    file: files.join(', '),
    cell: {},
    isCheckedOut: all.some(({ isCheckedOut }) => isCheckedOut),
    ...{ steps, services, timeoutMs: null },
    cache: all.flatMap(({ cache }) => cache),
    reports: {
      junit: all.flatMap(({ reports }) => reports.junit),
      tap: all.flatMap(({ reports }) => reports.tap),
    },
    stopOn: all.find(({ stopOn }) => stopOn !== null)?.stopOn ?? null,
    remarks: [...new Set(all.flatMap(({ remarks }) => remarks)), oneAfterTheOther],
  };
}

const oneAfterTheOther =
  'This commit came without a plan: its workflows are done here one after the other, in one checkout.';

/** A job that wants to know of failures has steps that do. */
function ofWorkflow(step: Step, { name, runsOn }: Job, before: readonly string[]): Step {
  const own = (each: string) => `${name}: ${each}`;
  return {
    ...step,
    name: own(step.name),
    needs: step.needs.length > 0 ? step.needs.map(own) : before,
    runsOn: step.runsOn.includes('success')
      ? [...new Set([...step.runsOn, ...runsOn])]
      : step.runsOn,
  };
}

async function occasionOf(
  { commit, assignment }: Run,
  folder: string,
  repository: string,
): Promise<Occasion> {
  const git = swiftGitIn(folder);
  // What git does not tell, nobody knows: an occasion without it is still one.
  const asked = (args: readonly string[]) =>
    git(args).catch((error) => {
      if (error instanceof GitFault) return null;
      throw error;
    });
  const logged = await asked(['log', '-1', '--format=%an%x00%ae%x00%B', commit]);
  const [author = '', authorEmail = '', message = assignment.subject] =
    logged?.trimEnd().split('\0') ?? [];
  const changed = await asked([
    'diff-tree',
    '--root',
    '--no-commit-id',
    '--name-only',
    '-r',
    '-z',
    commit,
  ]);
  const { branch: name } = assignment;
  const ref = name === '' || name.startsWith('refs/') ? name : `refs/heads/${name}`;
  const branch = ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : '';
  return {
    event: ref.startsWith('refs/tags/') ? 'tag' : 'push',
    repository: assignment.repository ?? repository,
    ...{ commit, branch, ref, message, author, authorEmail },
    ...{ cloneUrl: '', defaultBranch: '', cron: '', deployTarget: '', pullRequest: null },
    ...{ instance: '', platform: '', variables: {} },
    // Of a merge this command says nothing: then no path is held against it.
    paths: changed === null || changed === '' ? null : changed.split('\0').filter(Boolean),
  };
}
