/**
 * Owns what the record tells of what changed: who came, fell silent and left, and what became of jobs,
 * in the sentences of the story, each with how its process is from there on.
 * Never decides anything; it keeps no more of a process than a strip along its line shows.
 */

import { impossible } from '../../protocol/impossible.js';
import type { ProcessState, WireChange } from '../../record/record.js';
import type { Told } from '../../world/story.js';
import type { Notice } from '../core/events.js';
import type { Job } from '../core/job.js';
import { sentence } from '../sentences.js';
import { named, tellEntry, tellNotice } from '../story.js';
import type { Batch } from './feed.js';
import type { Recorded } from './publication.js';

/** A change before it has its number and its time. */
export type Change = Omit<WireChange, 'n' | 'atUs'>;

type Role = NonNullable<WireChange['role']>;

interface ChangesKnown {
  /** Whether a job is to be told with its repository. */
  readonly severalRepositories: () => boolean;
  /** Whether a runner or an observer that is called so is there. */
  readonly isHere: (name: string) => boolean;
}

/** A process, as far as its strip shows it. */
interface Process {
  readonly role: Role;
  readonly runs: Set<string>;
  isDraining: boolean;
  /** It was asked whether it is there, and nothing was heard of it since. */
  isAsked: boolean;
  isSilent: boolean;
}

export const dispatcher = 'dispatcher';

export class WireChanges {
  readonly #processes = new Map<string, Process>();
  readonly #nameOf: (job: Job) => string;
  readonly #isHere: ChangesKnown['isHere'];
  #isDraining = false;

  constructor({ severalRepositories, isHere }: ChangesKnown) {
    this.#nameOf = (job) => named(job, severalRepositories());
    this.#isHere = isHere;
  }

