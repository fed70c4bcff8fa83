/**
 * Owns the sentences in which a runner tells what happens, with stable fields for machines.
 * Never decides anything; made from the events that reach the core and the effects that leave it.
 */

import { type Address, formatAddress } from '../protocol/address.js';
import { type Commit, defaultJobName, type RunId, short } from '../protocol/ids.js';
import type { Handback, Report } from '../protocol/job-bodies.js';
import { repositoriesNamed, type Tell, type Told } from '../world/story.js';
import type { Core } from './core/core.js';
import type { Because, Effect, Event, KeptRun, Run } from './core/events.js';

export interface Names {
  readonly name: string;
  readonly repositories: readonly string[] | 'any';
  readonly dispatcher: Address;
}

export class Story {
  readonly #tell: Tell;
  readonly #names: Names;
  readonly #dispatcher: string;
  /** The commits of runs, for messages that name the run only. */
  readonly #commits = new Map<RunId, Commit>();
  /** Those whose results the dispatcher has not taken yet. */
  readonly #ended = new Set<RunId>();
  /** A dispatcher that stays away is told of once, not at every attempt. */
  #saidAway: string | null = null;

  constructor(tell: Tell, names: Names) {
    this.#tell = tell;
    this.#names = names;
    this.#dispatcher = formatAddress(names.dispatcher);
  }

