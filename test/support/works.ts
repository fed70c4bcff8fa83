/**
 * Owns works for tests: what a runner is told of a job whose workflow file is written in the test.
 */

import { expect } from 'vitest';
import type { Work } from '../../src/protocol/work.js';
import { workOf } from '../../src/workflow/handing-over.js';
import { planCommit } from '../../src/workflow/plan.js';
import { push } from './plans.js';

/** The work of the only job of that file. */
export function workFor(text: string, path = '.trivet.yml'): Work {
  const plan = planCommit([{ path, text }], push);
  const [job] = plan.jobs;
  expect(plan.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  if (job === undefined) throw new Error(`no job: ${JSON.stringify(plan.leftOut)}`);
  return workOf(job, plan, push);
}
