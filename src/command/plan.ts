/**
 * Owns `trivet plan`: the jobs and steps that the work tree's workflows have for a commit and an
 * event, drawn, or as JSON.
 */

import { type Event, events, type Occasion } from '../workflow/occasion.js';
import { planCommit } from '../workflow/plan.js';
import { exitCodes, UsageError } from '../world/exit.js';
import { readFlags } from '../world/flags.js';
import { drawn } from './drawing.js';
import { inShort } from './findings.js';
import { headOf, refOf, workflowFiles } from './work-tree.js';

const flags = {
  json: { type: 'boolean', default: false, describe: 'the plan for programs' },
  event: { choices: events, default: 'push', describe: 'as if this had happened' },
  branch: { type: 'string', describe: 'as if on this branch (default: the one checked out)' },
  tag: { type: 'string', describe: 'as if this tag were pushed' },
  path: { type: 'string', describe: 'as if these files had changed: a.go,docs/b.md' },
  cron: { type: 'string', describe: 'name of the cron job' },
  'deploy-target': { type: 'string', describe: 'where a deployment goes' },
  platform: { type: 'string', describe: 'where it would run: linux/amd64' },
} as const;

interface Read {
  readonly json: boolean;
  readonly event: Event;
  readonly branch?: string;
  readonly tag?: string;
  readonly path?: string;
  readonly cron?: string;
  readonly 'deploy-target'?: string;
  readonly platform?: string;
}

/** Answers the exit code. */
export async function plan(argv: readonly string[]): Promise<number> {
  const purpose = 'Draws the jobs and steps that the work tree has for a commit.';
  const usage = { program: 'trivet plan', purpose, flags, argument: null };
  const read = readFlags(usage, argv) as Read | null;
  if (read === null) return exitCodes.fine;
  const { top, occasion } = await headOf(process.cwd());
  const asked = occasionOf(occasion, read);
  const planned = planCommit(workflowFiles(top), asked);
  process.stdout.write(read.json ? `${JSON.stringify(planned, null, 2)}\n` : drawn(planned, asked));
  // With --json they stand in the plan.
  if (!read.json) process.stderr.write(inShort(planned.findings));
  const isWrong = planned.findings.some(({ severity }) => severity === 'error');
  return isWrong ? exitCodes.usage : exitCodes.fine;
}

function occasionOf(head: Occasion, read: Read): Occasion {
  const { branch = head.branch, tag } = read;
  const event = tag === undefined ? read.event : 'tag';
  if (event === 'tag' && tag === undefined) throw new UsageError('Which tag? Name it: --tag v1.0.');
  return {
    ...head,
    event,
    branch,
    ref: tag === undefined ? refOf(branch) : `refs/tags/${tag}`,
    paths: read.path?.split(',') ?? head.paths,
    cron: read.cron ?? '',
    deployTarget: read['deploy-target'] ?? '',
    platform: read.platform ?? '',
    pullRequest: event.startsWith('pull_request')
      ? { number: '1', sourceBranch: head.branch }
      : null,
  };
}
