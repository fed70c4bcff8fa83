/**
 * Owns the words for people: status, verdict, why. Changes nothing: core and store
 * are asked, text comes out.
 */

import type { Commit, RunId } from '../../protocol/ids.js';
import type { StepReport } from '../../protocol/work.js';
import { repositoriesNamed } from '../../world/story.js';
import type { DispatcherCore } from '../core/core.js';
import { runOf } from '../core/job.js';
import type { Entry } from '../core/journal.js';
import type { Runner } from '../core/peers.js';
import { namesOf } from '../core/shape.js';
import { mostImportant, stateOfRow } from '../documents/states.js';
import { jobNamed, pausedNamed, seconds, sentence, stepEnding } from '../sentences.js';
import type { FlakyRow, Queries } from '../store/queries.js';
import type { Store } from '../store/store.js';
import { named } from '../story.js';
import { failingTests, flakinessOf, suspicion } from './failing-tests.js';
import { whyNoJob } from './replies.js';
import { waitReason } from './wait-reasons.js';

/** So many waiting jobs are listed; the rest is counted. */
const listedMost = 20;

/** Who is there, what runs, what waits and why. */
export function status(core: DispatcherCore, logs: Steps, nowMs: number): string {
  const { waiting, blocked, leased } = core.counts();
  const runners = core.runners();
  const observers = core.observers();
  const waits = core.waits(listedMost, nowMs);
  return [
    `${plural(runners.length, 'runner')}, ${plural(observers.length, 'observer')}; ` +
      `${leased} running, ${waiting} waiting${blocked > 0 ? `, ${blocked} blocked` : ''}`,
    ...[...core.pauses].map((what) => `  ${pausedNamed(what)} is paused`),
    ...runners.map((runner) => describeRunner(core, logs, runner, nowMs)),
    ...observers.map(
      ({ name, repository }) =>
        `  observer ${name}: watches ${repository ?? 'an unnamed repository'}`,
    ),
    ...core.spectators().map(({ name }) => `  spectator ${name}`),
    ...waits.map(
      ({ job, why }) => `  ${named(job, core.hasSeveralRepositories)} waits: ${waitReason(why)}`,
    ),
    ...(waiting + blocked > listedMost ? [`  and ${waiting + blocked - listedMost} more`] : []),
    '',
  ].join('\n');
}

/** How the steps of runs that go on stand. */
interface Steps {
  stepsOf(run: RunId): readonly StepReport[];
}

/** What is asked about: a commit, or one of its jobs. */
interface Asked {
  readonly commit: Commit;
  /** Null: all of them. */
  readonly job: string | null;
}

/** What answers are made from: memory, where all is on disk, and the store. */
interface Known {
  readonly core: DispatcherCore;
  readonly store: Store;
  readonly logs: Steps;
  readonly queries: Pick<Queries, 'flaky'>;
  /** Resolves once everything that was decided is on disk. */
  readonly settled: () => Promise<void>;
}

/** The jobs of a commit, oldest first, at a moment when what memory says of them is on disk. */
async function settledRows({ core, store, settled }: Known, commit: Commit) {
  for (;;) {
    const rows = await store.jobsOf(commit);
    await settled();
    // One that went on has been over, and was forgotten, since it was read.
    const isStale = rows.some(({ id, verdict }) => verdict === null && core.job(id) === undefined);
    if (!isStale) return rows;
  }
}

/** One word: a verdict, or blocked, waiting, running, unknown. Of several jobs, what matters most. */
export async function verdict(known: Known, { commit, job: name }: Asked): Promise<string> {
  const rows = await settledRows(known, commit);
  const words = rows
    .filter((row) => (name ?? row.name) === row.name)
    .map(({ id: job, verdict: word }) => stateOfRow(known.core, { job, verdict: word }));
  return `${mostImportant(words) ?? 'unknown'}\n`;
}

/** The story of every job of the commit, or of that one, and what it waits for now. */
export async function why(
  known: Known,
  { commit, job: name }: Asked,
  nowMs: number,
): Promise<string> {
  const rows = await settledRows(known, commit);
  const says = whyNoJob(
    commit,
    name,
    rows.map((row) => row.name),
  );
  if (says !== null) return says;
  const asked = rows.filter((row) => (name ?? row.name) === row.name);
  const stories = await Promise.all(asked.map(({ id }) => known.store.history(id)));
  await known.settled();
  const flakiness = await flakinessOf(known.queries, stories);
  const reasons = known.core.whyWaiting(known.core.jobsOf(commit), nowMs);
  return asked
    .map(({ id }, index) => {
      const [reason, flaky] = [reasons.get(id), flakiness.get(id) ?? []];
      return [
        ...(stories[index] ?? []).flatMap((entry) => told(entry, flaky)),
        ...going(known, id).map(step),
        ...suspicion(flaky),
        ...(reason === undefined ? [] : [`It waits: ${waitReason(reason)}.`]),
      ];
    })
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function describeRunner(core: DispatcherCore, logs: Steps, runner: Runner, nowMs: number): string {
  const names = namesOf(runner.offer);
  const which = names === null ? 'any repository' : repositoriesNamed(names);
  const where = runner.via.kind === 'classic' ? 'a classic runner' : `for ${which}`;
  const carried = [...runner.offer.labels].filter((label) => !byNature.test(label));
  const labels = carried.length === 0 ? '' : `, labels ${carried.join(' ')}`;
  const runs = [...runner.runs].flatMap((run) => {
    const job = core.jobOfRun(run);
    if (job === undefined) return [];
    // The job's own time begins anew where its runner comes back with the run.
    const sinceMs = runOf(job, run)?.leasedAtMs ?? job.sinceMs;
    const steps = logs
      .stepsOf(run)
      .filter(({ state, isService }) => state === 'running' && !isService);
    const which = steps.length === 0 ? '' : ` (${steps.map(({ name }) => name).join(', ')})`;
    return `${jobNamed(job)}${which} for ${seconds(nowMs - sinceMs)}`;
  });
  const free = runner.draining ? 'leaving' : runner.paused ? 'paused' : 'idle';
  const doing = runs.length > 0 ? `tests ${runs.join(', ')}` : free;
  return `  runner ${runner.name} (${where}${labels}): ${doing}`;
}

/** Every runner carries such labels: they are no news of this one. */
const byNature = /^(?:arch|executor|os)=/;

/** The entry, and below it how the steps ended of the run that it tells of, and which tests failed. */
function told(entry: Entry, flaky: readonly FlakyRow[]): string[] {
  const steps = 'steps' in entry ? (entry.steps ?? []) : [];
  return [stamped(entry), ...steps.map(step), ...failingTests(entry, flaky)];
}

/** Steps of a run that has the lease. */
function going({ core, logs }: Known, id: number): readonly StepReport[] {
  const state = core.job(id)?.state;
  return state?.kind === 'leased' ? logs.stepsOf(state.run) : [];
}

function step(report: StepReport): string {
  return `  ${report.isService ? 'service' : 'step'} ${stepEnding(report)}`;
}

function stamped(entry: Entry): string {
  return `${new Date(entry.atMs).toISOString()}  ${sentence(entry)}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
