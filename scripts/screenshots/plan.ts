/**
 * Owns the workflow of the screenshots' shop: its plan for a commit, and how its steps went.
 */

import type { Commit } from '../../src/protocol/ids.js';
import type { StepReport } from '../../src/protocol/work.js';
import { type JobToHandOver, jobsToHandOver } from '../../src/workflow/handing-over.js';
import type { Occasion } from '../../src/workflow/occasion.js';
import { planCommit } from '../../src/workflow/plan.js';

const workflow = `
steps:
  install:
    image: node:20
    commands: [npm ci]
  lint:
    depends_on: [install]
    commands: [npm run lint]
  types:
    depends_on: [install]
    commands: [npm run types]
  unit:
    depends_on: [install]
    commands: [npm test]
  browser:
    depends_on: [types]
    commands: [npm run test:browser]
  pack:
    depends_on: [lint, unit, browser]
    commands: [npm pack]
`;

export interface Change {
  readonly commit: Commit;
  readonly branch: string;
  readonly author: string;
  readonly subject: string;
}

export function jobsFor({ commit, branch, author, subject }: Change): readonly JobToHandOver[] {
  const occasion: Occasion = {
    ...{ event: 'push', repository: 'shop', cloneUrl: '', defaultBranch: 'main', commit, branch },
    ...{ ref: `refs/heads/${branch}`, message: subject, author, authorEmail: '', paths: null },
    ...{ cron: '', deployTarget: '', pullRequest: null, instance: '', platform: '', variables: {} },
  };
  const files = [{ path: '.trivet/check.yml', text: workflow }];
  return jobsToHandOver(planCommit(files, occasion), occasion, files);
}

export function step(number: number, name: string, rest: Partial<StepReport>): StepReport {
  return {
    ...{ number, name, isService: false, state: 'passed', isIgnored: false, exitCode: 0 },
    ...{ reason: '', startedAfterMs: 0, durationMs: null, logBytes: 0, ...rest },
  };
}

/** What has ended when the suite is at work. */
export const before: readonly StepReport[] = [
  step(1, 'install', { startedAfterMs: 400, durationMs: 9_300 }),
  step(2, 'lint', { startedAfterMs: 9_800, durationMs: 6_100 }),
  step(3, 'types', { startedAfterMs: 9_800, durationMs: 11_900 }),
];

/** How all of them ended where the fourth failed. */
export function failing(logBytes: number): readonly StepReport[] {
  const failed = {
    state: 'failed',
    exitCode: 1,
    startedAfterMs: 9_900,
    durationMs: 41_200,
  } as const;
  const skipped = { state: 'skipped', exitCode: null, startedAfterMs: null } as const;
  return [
    ...before,
    step(4, 'unit', { ...failed, logBytes }),
    step(5, 'browser', { startedAfterMs: 21_800, durationMs: 22_400 }),
    step(6, 'pack', { ...skipped, reason: 'unit failed' }),
  ];
}
