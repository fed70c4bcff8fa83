/**
 * Owns the reports of tests as what is done after a job's steps, however they ended: a red job's are
 * those that somebody wants to read. Never changes a verdict.
 */

import type { Clock } from '../../world/clock.js';
import type { Around } from '../steps/around.js';
import { readInThread } from './thread.js';

export function reportsAround(clock: Clock): Around {
  return {
    after: async ({ run, work, folder, workspace, say }) => {
      const { secrets = {} } = run.assignment;
      const order = { folder, wanted: work.reports, workspace, secrets };
      const { tests, lines } = await readInThread(clock, order);
      for (const line of lines) say(line);
      return tests === null ? {} : { tests };
    },
  };
}
