/**
 * Owns the dispatcher's sentences: what a person is told of each batch of the feed.
 * Never decides. What belongs together is told together, so that a lost runner
 * reads as one line: "runner :8900 closed its connection → 1a2b3c4 requeued → runner :8901".
 */

import { formatAddress } from '../protocol/address.js';
import { type RunId, short } from '../protocol/ids.js';
import { repositoriesNamed, type Told } from '../world/story.js';
import type { Notice } from './core/events.js';
import type { Job } from './core/job.js';
import type { Entry } from './core/journal.js';
import type { Batch } from './feed/feed.js';
import type { Recorded } from './feed/publication.js';
import { ending, jobNamed, pausedNamed, seconds } from './sentences.js';
import { lacksRoom } from './store/no-room.js';

/** The sentences for one batch: what one event brought. */
export function tellBatch(batch: Batch, severalRepositories = false): Told[] {
  const name = (job: Job) => named(job, severalRepositories);
  const entries = batch.filter((published) => published.kind === 'entry');
  const notices = batch.flatMap((published) =>
    published.kind === 'notice' ? published.notice : [],
  );
  const troubles = batch.flatMap((published) => (published.kind === 'told' ? published.told : []));
  return [...tellTogether(entries, notices, name), ...troubles];
}

/** The disk takes nothing, or does again. */
export function tellRoom(isBlocked: boolean, error: unknown): Told {
  if (!isBlocked) {
    return { event: 'disk-has-room', msg: 'the disk can be written again: all goes on' };
  }
  const why = error instanceof Error ? error.message : 'it is full';
  const msg = lacksRoom(error)
    ? `no room on the disk (${why}): nothing is lost, all waits; free some`
    : `the disk cannot be written (${why}): nothing is lost, all waits; mend that`;
  return { event: 'disk-full', level: 'error', msg };
}

/** `1a2b3c4:lint`, and of which repository where there are several. */
export function named(job: Job, severalRepositories: boolean): string {
  const isTold = severalRepositories && job.repository !== null;
  return isTold ? `${jobNamed(job)} of ${job.repository}` : jobNamed(job);
}

function tellTogether(
  entries: readonly Recorded<Job>[],
  notices: readonly Notice[],
  name: (job: Job) => string,
): Told[] {
  const append = entries.map(({ entry }) => entry);
  const lost = new Set(append.filter(({ kind }) => kind === 'lost').map(({ job }) => job));
  // A runner that left with runs is told of by what became of each.
  const leavings = notices.filter((notice) => notice.kind === 'left' && notice.runs > 0);
  return [
    ...notices.filter((notice) => !leavings.includes(notice)).map(tellNotice),
    ...entries
      .filter(({ entry }) => !(entry.kind === 'leased' && lost.has(entry.job)))
      .map((recorded) => tellEntry(recorded, append, name)),
  ];
}

export function tellNotice(notice: Notice): Told {
  switch (notice.kind) {
    case 'joined': {
      const { role, name, repository, others = [], anyRepository = false, classic } = notice;
      const what = classic ? 'classic runner' : role;
      const purpose = role === 'runner' ? 'tests' : 'watches';
      const all = [...(repository === null ? [] : [repository]), ...others];
      const which = anyRepository ? 'any repository' : repositoriesNamed(all);
      const its = which === '' ? '' : `: it ${purpose} ${which}`;
      const msg = `${what} ${name} connected${its}`;
      return { event: `${role}-joined`, [role]: name, repository, others, classic, msg };
    }
    case 'left': {
      const { role, name, reason } = notice;
      return { event: `${role}-left`, [role]: name, reason, msg: `${role} ${name} ${reason}` };
    }
    case 'offers': {
      const { name, offer } = notice;
      const { capacity, labels } = offer;
      const runs = capacity === 1 ? 'one run at a time' : `${capacity} runs at once`;
      const carries = labels.length === 0 ? 'no labels' : `the labels ${labels.join(', ')}`;
      const msg = `runner ${name} now offers ${runs} and ${carries}`;
      return { event: 'runner-offers', runner: name, ...offer, msg };
    }
    case 'untested': {
      const { repository, tested } = notice;
      const they = tested.length === 0 ? 'they name none' : `they test ${tested.join(', ')}`;
      const msg = `no runner tests ${repository} (${they}): its commits wait; ${sameName}`;
      return { event: 'untested', repository, tested, level: 'warn', msg };
    }
    case 'unwanted': {
      const { repository, runners, watched } = notice;
      const who = runners === 1 ? 'a runner tests' : `${runners} runners test`;
      const instead = `observers watch ${watched.join(', ')}`;
      const msg = `${who} ${repository}, of which nothing comes (${instead}); ${sameName}`;
      return { event: 'unwanted', repository, runners, watched, level: 'warn', msg };
    }
    case 'lacking': {
      const { name } = notice;
      const msg = `observer ${name} handed over commits that are not in this memory: it does so again`;
      return { event: 'lacking', observer: name, level: 'warn', msg };
    }
    case 'paused':
    case 'unpaused': {
      const { kind, what } = notice;
      const is = kind === 'paused' ? 'is paused: nothing new is leased' : 'goes on';
      return { event: kind, what, msg: `${pausedNamed(what)} ${is}` };
    }
    case 'registered':
    case 'forgotten': {
      const runner = formatAddress(notice.address);
      const msg = `classic runner ${runner} ${notice.kind}`;
      return { event: `classic-${notice.kind}`, runner, level: 'debug', msg };
    }
    case 'stalled': {
      const { forMs } = notice;
      const msg =
        `the dispatcher stood still for ${seconds(forMs)} (frozen, asleep or overloaded): ` +
        'it hears first who is still there';
      return { event: 'stalled', forMs, level: 'warn', msg };
    }
    case 'known': {
      const { commit } = notice;
      const msg = `${short(commit)} was handed over before: nothing to do`;
      return { event: 'known', commit, level: 'debug', msg };
    }
    case 'late': {
      const { commit, run } = notice;
      const msg = `${short(commit)}: the lost run's result arrived after all and is taken`;
      return { event: 'late-result', commit, run, msg };
    }
  }
}

