/**
 * Owns what commits want done in worlds where they have plans: several jobs, some that need others,
 * some that only one runner can test, some that share a group. Drawn from the commit's id alone.
 */

import type { PlannedJob } from '../../src/protocol/bodies.js';
import { type Commit, defaultJobName } from '../../src/protocol/ids.js';
import { hashOf, Random } from './random.js';

/** The label that some jobs demand, and that one of the runners carries. */
export const rareLabel = 'gpu';

/** The runners of our own kind; the first of them carries the rare label. */
export const runnerNames = ['anna', 'bert', 'cleo'] as const;

const names = ['build', 'lint', 'test', 'deploy'];

/** The jobs of that commit, in an order in which each needs only what stands before it. */
export function planOf(commit: Commit): PlannedJob[] {
  const random = new Random(hashOf(commit), 'plan');
  return names.slice(0, random.between(1, names.length)).map((name, index) => ({
    name,
    labels: random.perMille(150) ? [rareLabel] : [],
    needs: names.slice(0, index).filter(() => random.perMille(300)),
    group: random.perMille(200) ? 'staging' : null,
  }));
}

/** Whether that runner, which may be thought to carry any of these labels, may be given the job. */
export function suits(
  runner: string,
  { name, labels }: { readonly name: string; readonly labels: readonly string[] },
  carried: readonly (readonly string[])[],
): boolean {
  const isOurs = runnerNames.some((one) => runner.startsWith(one));
  const hasLabels =
    labels.length === 0 || carried.some((all) => labels.every((label) => all.includes(label)));
  return hasLabels && (name === defaultJobName || isOurs);
}
