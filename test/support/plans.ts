/**
 * Owns plans for tests: of one file, for a push to main unless a test says otherwise.
 */

import { type HandoverBody, handover } from '../../src/protocol/job-bodies.js';
import { jobsToHandOver } from '../../src/workflow/handing-over.js';
import type { Occasion } from '../../src/workflow/occasion.js';
import { planCommit } from '../../src/workflow/plan.js';

export const push: Occasion = {
  event: 'push',
  repository: 'team/demo',
  cloneUrl: 'https://git.example.org/team/demo.git',
  defaultBranch: 'main',
  commit: 'c0ffee'.padEnd(40, '0'),
  branch: 'main',
  ref: 'refs/heads/main',
  message: 'Fix the parser',
  author: 'ada',
  authorEmail: 'ada@example.org',
  paths: ['src/parser.ts', 'README.md'],
  cron: '',
  deployTarget: '',
  pullRequest: null,
  instance: 'ci.example.org',
  platform: '',
  variables: {},
};

export const tag: Occasion = { ...push, event: 'tag', branch: '', ref: 'refs/tags/v1.2.3' };

/** The plan of one file's text. */
export function planOf(text: string, occasion: Occasion = push, path = '.woodpecker.yml') {
  return planCommit([{ path, text }], occasion);
}

/** `2:3 error: …`, a line a finding. */
export function findingsOf(text: string, occasion?: Occasion, path?: string): string[] {
  return planOf(text, occasion, path).findings.map(
    ({ line, column, severity, says }) => `${line}:${column} ${severity}: ${says}`,
  );
}

/** The steps of the only job as `build < fetch, vet`. */
export function order(text: string, occasion?: Occasion, path?: string): string[] {
  const [job] = planOf(text, occasion, path).jobs;
  return (job?.steps ?? []).map(({ name, needs }) =>
    needs.length === 0 ? name : `${name} < ${needs.join(', ')}`,
  );
}

/** A commit with these workflow files, as an observer hands it over. */
export function planned(
  files: Readonly<Record<string, string>>,
  more: Partial<Occasion> = {},
): HandoverBody {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  const occasion = { ...push, ...more };
  const jobs = jobsToHandOver(planCommit(sources, occasion), occasion, sources);
  return handover.parse({ branch: 'main', author: 'Ada', subject: 'Add it', jobs });
}