  /** What came of one event. */
  of(batch: Batch): Change[] {
    const entries = batch.filter((published) => published.kind === 'entry');
    const notices = batch.flatMap((published) =>
      published.kind === 'notice' ? published.notice : [],
    );
    const told = batch.flatMap((published) => (published.kind === 'told' ? published.told : []));
    return [
      ...notices.flatMap((notice) => this.#noticed(notice, entries)),
      ...entries.flatMap((recorded) => this.#happened(recorded, entries)),
      ...told.flatMap((one) => this.#befell(one)),
    ];
  }

  /** A message goes to it: where that asks whether it is there, and nothing came since the last. */
  asked(name: string, verb: string): Change[] {
    const process = this.#processes.get(name);
    if (process === undefined || verb !== 'ping') return [];
    if (process.isAsked && !process.isSilent) {
      process.isSilent = true;
      return [this.#change('silent', name, `${process.role} ${name} has not answered its ping`)];
    }
    process.isAsked = true;
    return [];
  }

  /** A message came from it. */
  heard(name: string, verb: string): Change[] {
    const process = this.#processes.get(name);
    if (process === undefined) return [];
    process.isAsked = false;
    const changes: Change[] = [];
    if (process.isSilent) {
      process.isSilent = false;
      changes.push(this.#change('heard', name, `${process.role} ${name} is heard again`));
    }
    if (verb === 'draining') {
      process.isDraining = true;
      const says = `${process.role} ${name} wants no further runs: it finishes what it holds and leaves`;
      changes.push(this.#change('draining', name, says));
    }
    return changes;
  }

  /** The record begins: who is there, and with which runs in hand. */
  begin(
    present: readonly (Notice & { kind: 'joined' })[],
    drains: (name: string) => boolean,
    leased: Iterable<{ readonly job: Job; readonly run: string; readonly runner: string }>,
    says: string,
  ): Change[] {
    this.#processes.clear();
    const itself = { role: 'dispatcher', ...this.#stateOf(dispatcher), says } as const;
    const joined = present.flatMap((notice) => this.#noticed(notice, []));
    const leases = [...leased].flatMap(({ job, run, runner }) => {
      this.#process(runner).runs.add(run);
      const about = { commit: job.commit, job: job.name, run };
      return this.#change('leased', runner, `${this.#nameOf(job)} → runner ${runner}`, about);
    });
    const draining = present.flatMap(({ name }) =>
      drains(name) ? this.heard(name, 'draining') : [],
    );
    return [
      { kind: 'change', what: 'joined', process: dispatcher, ...itself },
      ...joined,
      ...leases,
      ...draining,
    ];
  }

  #noticed(notice: Notice, entries: readonly Recorded<Job>[]): Change[] {
    const { msg } = tellNotice(notice);
    switch (notice.kind) {
      case 'joined':
      case 'left': {
        // Whoever only watches is a visitor, and no part of the system.
        if (notice.role === 'spectator') return [];
        return [this.#moved(notice, notice.role, msg)];
      }
      case 'late': {
        const { run, commit } = notice;
        const job = entries.find(({ entry }) => 'run' in entry && entry.run === run)?.job;
        const runner = runnerOf(job, run) ?? dispatcher;
        return [this.#change('late', runner, msg, { commit, run, ...(job && { job: job.name }) })];
      }
      case 'stalled':
        return [this.#change('thawed', dispatcher, msg)];
      default:
        return [];
    }
  }

  #moved(notice: Notice & { kind: 'joined' | 'left' }, role: Role, says: string): Change {
    const { name, kind } = notice;
    const process = this.#process(name, role);
    if (kind === 'left') {
      // It may have come again before it was heard to go.
      if (this.#isHere(name)) return this.#change('left', name, says);
      this.#processes.delete(name);
      return { kind: 'change', what: 'left', process: name, role, state: 'dead', says };
    }
    process.isAsked = false;
    process.isSilent = false;
    process.isDraining = false;
    return { ...this.#change('joined', name, says), role };
  }

  #happened(recorded: Recorded<Job>, all: readonly Recorded<Job>[]): Change[] {
    const { entry, job } = recorded;
    const append = all.map((one) => one.entry);
    const { msg } = tellEntry(recorded, append, this.#nameOf);
    const about = { commit: job.commit, job: job.name };
    switch (entry.kind) {
      case 'accepted':
        return [this.#change('accepted', dispatcher, msg, about)];
      case 'leased':
      case 'resumed': {
        const { kind, runner, run } = entry;
        this.#process(runner).runs.add(run);
        return [this.#change(kind, runner, msg, { ...about, run })];
      }
      case 'lost': {
        const { runner, run } = entry;
        this.#processes.get(runner)?.runs.delete(run);
        const lost = this.#change('lost', runner, sentence(entry), { ...about, run });
        const isOver = append.some((one) => one.kind === 'finished' && one.job === entry.job);
        return isOver ? [lost] : [lost, this.#change('requeued', dispatcher, msg, about)];
      }
      case 'handed-back': {
        const { runner, run } = entry;
        this.#processes.get(runner)?.runs.delete(run);
        return [this.#change('handed-back', runner, msg, { ...about, run })];
      }
      case 'retried': {
        const { run, runner, verdict } = entry;
        this.#processes.get(runner)?.runs.delete(run);
        const ended = this.#change('verdict', runner, msg, { ...about, run, verdict });
        return [ended, this.#change('requeued', dispatcher, msg, about)];
      }
      case 'rerun-asked':
        return [this.#change('requeued', dispatcher, msg, about)];
      case 'finished': {
        const { run, verdict } = entry;
        const runner = run === null ? undefined : runnerOf(job, run);
        if (run === null || runner === undefined)
          return [this.#change('verdict', dispatcher, msg, { ...about, verdict })];
        this.#processes.get(runner)?.runs.delete(run);
        return [this.#change('verdict', runner, msg, { ...about, run, verdict })];
      }
      case 'known-on':
      case 'unblocked':
      case 'cancel-asked':
        return [];
      default:
        return impossible(entry);
    }
  }

  #befell({ event, msg }: Told): Change[] {
    if (event !== 'draining') return [];
    this.#isDraining = true;
    return [this.#change('draining', dispatcher, msg)];
  }

  #change(
    what: WireChange['what'],
    process: string,
    says: string,
    about: Pick<WireChange, 'commit' | 'job' | 'run' | 'verdict'> = {},
  ): Change {
    return { kind: 'change', what, process, ...this.#stateOf(process), ...about, says };
  }

  /** Absent: it is not there, and what befalls it changes nothing in that. */
  #stateOf(name: string): { readonly state?: ProcessState } {
    if (name === dispatcher) return { state: this.#isDraining ? 'draining' : 'idle' };
    const process = this.#processes.get(name);
    if (process === undefined) return {};
    if (process.isSilent) return { state: 'silent' };
    if (process.isDraining) return { state: 'draining' };
    return { state: process.runs.size > 0 ? 'busy' : 'idle' };
  }

  #process(name: string, role: Role = 'runner'): Process {
    const known = this.#processes.get(name);
    if (known !== undefined) return known;
    const nothing = { isDraining: false, isAsked: false, isSilent: false };
    const process: Process = { role, runs: new Set(), ...nothing };
    this.#processes.set(name, process);
    return process;
  }
}

function runnerOf(job: Job | undefined, run: string): string | undefined {
  return job?.runs.find(({ id }) => id === run)?.runner;
}
