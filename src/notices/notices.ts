/**
 * Owns what other programs are told of: entry by entry of the journal, what it leads to goes into the
 * outbox, from where a delivery takes it to each target. A client of the feed and of the questions about
 * the past, like any other: no decision waits for it.
 *
 *   feed ──wakes──> reader ──entry──> decide ──> outbox ──> delivery ──> forge, webhook, mail, collector
 *                                              (on disk)   (one each)
 */

import { isRed } from '../dispatcher/documents/states.js';
import type { Feed } from '../dispatcher/feed/feed.js';
import type { JobThenRow, JournalRow, Queries } from '../dispatcher/store/queries.js';
import type { Commit } from '../protocol/ids.js';
import { matchesGlob } from '../workflow/glob.js';
import type { Clock } from '../world/clock.js';
import type { Tell } from '../world/story.js';
import { verdictOf } from './commit-then.js';
import { judgementsOf, type OnBranch, statusOf } from './decide.js';
import { Delivery, keptMs, type Send } from './delivery.js';
import { JournalReader } from './journal-reader.js';
import type { Judgement, Message } from './message.js';
import type { Outbox, Outcome } from './outbox.js';
import type { Target } from './target.js';
import { traceOf } from './trace.js';

/** Tests that failed, of those that are named. */
const failingMax = 10;

/** Entries of one job: of one that was tried for weeks, the newest. */
const entriesMax = 500;

/** What is asked of the past. */
export type Asked = 'journal' | 'commitThen' | 'sightings' | 'life' | 'failing';

export interface NoticesWorld {
  readonly clock: Clock;
  readonly feed: Pick<Feed, 'follow' | 'lastSeq'>;
  readonly queries: Pick<Queries, Asked>;
  readonly outbox: Outbox;
  readonly send: Send;
  /** Where people read of a commit; null: nowhere. */
  readonly linkTo: (commit: Commit) => string | null;
  readonly tell: Tell;
}

export class Notices {
  readonly #world: NoticesWorld;
  readonly #reader: JournalReader;
  #deliveries: readonly Delivery[] = [];

  constructor(world: NoticesWorld, targets: readonly Target[]) {
    this.#world = world;
    const { clock, feed, queries, outbox, tell } = world;
    this.set(targets);
    this.#reader = new JournalReader({
      ...{ clock, feed, tell, journal: queries.journal, begin: outbox.place },
      take: (row) => this.#take(row),
      reach: (place) => outbox.reach(place),
    });
  }

  /** These are told from now on; what waits for others is not told any more. */
  set(targets: readonly Target[]): void {
    const { outbox, tell } = this.#world;
    for (const delivery of this.#deliveries) delivery.close();
    const dropped = outbox.keepOnly(targets.map(({ key }) => key));
    if (dropped > 0) {
      const msg = `${dropped} messages waited for targets that are not told any more: they are dropped`;
      tell({ event: 'notices-dropped', level: 'warn', dropped, msg });
    }
    this.#deliveries = targets.map((target) => new Delivery(target, this.#world));
    for (const delivery of this.#deliveries) delivery.wake();
  }

  /** What waits stays on disk, and is told after the next start. */
  close(): void {
    this.#reader.close();
    for (const delivery of this.#deliveries) delivery.close();
    this.#world.outbox.close();
  }

  async #take(row: JournalRow): Promise<void> {
    const targets = this.#targetsOf(row.job.repository);
    const { messages, standings } = await this.#outcomeOf(row, targets);
    if (messages.length + standings.length === 0) return;
    const { clock, outbox } = this.#world;
    const nowMs = clock.wallMs();
    const isNews = nowMs - row.entry.atMs < keptMs;
    const place = { seq: row.seq, atMs: row.entry.atMs };
    const lost = outbox.take(place, nowMs, { messages: isNews ? messages : [], standings });
    for (const delivery of this.#deliveries) {
      delivery.pushedOut(lost.get(delivery.target.key) ?? 0);
      delivery.wake();
    }
  }

  #targetsOf(repository: string | null): Target[] {
    const all = this.#deliveries.map(({ target }) => target);
    return all.filter(({ repositories }) => matchesGlob(repositories, repository ?? ''));
  }

  async #outcomeOf(row: JournalRow, targets: readonly Target[]): Promise<Outcome> {
    const status = statusOf(row);
    const statuses = status === null ? [] : addressed(targets.filter(isForge), status);
    const curious = targets.filter((target) => !isForge(target));
    const { kind } = row.entry;
    const isOfInterest = kind === 'finished' || kind === 'known-on';
    if (!isOfInterest || curious.length === 0) return { messages: statuses, standings: [] };
    const { repository, commit } = row.job;
    const jobs = await this.#world.queries.commitThen({ repository, commit, upTo: row.seq });
    const traces = await this.#traces(row, jobs, curious);
    const { messages, standings } = await this.#judgements(row, jobs, curious);
    return { messages: [...statuses, ...traces, ...messages], standings };
  }

  async #traces(row: JournalRow, jobs: readonly JobThenRow[], targets: readonly Target[]) {
    const collectors = targets.filter(({ to }) => to === 'otlp');
    const job = jobs.find((one) => one.job === row.job.id);
    if (row.entry.kind !== 'finished' || job === undefined || collectors.length === 0) return [];
    const asked = { job: row.job.id, upTo: row.seq, most: entriesMax };
    const entries = await this.#world.queries.life(asked);
    const link = this.#world.linkTo(row.job.commit);
    const document = traceOf(row, { job, entries, ending: row.entry, link });
    return addressed(collectors, { kind: 'trace', document });
  }

  async #judgements(
    row: JournalRow,
    jobs: readonly JobThenRow[],
    targets: readonly Target[],
  ): Promise<Outcome> {
    const { outbox, queries } = this.#world;
    const [first] = jobs;
    if (first === undefined || verdictOf(jobs) === null) return { messages: [], standings: [] };
    const asked = { job: first.job, upTo: row.seq, most: entriesMax };
    const then = { jobs, later: await queries.sightings(asked) };
    const { repository } = row.job;
    const messages: Outcome['messages'][number][] = [];
    const standings: Outcome['standings'][number][] = [];
    const standingOn = (branch: string) => outbox.standingOn({ repository, branch });
    for (const one of judgementsOf(row, then, standingOn)) {
      const { judgement, standing } = one;
      const told = targets.filter((target) => isToldOf(target, one));
      if (told.length > 0) messages.push(...addressed(told, await this.#whole(judgement)));
      if (standing !== null) standings.push({ repository, branch: judgement.branch, standing });
    }
    return { messages, standings };
  }

  async #whole(judgement: OnBranch['judgement']): Promise<Judgement> {
    const { verdict, commit, repository } = judgement;
    if (!isRed(verdict)) return { ...judgement, failing: [] };
    const rows = await this.#world.queries.failing({ repository, commit, most: failingMax });
    const failing = rows.map(({ name: job, test, message }) => ({ job, test, message }));
    return { ...judgement, failing };
  }
}

function addressed(targets: readonly Target[], message: Message) {
  return targets.map(({ key }) => ({ target: key, message }));
}

function isForge({ to }: Target): boolean {
  return to !== 'webhook' && to !== 'email' && to !== 'otlp';
}

function isToldOf(target: Target, { isChange, isFirst }: OnBranch): boolean {
  if (target.to !== 'webhook' && target.to !== 'email') return false;
  return target.on === 'always' ? isFirst : isChange;
}
