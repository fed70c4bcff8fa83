/**
 * Owns the laws that a lab holds its processes to while it plays: those of the simulated worlds
 * (test/simulation/laws.ts) that can be seen from outside, in the same words. It hears of what is pushed,
 * of what the dispatcher tells, and of what was done to whom, and holds them against each other. Pure; a
 * deadline is looked at on a `tick`.
 * Never takes a process's word for what another one did: suites, lines and processes are asked themselves.
 */

import type { CommitKind, LabLaw } from '../record/lab.js';
import { shortId } from '../record/text.js';
import type { Fact } from './facts.js';
import { type Law, sentences } from './law-sentences.js';

const lostRunsMax = 3;

/** A runner that dies may be missed by the dispatcher before the lab has heard of its end. */
const explainedWithinMs = 3_000;

/** All are well, and still nobody does what is to be done: some looks of an observer, some beats of a heart. */
const healedForMs = 20_000;

export type LawEvent =
  | { readonly kind: 'pushed'; readonly commit: string; readonly what: CommitKind }
  | { readonly kind: 'fact'; readonly fact: Fact }
  /** A runner's life, or its line, was touched: what it had may be lost; `isDead`: is gone. */
  | { readonly kind: 'harmed'; readonly process: string; readonly isDead: boolean }
  /** A dispatcher that has just started was asked for a commit that one before it had acknowledged. */
  | { readonly kind: 'asked-again'; readonly commit: string; readonly isKnown: boolean }
  /** So often its suite came to its end, as it has written itself. */
  | { readonly kind: 'completed'; readonly commit: string; readonly times: number }
  /** `isWell`: everybody runs, and every line is clear. `idle`: so many runners have nothing to do. */
  | { readonly kind: 'tick'; readonly isWell: boolean; readonly idle: number };

interface Job {
  readonly commit: string;
  readonly what: CommitKind | null;
  state: 'pushed' | 'waiting' | 'leased' | 'finished';
  lease: string | null;
  holder: string | null;
  /** Its holder is another process by now, or its suite has come to its end. */
  isLetGo: boolean;
  /** Runs that ended without a verdict. */
  readonly ended: string[];
  lost: number;
  /** Since when nothing about it has changed while all were well; null: not all are. */
  stillSinceMs: number | null;
}

interface Suspicion {
  readonly commit: string;
  readonly process: string;
  readonly sinceMs: number;
}

/** A process that was harmed may cost a run so much later: three pings, and a while on a busy machine. */
const harmLastsMs = 60_000;

export class Laws {
  readonly #jobs = new Map<string, Job>();
  readonly #broken = new Map<Law, string>();
  readonly #news: { readonly law: Law; readonly how: string }[] = [];
  readonly #told = new Set<string>();
  readonly #harmedMs = new Map<string, number>();
  #suspicions: Suspicion[] = [];

  get verdicts(): LabLaw[] {
    return Object.entries(sentences).map(([name, says]) => {
      return { name, says, broken: this.#broken.get(name as Law) ?? null };
    });
  }

  /** The laws that it breaks, each with how, once for each commit; of each law the first stays in view. */
  handle(event: LawEvent, nowMs: number): { readonly law: Law; readonly how: string }[] {
    this.#hear(event, nowMs);
    const news = this.#news.filter(({ law, how }) => !this.#told.has(`${law} ${how}`));
    this.#news.length = 0;
    for (const { law, how } of news) this.#told.add(`${law} ${how}`);
    return news.map(({ law, how }) => ({ law, how: `${sentences[law]}: ${how}` }));
  }

  #hear(event: LawEvent, nowMs: number): void {
    switch (event.kind) {
      case 'pushed':
        this.#jobs.set(event.commit, jobOf(event.commit, event.what));
        break;
      case 'fact':
        this.#fact(event.fact, nowMs);
        break;
      case 'harmed':
        this.#harmed(event, nowMs);
        break;
      case 'asked-again':
        if (!event.isKnown) this.#break('accepted', `${shortId(event.commit)} was, and is not`);
        break;
      case 'completed':
        this.#completed(event.commit, event.times);
        break;
      case 'tick':
        this.#tick(event, nowMs);
        break;
    }
  }

