/**
 * Owns `trivet run`: the workflows of this work tree, as they lie there, done here by the runner's own
 * code: the same order, environment and verdicts as on a runner, without a dispatcher.
 */

import { hostname, userInfo } from 'node:os';
import { parseCommit } from '../protocol/ids.js';
import { type Here, type HereOptions, runHere, type Verdict } from '../test-runner/local/here.js';
import { workOf } from '../workflow/handing-over.js';
import type { Occasion } from '../workflow/occasion.js';
import { planAnyway } from '../workflow/plan.js';
import type { Job, Plan } from '../workflow/plan-types.js';
import { exitCodes, UsageError } from '../world/exit.js';
import { readFlags } from '../world/flags.js';
import { harmless } from '../world/harmless.js';
import { endingSignals } from '../world/signals.js';
import { type Copies, type Copy, copiesOf } from './copy.js';
import { inShort } from './findings.js';
import { secretsIn } from './secrets-file.js';
import { chosen } from './selection.js';
import { screenOn } from './steps-screen.js';
import { headOf, refOf, workflowFiles } from './work-tree.js';

const flags = {
  keep: {
    type: 'boolean',
    default: false,
    describe: 'leave the copies of the work tree, one for each job, to look inside',
  },
  secrets: { type: 'string', describe: 'file with what steps name by from_secret: NAME=value' },
  branch: { type: 'string', describe: 'as if on this branch (default: the one checked out)' },
} as const;

interface Read {
  readonly keep: boolean;
  readonly secrets?: string;
  readonly branch?: string;
  readonly names: readonly string[];
}

/** How long a step that is asked to end may take. */
const graceMs = 10_000;

const whyNoSecret = 'it is not in a file that --secrets names';

/** Answers the exit code: red is 1. */
export async function runWorkTree(argv: readonly string[]): Promise<number> {
  const read = readFlags(
    {
      program: 'trivet run',
      purpose:
        'Runs the workflows of the work tree here, uncommitted changes included: all, or the one ' +
        'that is named first, and of it the steps that are named after it.',
      flags,
      argument: { name: 'names', describe: 'a workflow, then steps of it', isMany: true },
    },
    argv,
  ) as Read | null;
  if (read === null) return exitCodes.fine;
  const { top, occasion: head } = await headOf(process.cwd());
  const branch = read.branch ?? head.branch;
  const occasion = { ...head, branch, ref: refOf(branch) };
  const plan = planAnyway(workflowFiles(top), occasion);
  process.stderr.write(inShort(plan.findings));
  const isWrong = plan.findings.some(({ severity }) => severity === 'error');
  // Those of other files can be run.
  if (isWrong && plan.jobs.length === 0) return exitCodes.usage;
  const jobs = chosen(plan, read.names);
  const secrets = secretsIn(read.secrets);
  const copies = await copiesOf(top);
  for (const path of copies.absent) process.stderr.write(`${absence(path)}\n`);
  const kept: string[] = [];
  try {
    const code = await runAll(plan, jobs, occasion, {
      ...{ secrets, whyNoSecret, copies },
      over: ({ name }, copy) => {
        if (read.keep) kept.push(`  ${name}: ${copy.folder}\n`);
        else copy.remove();
      },
    });
    const isAsked = read.names.length === 0;
    return code === exitCodes.fine && isWrong && isAsked ? exitCodes.usage : code;
  } finally {
    copies.close(read.keep);
    const head = kept.length === 1 ? 'The copy is in' : 'The copies are in';
    if (kept.length > 0) process.stdout.write(`\n${head}:\n${kept.join('')}`);
  }
}

function absence(path: string): string {
  return (
    `The submodule ${harmless(path)} is not checked out here, so its folder is empty in the run: ` +
    'git submodule update --init brings it.'
  );
}

interface Desk extends Pick<HereOptions, 'secrets' | 'whyNoSecret'> {
  readonly copies: Copies;
  /** The job has ended, and nothing works in its copy any more. */
  readonly over: (job: Job, copy: Copy) => void;
}

async function runAll(
  plan: Plan,
  jobs: readonly Job[],
  occasion: Occasion,
  { secrets, whyNoSecret, copies, over }: Desk,
): Promise<number> {
  const names = jobs.flatMap(({ steps }) => steps.map(({ name }) => name.length));
  const { stdout } = process;
  const screen = screenOn(
    {
      write: (text) => stdout.write(text),
      isTTY: stdout.isTTY === true,
      isColoured: stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
      columns: () => stdout.columns ?? 80,
    },
    Math.min(20, Math.max(0, ...names)),
  );
  const commit = parseCommit(occasion.commit);
  if (commit === null) throw new UsageError('There is no commit here yet: make a first one.');
  const runner = `${userInfo().username}@${hostname()}`;
  const ends = new Map<string, Verdict['end'] | 'skipped'>();
  const stopping = stoppable();
  for (const [index, job] of jobs.entries()) {
    const why = stopping.isAsked() ? 'it was stopped' : whyNot(job, ends);
    screen.heading(job.name);
    if (why !== null) {
      screen.say(`– skipped: ${why}`);
      ends.set(job.name, 'skipped');
      continue;
    }
    const copy = copies.another(index === jobs.length - 1);
    const work = workOf(job, plan, occasion);
    const here = runHere(
      { secrets, whyNoSecret, commit, runner, graceMs, work, folder: copy.folder },
      screen,
    );
    stopping.watch(here);
    const verdict = await here.ended;
    stopping.watch(null);
    over(job, copy);
    ends.set(job.name, verdict.end);
    screen.say(`${job.name}: ${verdict.end}${verdict.reason === '' ? '' : `, ${verdict.reason}`}`);
  }
  screen.close();
  if (stopping.isAsked()) return exitCodes.aborted;
  const all = [...ends.values()];
  if (all.includes('errored')) return exitCodes.usage;
  return all.every((end) => end === 'passed' || end === 'skipped') ? exitCodes.fine : exitCodes.red;
}

/** Null where what it needs ended as it wants. */
function whyNot({ needs, runsOn }: Job, ends: ReadonlyMap<string, string>): string | null {
  const known = needs.filter((name) => ends.has(name));
  const red = known.find((name) => ends.get(name) !== 'passed');
  if (red !== undefined && !runsOn.includes('failure'))
    return `it needs ${red}, which did not pass`;
  if (red === undefined && known.length > 0 && !runsOn.includes('success')) {
    return 'it is for a failure, and all that it needs passed';
  }
  return null;
}

interface Stopping {
  isAsked(): boolean;
  /** What Ctrl-C ends from now on. */
  watch(here: Here | null): void;
}

function stoppable(): Stopping {
  let isAsked = false;
  let going: Here | null = null;
  for (const signal of endingSignals) {
    process.on(signal, () => {
      isAsked = true;
      going?.stop();
    });
  }
  return {
    isAsked: () => isAsked,
    watch: (here) => {
      going = here;
    },
  };
}
