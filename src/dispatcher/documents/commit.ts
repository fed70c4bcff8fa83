/**
 * Owns the document of one commit: each of its jobs with its plan, its runs and their steps, its tests
 * and its story.
 */

import type { Documents, JobOfCommit, RunOfJob } from '../../protocol/documents.js';
import type { Commit, RunId } from '../../protocol/ids.js';
import { type Job, jobFrom } from '../core/job.js';
import type { Entry } from '../core/journal.js';
import { sentence } from '../sentences.js';
import { waitReason } from '../shell/wait-reasons.js';
import type { Known } from './known.js';
import { type JobRows, latest } from './rows.js';
import { mostImportant, stateOf } from './states.js';

/** Null: it was never handed over, or is no longer kept. */
export async function commitDocument(
  known: Known,
  rows: JobRows,
  commit: Commit,
): Promise<Documents['commit'] | null> {
  const { store, core, clock, settled } = known;
  const ids = await store.jobsOf(commit);
  await settled();
  const seq = known.lastSeq();
  const histories = await Promise.all(ids.map(({ id }) => store.history(id)));
  const nowMs = clock.nowMs();
  const reasons = core.whyWaiting(core.jobsOf(commit), nowMs);
  const jobs = await Promise.all(
    histories.flatMap((history) => {
      const job = jobFrom(history);
      if (job === undefined) return [];
      const reason = reasons.get(job.id);
      return [
        jobOfCommit(known, rows, job, history, reason === undefined ? '' : waitReason(reason)),
      ];
    }),
  );
  const [first] = histories.flatMap((history) => jobFrom(history) ?? []);
  if (first === undefined) return null;
  const { branch, author, subject } = first;
  return {
    ...{ nowMs, seq, commit, branch, author, subject, jobs },
    state: mostImportant(jobs.map(({ state }) => state)) ?? 'waiting',
    atMs: Math.min(...jobs.map(({ acceptedAtMs }) => acceptedAtMs)),
    finishedAtMs: latest(jobs.map(({ finishedAtMs }) => finishedAtMs)),
  };
}

async function jobOfCommit(
  known: Known,
  rows: JobRows,
  job: Job,
  history: readonly Entry[],
  waits: string,
): Promise<JobOfCommit> {
  const { id, repository, name, needs, shape, branch, alsoOn, work } = job;
  const last = history.at(-1);
  const ended = last?.kind === 'finished' ? last : null;
  const judged = history.findLast((entry) => entry.kind === 'finished' || entry.kind === 'retried');
  const steps = [...(work?.steps ?? []), ...(work?.services ?? [])];
  return {
    job: id,
    ...{ repository, name, branch },
    state: stateOf(job),
    needs: [...needs],
    labels: [...new Set(shape.labels.flat())],
    alsoOn: [...alsoOn],
    acceptedAtMs: history[0]?.atMs ?? 0,
    finishedAtMs: ended?.atMs ?? null,
    exitCode: ended?.exitCode ?? null,
    reason: ended?.reason ?? waits,
    estimateMs: await rows.estimate(job),
    runs: runsOf(known, history),
    plan: steps.map((step, index) => ({
      number: index + 1,
      name: step.name,
      needs: [...step.needs],
      isService: index >= (work?.steps.length ?? 0),
    })),
    tests: judged?.tests ?? null,
    story: history.map((entry) => ({ atMs: entry.atMs, says: sentence(entry) })),
  };
}

/** Each run as the entries tell it, oldest first. */
function runsOf(known: Known, history: readonly Entry[]): RunOfJob[] {
  const runs = new Map<RunId, RunOfJob>();
  const end = (run: RunId | null, change: Partial<RunOfJob>) => {
    const before = run === null ? undefined : runs.get(run);
    if (run !== null && before !== undefined) runs.set(run, { ...before, ...change });
  };
  for (const entry of history) {
    const { atMs } = entry;
    switch (entry.kind) {
      case 'leased': {
        const { run, number, runner } = entry;
        const ending = { endedAtMs: null, ending: 'running', because: '' };
        const steps = known.steps.stepsOf(run).slice();
        runs.set(run, { run, number, runner, leasedAtMs: atMs, ...ending, steps });
        break;
      }
      case 'resumed':
        end(entry.run, { runner: entry.runner, endedAtMs: null, ending: 'running', because: '' });
        break;
      case 'lost':
        end(entry.run, { endedAtMs: atMs, ending: 'lost', because: entry.reason });
        break;
      case 'handed-back': {
        const because = entry.detail || entry.reason;
        end(entry.run, { endedAtMs: atMs, ending: 'handed back', because });
        break;
      }
      case 'retried':
      case 'finished': {
        const { verdict: ending, reason: because, steps = [] } = entry;
        end(entry.run, { endedAtMs: atMs, ending, because, steps: [...steps] });
        break;
      }
    }
  }
  // The end of its job ends what goes on: its result is no longer wanted.
  const last = history.at(-1);
  if (last?.kind !== 'finished') return [...runs.values()];
  return [...runs.values()].map((run) =>
    run.endedAtMs === null ? { ...run, endedAtMs: last.atMs, ending: 'abandoned' } : run,
  );
}