  #fact(fact: Fact, nowMs: number): void {
    if (fact.commit === undefined) return;
    const job = this.#jobs.get(fact.commit) ?? jobOf(fact.commit, null);
    this.#jobs.set(fact.commit, job);
    job.stillSinceMs = null;
    const run = fact.run ?? fact.commit;
    switch (fact.what) {
      case 'accepted':
        if (job.state === 'pushed') job.state = 'waiting';
        break;
      case 'requeued':
        // Lost, or asked for anew.
        Object.assign(job, { state: 'waiting', lease: null, holder: null });
        break;
      case 'leased':
      case 'resumed':
        this.#leased(job, run, fact.process);
        break;
      case 'lost':
        this.#lost(job, run, fact.process, nowMs);
        break;
      case 'handed-back':
        job.ended.push(run);
        Object.assign(job, { state: 'waiting', lease: null, holder: null });
        break;
      case 'verdict':
        this.#verdict(job, fact);
        break;
    }
  }

  #harmed({ process, isDead }: Extract<LawEvent, { kind: 'harmed' }>, nowMs: number): void {
    this.#harmedMs.set(process, nowMs);
    if (!isDead) return;
    for (const job of this.#jobs.values()) if (job.holder === process) job.isLetGo = true;
  }

  #leased(job: Job, run: string, process: string): void {
    const name = shortId(job.commit);
    if (job.lease !== null && (job.lease !== run || job.holder !== process)) {
      this.#break('single', `${name} is with ${process}, and with ${job.holder}`);
    }
    if (job.state === 'finished') this.#break('single', `${name} had its verdict already`);
    Object.assign(job, { state: 'leased', lease: run, holder: process, isLetGo: false });
  }

  #lost(job: Job, run: string, process: string, nowMs: number): void {
    const name = shortId(job.commit);
    if (job.lease !== run) this.#break('single', `${name} is lost by one that did not have it`);
    job.ended.push(run);
    job.lost += 1;
    Object.assign(job, { state: 'waiting', lease: null, holder: null });
    if (job.lost > lostRunsMax) this.#break('poison', `${name} was lost ${job.lost} times`);
    const harmedMs = this.#harmedMs.get(process) ?? Number.NEGATIVE_INFINITY;
    if (nowMs - harmedMs <= harmLastsMs) return;
    this.#suspicions.push({ commit: job.commit, process, sinceMs: nowMs });
  }

  #verdict(job: Job, { run, verdict }: Fact): void {
    const name = shortId(job.commit);
    if (job.state === 'finished') this.#break('verdict', `${name} has a second one`);
    const isOfWaiting = job.state === 'waiting' && run !== undefined && job.ended.includes(run);
    if (run !== undefined && run !== job.lease && !isOfWaiting) {
      this.#break('lease', `run ${run} ended ${name}, which ${job.holder ?? 'nobody'} has`);
    }
    Object.assign(job, { state: 'finished', lease: null, holder: null });
    if (verdict !== undefined && !isTrue(job, verdict)) {
      this.#break('truth', `${name} is ${job.what ?? 'lost'}, and called ${verdict}`);
    }
  }

  #completed(commit: string, times: number): void {
    const job = this.#jobs.get(commit);
    if (job === undefined) return;
    if (times > job.ended.length) job.isLetGo = true;
    if (times <= 1 + job.ended.length) return;
    this.#break('once', `${shortId(commit)} ran to completion ${times} times`);
  }

  #tick({ isWell, idle }: Extract<LawEvent, { kind: 'tick' }>, nowMs: number): void {
    this.#suspicions = this.#suspicions.filter((one) => !this.#isSettled(one, nowMs));
    for (const job of this.#jobs.values()) {
      // A lease that its holder still has takes as long as its suite.
      const isForgotten = job.state === 'leased' && job.isLetGo;
      const isIdle = job.state === 'pushed' || isForgotten || (job.state === 'waiting' && idle > 0);
      if (!isWell || !isIdle) job.stillSinceMs = null;
      else job.stillSinceMs ??= nowMs;
      if (job.stillSinceMs === null || nowMs - job.stillSinceMs < healedForMs) continue;
      const since = `for ${healedForMs / 1_000} s all have been well`;
      const name = shortId(job.commit);
      if (job.state === 'pushed') this.#break('kept', `${since}, and nobody has heard of ${name}`);
      else if (isForgotten) this.#break('rest', `${since}, and ${name} is called running`);
      else this.#break('rest', `${since}, a runner is idle, and nobody tests ${name}`);
    }
  }

  /** Explained, or for so long that it is told. */
  #isSettled({ commit, process, sinceMs }: Suspicion, nowMs: number): boolean {
    if ((this.#harmedMs.get(process) ?? Number.NEGATIVE_INFINITY) >= sinceMs) return true;
    if (nowMs - sinceMs < explainedWithinMs) return false;
    this.#break('frozen', `the run of ${shortId(commit)} on ${process} is`);
    return true;
  }

  #break(law: Law, how: string): void {
    this.#news.push({ law, how });
    if (!this.#broken.has(law)) this.#broken.set(law, how);
  }
}

function jobOf(commit: string, what: CommitKind | null): Job {
  const nobody = {
    lease: null,
    holder: null,
    isLetGo: false,
    ended: [],
    lost: 0,
    stillSinceMs: null,
  };
  return { commit, what, state: 'pushed', ...nobody };
}

/** What may be said of it: of what was lost too often, that; whoever asks may always cancel. */
function isTrue({ what, lost }: Job, verdict: string): boolean {
  if (verdict === 'errored') return lost >= lostRunsMax;
  const right = {
    green: 'passed',
    slow: 'passed',
    red: 'failed',
    hanging: 'timed-out',
    poison: '',
  };
  return what === null || [right[what], 'cancelled', 'superseded'].includes(verdict);
}
