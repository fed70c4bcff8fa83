/**
 * Owns what commits want done in worlds where they have plans: several jobs, some that need others,
 * some that only one runner can test, some that share a group. Drawn from the commit's id alone.
 */

import { type Commit, defaultJobName } from '../../src/protocol/ids.js';
import type { PlannedJob } from '../../src/protocol/job-bodies.js';
import { type Work, work } from '../../src/protocol/work.js';
import { hashOf, Random } from './random.js';

/** The label that some jobs demand, and that one of the runners carries. */
export const rareLabel = 'gpu';

/** The runners of our own kind; the first of them carries the rare label. */
export const runnerNames = ['anna', 'bert', 'cleo'] as const;

const names = ['build', 'lint', 'test', 'deploy'];

/** What some jobs name by `from_secret`, and what it is. No other output holds letters like these. */
export const secretName = 'key';
export const secretValue = 'open sesame, forty thieves';

/** Whether a run of that job is given the secret. */
export function isGivenSecret({ commit, name }: { commit: Commit; name: string }): boolean {
  return planOf(commit).some((job) => job.name === name && job.work !== undefined);
}

/** The jobs of that commit, in an order in which each needs only what stands before it. */
export function planOf(commit: Commit): PlannedJob[] {
  const random = new Random(hashOf(commit), 'plan');
  const secrets = new Random(hashOf(commit), 'work');
  return names.slice(0, random.between(1, names.length)).map((name, index) => ({
    name,
    labels: random.perMille(150) ? [rareLabel] : [],
    needs: names.slice(0, index).filter(() => random.perMille(300)),
    group: random.perMille(200) ? 'staging' : null,
    ...(secrets.perMille(300) && { work: namingSecret }),
  }));
}

/** Its only step is what the runner's `--command` says: what counts is what it names. */
const namingSecret: Work = work.parse({
  ...{ workflow: 'test', file: '.trivet.yml', cell: {}, isCheckedOut: true, services: [] },
  occasion: {
    ...{ event: 'push', repository: 'team/demo', cloneUrl: '', defaultBranch: 'main' },
    ...{ branch: 'main', ref: 'refs/heads/main', message: '', author: '', authorEmail: '' },
  },
  steps: [
    {
      ...{ name: 'test', needs: [], runsOn: ['success'], image: null, commands: ['test'] },
      ...{ entrypoint: null, environment: { KEY: { from_secret: secretName } }, settings: {} },
      ...{ failure: 'fail', isDetached: false, directory: null, pull: 'default' },
    },
  ],
  ...{ cache: [], reports: { junit: [], tap: [] }, stopOn: null, remarks: [] },
});

/** Whether that runner, which may be thought to carry any of these labels, may be given a job that wants one of those sets. */
export function suits(
  runner: string,
  { name, labels }: { readonly name: string; readonly labels: readonly (readonly string[])[] },
  carried: readonly (readonly string[])[],
): boolean {
  const isOurs = runnerNames.some((one) => runner.startsWith(one));
  const hasLabels = labels.some(
    (set) => set.length === 0 || carried.some((all) => set.every((label) => all.includes(label))),
  );
  return hasLabels && (name === defaultJobName || isOurs);
}
