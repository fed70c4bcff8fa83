/**
 * Owns which part of a plan is meant by the names that were typed: a workflow, or a job, and steps of it.
 */

import { nearest } from '../protocol/nearest.js';
import type { Job, Plan } from '../workflow/plan-types.js';
import { UsageError } from '../world/exit.js';

/** All jobs, or those that are meant. Throws `UsageError`. */
export function chosen({ jobs, leftOut }: Plan, names: readonly string[]): readonly Job[] {
  const [workflow, ...steps] = names;
  if (jobs.length === 0) throw new UsageError(`No workflow is for a push here.${reasons(leftOut)}`);
  if (workflow === undefined) return jobs;
  const meant = jobs.filter((job) => job.workflow === workflow || job.name === workflow);
  if (meant.length === 0) {
    const dropped = leftOut.find(({ name }) => name === workflow);
    if (dropped !== undefined) {
      throw new UsageError(`${workflow} is not for a push here: ${dropped.because}.`);
    }
    throw new UsageError(
      unknown(
        'workflow',
        workflow,
        jobs.map((job) => job.workflow),
      ),
    );
  }
  if (steps.length === 0) return meant;
  const known = meant.flatMap((job) => job.steps.map(({ name }) => name));
  const lost = steps.find((name) => !known.includes(name));
  if (lost !== undefined) throw new UsageError(unknown('step', lost, known));
  return meant.map((job) => withSteps(job, new Set(steps)));
}

/** Only these, which then need no others. */
function withSteps(job: Job, names: ReadonlySet<string>): Job {
  const steps = job.steps.filter(({ name }) => names.has(name));
  return {
    ...job,
    steps: steps.map((step) => ({ ...step, needs: step.needs.filter((need) => names.has(need)) })),
  };
}

function unknown(what: string, name: string, known: readonly string[]): string {
  const all = [...new Set(known)];
  const meant = nearest(name, all);
  const hint = meant === null ? `: there are ${all.join(', ')}` : `: did you mean "${meant}"?`;
  return `There is no ${what} "${name}"${hint}`;
}

function reasons(leftOut: Plan['leftOut']): string {
  return leftOut.map(({ name, because }) => ` ${name}: ${because}.`).join('');
}
