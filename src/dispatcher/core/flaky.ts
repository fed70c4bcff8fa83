/**
 * Owns what a run's report comes to, and with it what `--retry-flaky` does: a job that failed by tests
 * is run once more before anybody is told that it is red. Passed then means passed, and flaky; failed
 * again means failed. Never more than once for each time that somebody asked for the job.
 * The other runner is preferred by the order of the free ones: whoever has just failed it is the last.
 */

import type { RunId } from '../../protocol/ids.js';
import type { Report } from '../../protocol/job-bodies.js';
import { summaryOf, type TestReport, type TestSummary } from '../../protocol/tests.js';
import { asAsked, finish, release } from './endings.js';
import { type Job, runOf, shapeAt } from './job.js';
import type { Conclusion } from './journal.js';
import { suits } from './shape.js';
import type { Turn } from './turn.js';

/** So many tests are named in a reason; the others are counted. */
const namedMax = 3;

/** The report of a run that is wanted ends its job, or has it run once more. */
export function conclude(turn: Turn, job: Job, run: RunId, report: Report): void {
  const { tests } = report;
  if (tests !== undefined && deservesAnother(turn, job, run, report, tests)) {
    tryOnceMore(turn, job, run, report, tests);
  } else {
    const by = report.end === 'cancelled' ? job.supersededBy : null;
    const ending = { ...conclusionOf(report), reason: reasonFor(job, run, report) };
    finish(turn, job, run, by === null ? ending : { ...ending, ...asAsked(by) });
  }
  if (tests !== undefined) turn.keepTests(job.id, run, tests);
}

function conclusionOf(report: Report): Conclusion {
  const { end: verdict, exitCode, signal, reason, logBytes, durationMs, steps, tests } = report;
  return {
    ...{ verdict, exitCode, signal, reason, logBytes, durationMs },
    ...(steps !== undefined && { steps }),
    ...(tests !== undefined && { tests: summaryOf(tests) }),
  };
}

/** A run that failed, and not by its tests alone, would fail again; where nobody is there, it waits. */
function deservesAnother(
  turn: Turn,
  job: Job,
  run: RunId,
  { end }: Report,
  { failures }: TestReport,
): boolean {
  const { retriesFlaky, pool, severalRepositories } = turn.state;
  if (!retriesFlaky || end !== 'failed' || failures.length === 0) return false;
  if (job.retried !== null || job.cancelAskedAtMs !== null) return false;
  if (pool.holderOf(run)?.draining === false) return true;
  const shape = shapeAt(job, turn.nowMs);
  return pool
    .runners()
    .some(({ draining, offer }) => !draining && suits(offer, shape, severalRepositories));
}

function tryOnceMore(turn: Turn, job: Job, run: RunId, report: Report, tests: TestReport): void {
  const runner = runOf(job, run)?.runner ?? '';
  const ending = { ...conclusionOf(report), verdict: 'failed', tests: summaryOf(tests) } as const;
  turn.append({ kind: 'retried', job: job.id, run, runner, ...ending });
  release(turn, run, false);
}

/** What the runner says; of a second run, what the two together mean. */
function reasonFor(job: Job, run: RunId, { end, reason }: Report): string {
  if (job.retried === null) return reason;
  const first = runOf(job, job.retried.run)?.runner;
  const second = runOf(job, run)?.runner;
  const where =
    first === second
      ? `failed twice, both times on ${first}: no other runner was idle`
      : `failed twice, on ${first} and on ${second}`;
  const meaning = { passed: flaky(job.retried.tests), failed: where };
  const both = end === 'passed' || end === 'failed' ? meaning[end] : '';
  return [reason, both].filter((part) => part !== '').join('; ');
}

function flaky({ failed, failures }: TestSummary): string {
  const names = failures.slice(0, namedMax).map(({ name }) => name);
  const [named, more] = [names.join(', '), failed - names.length];
  return `passed on the second run; flaky: ${named}${more > 0 ? ` and ${more} more` : ''}`;
}
