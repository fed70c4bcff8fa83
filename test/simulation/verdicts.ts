/**
 * Owns what a verdict must be: true of its suite, and with its whole log on disk. (That its run had
 * the right to give it is the ledger's.) Says what is wrong; never remembers anything.
 */

import { isDeepStrictEqual } from 'node:util';
import type { Entry } from '../../src/dispatcher/core/journal.js';
import type { Copies } from './copies.js';
import type { SimulatedDisk } from './disk.js';
import type { Broken } from './laws.js';
import type { LedgerJob, LedgerRun } from './ledger.js';
import { isGivenSecret, secretValue } from './plans.js';
import type { StepLaw } from './step-law.js';
import { classicOutput, logBytesMax, maskedOutput, scriptOf, wholeOutput } from './suites.js';
import { teamPlanOf } from './team.js';
import { workflowOf } from './workflows.js';

type Finished = Entry & { kind: 'finished' };

/** What else is known when a verdict falls. */
export interface Evidence {
  /** The dispatcher's. */
  readonly disk: SimulatedDisk;
  /** Runs whose suites came to their own end. */
  readonly completed: ReadonlySet<string>;
  readonly isCancelAsked: boolean;
  /** Its branch, which is not the default one, has a newer commit. */
  readonly hasNewer: boolean;
  /** All jobs of the commit. */
  readonly siblings: readonly LedgerJob[];
  readonly steps: StepLaw;
  readonly copies: Copies;
  /** Runners run nothing but steps: what has none, they cannot judge. */
  readonly hasWorkflows: boolean;
}

/** The laws that this entry breaks. */
export function* judge(job: LedgerJob, entry: Finished, evidence: Evidence): Generator<Broken> {
  const run = job.runs.find(({ id }) => id === entry.run);
  const { disk, siblings, steps, copies, hasWorkflows } = evidence;
  const work = hasWorkflows ? workflowOf(job) : undefined;
  yield* judgeReason(job, run, entry, evidence);
  if (work === undefined) {
    yield* judgeTruth(job, run, entry, evidence);
    if (run !== undefined) yield* judgeLog(job, run, entry, evidence);
  } else if (run !== undefined) {
    yield* steps.judge({ job, run, work, entry, disk, copies, result: resultOf(job, siblings) });
  }
}

/** The file in the results folder that holds the log of that job. */
export function resultOf({ commit, name }: LedgerJob, siblings: readonly LedgerJob[]): string {
  return siblings.length > 1 ? `/results/${commit}.${name}` : `/results/${commit}`;
}

/** What may be said of any job, whatever it does. */
function* judgeReason(
  job: LedgerJob,
  run: LedgerRun | undefined,
  { verdict }: Finished,
  { isCancelAsked, hasNewer, siblings }: Evidence,
): Generator<Broken> {
  const is = (one: string) => verdict === one;
  const isRight =
    (!is('cancelled') || isCancelAsked) &&
    (!is('superseded') || hasNewer) &&
    (!is('skipped') || isSkippedRightly(job, siblings)) &&
    (!(is('passed') || is('failed')) || run !== undefined);
  const how = `${job.commit.slice(0, 7)} is called ${verdict} without a reason`;
  if (!isRight) yield { law: 'truth', how };
}

function* judgeTruth(
  { commit }: LedgerJob,
  run: LedgerRun | undefined,
  entry: Finished,
  { completed, hasWorkflows }: Evidence,
): Generator<Broken> {
  const { ends } = scriptOf(commit);
  const floods = wholeOutput(commit).length > logBytesMax;
  const is = (verdict: string) => entry.verdict === verdict;
  const isJudged = is('passed') || is('failed');
  const isRight =
    (!is('passed') || (ends === 'passes' && (!floods || run?.classic === true))) &&
    (!is('failed') || ends === 'fails') &&
    (!is('errored') || run === undefined || ((floods || hasWorkflows) && !run.classic));
  const called = `is called ${entry.verdict}`;
  const name = commit.slice(0, 7);
  if (!isRight) yield { law: 'truth', how: `${name}, whose suite ${ends}, ${called}` };
  if (isJudged && run?.classic === false && !completed.has(run.id)) {
    yield { law: 'truth', how: `${name} ${called}, and its suite did not end` };
  }
}

/** At its birth, because of one that it needs, or because none of those failed. */
function isSkippedRightly(job: LedgerJob, siblings: readonly LedgerJob[]): boolean {
  const planned = teamPlanOf(job.commit).find(({ name }) => name === job.name);
  if (planned?.ended?.verdict === 'skipped' || siblings.some(isInTheWayOf(job))) return true;
  const needed = siblings.filter(({ name }) => job.needs.includes(name));
  return !job.runsOn.includes('success') && needed.every(({ verdict }) => verdict === 'passed');
}

/** One that the job needs, and that is over and did not pass. */
function isInTheWayOf(job: LedgerJob): (other: LedgerJob) => boolean {
  return ({ name, verdict }) =>
    job.needs.includes(name) && verdict !== null && verdict !== 'passed';
}

function* judgeLog(
  job: LedgerJob,
  run: LedgerRun,
  entry: Finished,
  { disk, siblings, copies }: Evidence,
): Generator<Broken> {
  const { commit, id } = job;
  // A classic one that sends nothing leaves nothing.
  if (run.classic && entry.verdict === 'timed-out') return;
  const isMasked = isGivenSecret(job);
  const shown = isMasked ? maskedOutput(commit) : wholeOutput(commit);
  const whole = run.classic ? classicOutput(commit) : shown;
  const path = `/logs/${commit.slice(0, 2)}/${commit}-${id}.${run.number}.log`;
  const log = disk.readSynced(path) ?? Buffer.alloc(0);
  const isWhole = entry.verdict === 'passed' || entry.verdict === 'failed';
  const printed = run.classic ? log : printedIn(log, entry.reason, whole);
  // The half of a secret that came before its run was ended is none.
  const half = wholeOutput(commit).subarray(0, printed.length);
  const isHalf = !isWhole && isMasked && printed.equals(half);
  const expected = isWhole ? whole : isHalf ? half : whole.subarray(0, printed.length);
  const where = `the log of ${commit.slice(0, 7)}, run ${run.number},`;
  if (isMasked && log.includes(secretValue)) {
    yield { law: 'secret', how: `${where} holds its secret` };
  } else if (log.length !== entry.logBytes) {
    yield { law: 'log', how: `${where} has ${log.length} of ${entry.logBytes} bytes on disk` };
  } else if (!printed.equals(expected)) {
    yield { law: 'log', how: `${where} is not what the suite printed` };
  }
  copies.recorded(id, {
    how: `the result of ${commit.slice(0, 7)} is not the log of its verdict's run`,
    isThere: () => isDeepStrictEqual(disk.readSynced(resultOf(job, siblings)), log),
  });
}

/** What the suite printed: a reason that is no output stands below it, on a line of its own. */
function printedIn(log: Buffer, reason: string, whole: Buffer): Buffer {
  const line = `${reason}.\n`;
  if (reason === '' || !log.toString('latin1').endsWith(line)) return log;
  const above = log.subarray(0, log.length - line.length);
  // Output that was cut in mid-line is ended first.
  return whole.subarray(0, above.length).equals(above) ? above : above.subarray(0, -1);
}
