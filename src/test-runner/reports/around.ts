/**
 * Owns the reports of tests as what is done after a job's steps, however they ended: a red job's are
 * those that somebody wants to read. Never changes a verdict.
 */

import type { Around } from '../steps/around.js';
import { collectReports } from './collect.js';

export const reportsAround: Around = {
  after: async ({ work, folder, workspace, say }) => {
    const { tests, lines } = await collectReports(folder, work.reports, workspace);
    for (const line of lines) say(line);
    return tests === null ? {} : { tests };
  },
};
