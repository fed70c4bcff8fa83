/**
 * Owns what the record tells of what changed: who came, fell silent and left, and what became of jobs,
 * in the sentences of the story, each with the state of its process from there on.
 * Never decides anything; what turns one state into another is the record's (process-states.ts).
 */

import { impossible } from '../../protocol/impossible.js';
import { ProcessStates } from '../../record/process-states.js';
import {
  dispatcher,
  type ProcessRole,
  type ProcessState,
  type WireChange,
} from '../../record/record.js';
import type { Told } from '../../world/story.js';
import type { Notice } from '../core/events.js';
import type { Job } from '../core/job.js';
import { sentence } from '../sentences.js';
import { named, tellEntry, tellNotice } from '../story.js';
import type { Batch } from './feed.js';
import type { Recorded } from './publication.js';

/** A change before it has its number and its time. */
export type Change = Omit<WireChange, 'n' | 'atUs'>;

interface ChangesKnown {
  /** Whether a job is to be told with its repository. */
  readonly severalRepositories: () => boolean;
  /** Whether a runner or an observer that is called so is there. */
  readonly isHere: (name: string) => boolean;
}

export class WireChanges {
  /** Of those who are there, but for the dispatcher itself: one of them may go by its name. */
  readonly #states = new ProcessStates();
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
    if (verb !== 'ping' || !this.#states.asked(name)) return [];
    const says = `${this.#states.roleOf(name)} ${name} has not answered its ping`;
    return [this.#change('silent', name, says)];
  }

  /** A message came from it. */
  heard(name: string, verb: string): Change[] {
    const role = this.#states.roleOf(name);
    if (role === undefined) return [];
    const changes: Change[] = [];
    if (this.#states.heard(name)) {
      changes.push(this.#change('heard', name, `${role} ${name} is heard again`));
    }
    if (verb === 'draining') {
      this.#states.drains(name);
      const says = `${role} ${name} wants no further runs: it finishes what it holds and leaves`;
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
    this.#states.clear();
    const state = this.#stateOf(dispatcher);
    const joined = present.flatMap((notice) => this.#noticed(notice, []));
    const leases = [...leased].flatMap(({ job, run, runner }) => {
      this.#takes(runner, run);
      const about = { commit: job.commit, job: job.name, run };
      return this.#change('leased', runner, `${this.#nameOf(job)} → runner ${runner}`, about);
    });
    const draining = present.flatMap(({ name }) =>
      drains(name) ? this.heard(name, 'draining') : [],
    );
    return [
      { kind: 'change', what: 'joined', process: dispatcher, role: 'dispatcher', ...state, says },
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

  #moved(notice: Notice & { kind: 'joined' | 'left' }, role: ProcessRole, says: string): Change {
    const { name, kind } = notice;
    if (kind === 'left') {
      // It may have come again before it was heard to go.
      if (this.#isHere(name)) return this.#change('left', name, says);
      this.#states.remove(name);
      return { kind: 'change', what: 'left', process: name, role, state: 'dead', says };
    }
    if (this.#states.roleOf(name) === undefined) this.#states.add(name, role);
    this.#states.joined(name);
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
        this.#takes(runner, run);
        return [this.#change(kind, runner, msg, { ...about, run })];
      }
      case 'lost': {
        const { runner, run } = entry;
        this.#states.ends(run);
        const lost = this.#change('lost', runner, sentence(entry), { ...about, run });
        const isOver = append.some((one) => one.kind === 'finished' && one.job === entry.job);
        return isOver ? [lost] : [lost, this.#change('requeued', dispatcher, msg, about)];
      }
      case 'handed-back': {
        const { runner, run } = entry;
        this.#states.ends(run);
        return [this.#change('handed-back', runner, msg, { ...about, run })];
      }
      case 'retried': {
        const { run, runner, verdict } = entry;
        this.#states.ends(run);
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
        this.#states.ends(run);
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
    const state = this.#states.stateOf(name);
    return state === undefined ? {} : { state };
  }

  #takes(runner: string, run: string): void {
    if (this.#states.roleOf(runner) === undefined) this.#states.add(runner, 'runner');
    this.#states.takes(runner, run);
  }
}

function runnerOf(job: Job | undefined, run: string): string | undefined {
  return job?.runs.find(({ id }) => id === run)?.runner;
}
