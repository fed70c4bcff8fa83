/**
 * Owns how a plan looks in a terminal: a block a job, its steps from top to bottom, those that start
 * at the same time beside one bracket.
 *
 *     test (go=1.22)   os=linux · after lint
 *      ├─ fetch
 *      ├┬ build
 *      │└ vet
 *      └─ report       also after a failure
 */

import type { Occasion } from '../workflow/occasion.js';
import type { Job, Plan, PlannedStep } from '../workflow/plan-types.js';
import { harmless } from '../world/harmless.js';

export function drawn(plan: Plan, { event, branch, ref }: Occasion): string {
  const on = event === 'tag' ? ref.replace('refs/tags/', '') : branch || ref;
  if (plan.isSkipped) return `${event} on ${on}: its message asks that it be skipped\n`;
  const head = `${event} on ${on}: ${plan.jobs.length} ${plan.jobs.length === 1 ? 'job' : 'jobs'}`;
  const blocks = plan.jobs.map((job) => jobLines(job).join('\n'));
  const leftOut = plan.leftOut.map(({ name, because }) => `${name} is left out: ${because}`);
  const parts = [head, ...blocks, ...(leftOut.length === 0 ? [] : [leftOut.join('\n')])];
  return `${parts.map(inLines).join('\n\n')}\n`;
}

function inLines(text: string): string {
  return text.split('\n').map(harmless).join('\n');
}

function jobLines(job: Job): string[] {
  const rows = [...serviceRows(job), ...stepRows(job)];
  const width = Math.min(widthMax, Math.max(job.name.length, ...rows.map(([left]) => left.length)));
  const line = (left: string, notes: readonly string[]) =>
    notes.length === 0 ? left : `${left.padEnd(width)}   ${notes.join(' · ')}`;
  const skipped = job.leftOut.map(({ name, because }) => `    ${name} is left out: ${because}`);
  return [
    line(job.name, notesOfJob(job)),
    ...rows.map(([left, notes]) => line(left, notes)),
    ...skipped,
  ];
}

/** Notes behind a longer name begin where it ends. */
const widthMax = 40;

type Row = readonly [left: string, notes: readonly string[]];

function serviceRows({ services }: Job): Row[] {
  return services.map((service) => [
    ` │  ${service.name}`,
    ['service', ...(service.image === null ? [] : [service.image])],
  ]);
}

/** Steps by the number of others that must go before them on the longest way. */
function stepRows({ steps }: Job): Row[] {
  const levels = levelsOf(steps);
  return levels.flatMap((level, depth) => {
    const before = (levels[depth - 1] ?? []).map(({ name }) => name);
    const isLast = depth === levels.length - 1;
    return level.map((step, at): Row => {
      const needs =
        step.needs.length === before.length && step.needs.every((n) => before.includes(n));
      const notes = [
        ...(needs ? [] : [`after ${step.needs.join(', ') || 'nothing'}`]),
        ...notesOfStep(step),
      ];
      return [`${bracket(at, level.length, isLast)} ${step.name}`, notes];
    });
  });
}

function bracket(at: number, count: number, isLast: boolean): string {
  const trunk = at === 0 ? (isLast ? ' └' : ' ├') : isLast ? '  ' : ' │';
  if (count === 1) return `${trunk}─`;
  return `${trunk}${at === 0 ? '┬' : at === count - 1 ? '└' : '├'}`;
}

function levelsOf(steps: readonly PlannedStep[]): PlannedStep[][] {
  const depths = new Map<string, number>();
  let left = [...steps];
  while (left.length > 0) {
    const ready = left.filter(({ needs }) => needs.every((need) => depths.has(need)));
    if (ready.length === 0) break;
    for (const { name, needs } of ready) {
      depths.set(name, Math.max(-1, ...needs.map((need) => depths.get(need) ?? 0)) + 1);
    }
    left = left.filter(({ name }) => !depths.has(name));
  }
  const deepest = Math.max(-1, ...depths.values());
  return Array.from({ length: deepest + 1 }, (_, depth) =>
    steps.filter(({ name }) => depths.get(name) === depth),
  );
}

function notesOfJob(job: Job): string[] {
  return [
    ...(job.labels.length === 0 ? [] : [job.labels.join(' ')]),
    ...(job.needs.length === 0 ? [] : [`after ${job.needs.join(', ')}`]),
    ...(job.group === null ? [] : [`group ${job.group}`]),
    ...(job.isCheckedOut ? [] : ['no checkout']),
  ];
}

function notesOfStep({ image, commands, runsOn, failure, isDetached }: PlannedStep): string[] {
  return [
    ...(commands.length === 0 && image !== null ? [`plugin ${image}`] : []),
    ...(runsOn.includes('failure')
      ? [runsOn.includes('success') ? 'also after a failure' : 'only after a failure']
      : []),
    ...(failure === 'ignore' ? ['may fail'] : []),
    ...(isDetached ? ['not waited for'] : []),
  ];
}