  /** The first lines: who this is, and which results an earlier process left to deliver. */
  opened(listening: Address, kept: readonly KeptRun[]): void {
    const { name, repositories } = this.#names;
    const which = repositories === 'any' ? 'any repository' : repositoriesNamed(repositories);
    this.#say(
      'waiting',
      `runner ${name} for ${which}, waiting for the dispatcher ${this.#dispatcher}`,
    );
    const { port } = listening;
    const where = `listening on ${formatAddress(listening)} for a classic dispatcher`;
    this.#say('listening', where, { level: 'debug', port });
    for (const { run } of kept) {
      this.#say('kept', `the result of ${short(run.commit)} is still to be delivered`, fields(run));
    }
  }

  /** A suite was found for the run and begins. */
  starting(run: Run, command: string): void {
    const subject = run.assignment.subject === '' ? '' : ` "${run.assignment.subject}"`;
    this.#say('testing', `testing ${this.#named(run)}${subject} with ${command}`, fields(run));
  }

  /** That event has reached the core; what follows from it comes after, effect by effect. */
  happened(event: Event, core: Core): void {
    switch (event.kind) {
      case 'session':
      case 'classic': {
        const kind = event.kind === 'session' ? 'connected to the' : 'found the classic';
        this.#saidAway = null;
        this.#say(event.kind, `${kind} dispatcher ${this.#dispatcher}`);
        break;
      }
      case 'away':
        this.#away(event.reason, event.refused, core);
        break;
      case 'message':
        if (event.message.verb === 'runtest') {
          this.#commits.set(event.message.run, event.message.commit);
        }
        if (event.message.verb === 'revoked' && this.#ended.has(event.message.run)) {
          this.#unwanted(event.message.run);
        }
        if (event.message.verb === 'recorded') {
          this.#say('recorded', 'the dispatcher has recorded the result', {
            run: event.message.run,
            level: 'debug',
          });
        }
        break;
      case 'ended':
        if (event.ending.kind === 'report') this.#reported(event.run, event.ending.report);
        if (event.ending.kind === 'unfit') this.#unfit(event.ending.handback);
        break;
      case 'offers':
        if (core.awaitsHello) {
          const msg =
            'the dispatcher is of an earlier release: it hears of that once nothing is in hand';
          this.#say('to-introduce', msg);
        }
        break;
      case 'drain':
        this.#draining(core);
        break;
      default:
        break;
    }
  }

  /** The core asks for that, and it is about to be done. */
  follows(effect: Effect): void {
    if (effect.kind === 'end') this.#ending(effect.run, effect.because);
    if (effect.kind === 'register') this.#say('registered', 'registering', { level: 'debug' });
    if (effect.kind === 'send' && effect.message.verb === 'handback') {
      this.#handedBack(effect.message.run, effect.message.body);
    }
    if (effect.kind === 'forget') {
      this.#commits.delete(effect.run.id);
      this.#ended.delete(effect.run.id);
    }
    if (effect.kind === 'introduce') {
      this.#say('introducing', 'connecting again, to say what is offered by now');
    }
    if (effect.kind === 'leave') this.#say('left', 'all is delivered; goodbye');
  }

  /** It would be refused again and again: somebody has to start it otherwise. */
  neverLetIn(reason: string): void {
    this.#say('never-let-in', `the dispatcher ${reason}: this runner leaves`, { level: 'error' });
  }

  /** A classic dispatcher could do nothing with us. */
  noClassic(event: keyof typeof whyNoClassic): void {
    this.#tell({ event, level: 'error', msg: whyNoClassic[event] });
  }

  #handedBack(run: RunId, { reason, detail }: Handback): void {
    const commit = this.#commits.get(run);
    this.#commits.delete(run);
    const what = commit === undefined ? `run ${run}` : short(commit);
    const why = detail === '' ? reason : detail;
    this.#say('handback', `gave ${what} back: ${why}`, { run, commit, reason, level: 'warn' });
  }

  /** Once an absence: each try fails for a reason of its own. A refusal asks for a person. */
  #away(reason: string, refused: boolean, core: Core): void {
    if (this.#saidAway !== null && (!refused || this.#saidAway === reason)) return;
    this.#saidAway = reason;
    const { goingOn, undelivered } = core.waitsFor();
    const asks = refused && goingOn.length > 0;
    const meanwhile = asks
      ? askingOf(goingOn.length)
      : whileAway(goingOn.length, undelivered.length);
    this.#say('away', `the dispatcher ${reason}: ${meanwhile}`, { level: 'warn', reason });
  }

  #unfit({ detail }: Handback): void {
    this.#say('unfit', `${detail}: this runner leaves`, { level: 'error' });
  }

  /** It was given to another, or cancelled, while we could not be heard. */
  #unwanted(run: RunId): void {
    const commit = this.#commits.get(run);
    const what = commit === undefined ? `run ${run}` : short(commit);
    const msg = `the result of ${what} is not wanted any more: another run has the commit, or it was cancelled`;
    this.#say('unwanted', msg, { run, commit, level: 'warn' });
  }

  #reported(run: Run, report: Report): void {
    this.#ended.add(run.id);
    const { end, exitCode, signal, reason } = report;
    const seconds = (report.durationMs / 1_000).toFixed(1);
    const status = end === 'failed' ? (signal ?? `exit code ${exitCode}`) : '';
    const why = [status, reason].filter((part) => part !== '').join(': ');
    const detail = why === '' ? '' : ` (${why})`;
    const msg = `${this.#named(run)} ${end} after ${seconds} s${detail}`;
    this.#say('ended', msg, { ...fields(run), ...report, verdict: end });
  }

  #ending(run: Run, because: Because): void {
    const commit = short(run.commit);
    const sentences = {
      cancelled: `${commit} was cancelled; its suite is ended`,
      revoked: `lost the lease of ${commit}; its suite is ended`,
      aborted: `stopped: the suite of ${commit} is ended`,
    };
    this.#say(because, sentences[because], { ...fields(run), level: 'warn' });
  }

  #draining(core: Core): void {
    const { going, undelivered } = core.waitsFor();
    if (going.length + undelivered.length === 0) return;
    const waits = [
      ...going.map(({ commit }) => `the suite of ${short(commit)}`),
      ...undelivered.map(({ commit }) => `the dispatcher to take the result of ${short(commit)}`),
    ];
    this.#say('draining', `waiting for ${waits.join(', ')}; Ctrl-C again ends it now`);
  }

  /** With its repository, where it might be another's. */
  #named(run: Run): string {
    const { repositories } = this.#names;
    const { repository } = run.assignment;
    const isClear = repositories !== 'any' && repositories.length === 1;
    return isClear || repository === null ? named(run) : `${named(run)} of ${repository}`;
  }

  #say(event: string, msg: string, more: Partial<Told> = {}): void {
    this.#tell({ ...more, event, msg });
  }
}

const whyNoClassic = {
  unreachable:
    'A classic dispatcher on another machine cannot dial localhost: ' +
    'start again with --host and a name or address of this machine.',
  'cannot-tell':
    'A classic dispatcher does not say of which repository a commit is: ' +
    'start again with a clone instead of --repositories.',
} as const;

/** `1a2b3c4`, `1a2b3c4:lint`, and which run of it, where it is not the first. */
function named({ commit, assignment: { job, number } }: Run): string {
  const name = job === defaultJobName ? short(commit) : `${short(commit)}:${job}`;
  return number > 1 ? `${name} (run ${number})` : name;
}

/** Whoever refuses us may have given our runs to another: that is heard at the next connection. */
function askingOf(going: number): string {
  return `asking it again what becomes of the run${going === 1 ? '' : 's'}`;
}

function whileAway(going: number, undelivered: number): string {
  if (going === 1) return 'the run goes on and its result is kept';
  if (going > 1) return 'the runs go on and their results are kept';
  return undelivered > 0 ? 'waiting for it, what has ended is kept' : 'waiting for it';
}

function fields({ id: run, commit }: Run): { run: string; commit: string } {
  return { run, commit };
}
