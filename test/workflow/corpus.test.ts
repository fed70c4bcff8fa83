/**
 * Owns the promise that real files are planned. They lie beside the project and are nobody's to
 * copy; where they are missing this is skipped, and says so.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { handover } from '../../src/protocol/job-bodies.js';
import { jobsToHandOver } from '../../src/workflow/handing-over.js';
import { events } from '../../src/workflow/occasion.js';
import { planCommit } from '../../src/workflow/plan.js';
import { push } from '../support/plans.js';

const beside = join(import.meta.dirname, '../../../shared/corpus');
const folder = process.env['TRIVET_CORPUS'] ?? beside;
/** Also in CI they may be missing: no package has them. */
const isTried = existsSync(join(folder, 'INDEX.tsv'));

/** Each is wrong in Woodpecker's eyes, too: `environment: production`. */
const wrong: Readonly<Record<string, RegExp>> = {
  '127-woodpecker.yml': /"pipeline\.\S+\.environment" is .*, and expected is a map or a list/,
};

function planOfReal(file: string, name: string) {
  const text = readFileSync(join(folder, file), 'utf8');
  const path = file.endsWith('drone.yml') ? '.drone.yml' : `.woodpecker/${name}`;
  return events.map((event) => {
    const ref = event === 'tag' ? 'refs/tags/v1.2.3' : push.ref;
    return planCommit([{ path, text }], { ...push, event, ref });
  });
}

test.skipIf(!isTried)(
  'real workflow files are planned for every event; the few errors are right',
  () => {
    const [, ...rows] = readFileSync(join(folder, 'INDEX.tsv'), 'utf8').trim().split('\n');
    for (const [file = '', name = ''] of rows.map((row) => row.split('\t'))) {
      const plans = planOfReal(file, name);
      const errors = plans
        .flatMap(({ findings }) => findings)
        .filter(({ severity }) => severity === 'error');
      const expected = wrong[file];
      if (expected === undefined) expect(errors, file).toEqual([]);
      else for (const { says } of errors) expect(says, file).toMatch(expected);
      for (const plan of plans) {
        // What an observer would hand over of it.
        const jobs = jobsToHandOver(plan, push, []);
        expect(handover.safeParse({ jobs }).error, file).toBeUndefined();
      }
      const isPlanned = plans.some(({ jobs, leftOut }) => jobs.length + leftOut.length > 0);
      expect(isPlanned || expected !== undefined, file).toBe(true);
    }
    expect(Object.keys(wrong).length / rows.length).toBeLessThan(0.05);
  },
);

test.runIf(!isTried)(`skipped: there are no real workflow files in ${folder}`, () => {});