const sameName = 'if these are one, start both with the same --repository';

export function tellEntry(
  { entry, job }: Recorded<Job>,
  append: readonly Entry[],
  name: (job: Job) => string,
): Told {
  const id = name(job);
  const base = { event: entry.kind, commit: job.commit, job: job.id };
  switch (entry.kind) {
    case 'accepted': {
      const subject = entry.subject === '' ? '' : ` "${entry.subject}"`;
      const branch = entry.branch === '' ? '' : ` on ${entry.branch}`;
      return { ...base, msg: `${id}${subject}${branch} accepted from ${entry.by}` };
    }
    case 'known-on': {
      const { branch, again } = entry;
      const msg = again ? `${branch} came back to ${id}` : `${id} is on ${branch} too`;
      return { ...base, branch, msg };
    }
    case 'unblocked':
      return { ...base, level: 'debug', msg: `${id} has what it needs` };
    case 'leased': {
      const { run, runner, number } = entry;
      return { ...base, run, runner, number, msg: `${id} → runner ${runner}${again(job, run)}` };
    }
    case 'resumed': {
      const { run, runner } = entry;
      return {
        ...base,
        run,
        runner,
        msg: `runner ${runner} came back; its run of ${id}${again(job, run)} goes on`,
      };
    }
    case 'lost': {
      const { run, runner, reason } = entry;
      const lease = nextLease(entry, append);
      const next = lease?.runner ?? null;
      const fate = next === null ? whatBecomes(entry, append) : `requeued → runner ${next}`;
      const msg = `runner ${runner} ${reason} → ${id}${again(job, run)} ${fate}`;
      return { ...base, run, runner, reason, next, nextRun: lease?.run, level: 'warn', msg };
    }
    case 'handed-back': {
      const { run, runner, reason, detail } = entry;
      const why = detail === '' ? reason : `${reason}: ${detail}`;
      const msg = `runner ${runner} handed ${id}${again(job, run)} back (${why})`;
      return { ...base, run, runner, reason, level: 'warn', msg };
    }
    case 'retried': {
      const { run, runner } = entry;
      const where = ` on runner ${runner}${again(job, run)}`;
      const msg = `${id} ${ending(entry)}${where}: run once more, its tests may be flaky`;
      return { ...base, run, runner, level: 'warn', msg };
    }
    case 'cancel-asked': {
      const { supersededBy } = entry;
      if (supersededBy === undefined) return { ...base, msg: `${id} is to be cancelled` };
      const msg = `${id} is to end: ${short(supersededBy)} came after it`;
      return { ...base, supersededBy, msg };
    }
    case 'rerun-asked':
      return { ...base, msg: `${id} is to be tested again` };
    case 'finished': {
      const { run, verdict } = entry;
      const runner = job.runs.find(({ id: of }) => of === run)?.runner;
      const where = runner === undefined ? '' : ` on runner ${runner}${again(job, run)}`;
      const level = verdict === 'passed' ? 'info' : 'warn';
      return { ...base, run, runner, verdict, level, msg: `${id} ${ending(entry)}${where}` };
    }
  }
}

/** The number of a run, where it is not the commit's first. */
function again(job: Job, run: RunId | null): string {
  const number = job.runs.find(({ id }) => id === run)?.number ?? 1;
  return number > 1 ? ` (run ${number})` : '';
}

function nextLease(lost: Entry, append: readonly Entry[]): (Entry & { kind: 'leased' }) | null {
  const next = append.find((entry) => entry.kind === 'leased' && entry.job === lost.job);
  return next?.kind === 'leased' ? next : null;
}

function whatBecomes(lost: Entry, append: readonly Entry[]): string {
  const isOver = append.some((entry) => entry.kind === 'finished' && entry.job === lost.job);
  return isOver ? 'given up' : 'requeued, first in line';
}
