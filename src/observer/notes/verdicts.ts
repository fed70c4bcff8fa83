/**
 * Owns what a spectator's session tells of the verdicts of one repository, and where it has come. Pure.
 * Entries may come twice, after a restart or a new session: they lead to the same line.
 */

import * as z from 'zod';
import { run } from '../../protocol/bodies.js';
import { type Commit, peerNamePattern, type RunId } from '../../protocol/ids.js';
import { type NoteLine, sentenceOf } from './note.js';

/** An entry of the journal, by its number and its time. */
const place = z.object({ seq: z.number().int().min(0), atMs: z.number() });

/** What must outlive the process. */
export const memory = z.object({
  /** The last entry that was heard; null: none was yet. */
  heard: place.nullable(),
  /** Up to there nothing is written; null: nobody has said yet how far the journal goes. */
  from: z.number().int().min(0).nullable(),
  /** Which runner has, or had, which run, of those without a verdict. */
  runners: z.array(z.tuple([run, z.string()])),
});

export type Memory = z.infer<typeof memory>;

export const nothing: Memory = { heard: null, from: null, runners: [] };

/** Runs of one repository that go on, or were lost; of older ones no note says who did them. */
const runnersMax = 1_000;

const taken = z.object({
  kind: z.enum(['leased', 'resumed']),
  run,
  runner: z.string().regex(peerNamePattern),
});

const finished = z.object({
  kind: z.literal('finished'),
  run: run.nullable(),
  verdict: z.string().regex(/^[a-z-]{1,20}$/),
  durationMs: z.number().min(0),
  exitCode: z.number().int().nullable(),
});

const ofRun = z.discriminatedUnion('kind', [taken, finished]);

/** An entry as it is told, with what its job is called by. */
export interface Told {
  readonly atMs: number;
  readonly repository: string | null;
  readonly commit: Commit;
  /** Of the job. */
  readonly name: string;
}

export class Verdicts {
  readonly #repository: string;
  #heard: Memory['heard'];
  #from: number | null;
  readonly #runners: Map<RunId, string>;

  constructor(repository: string, { heard: last, from, runners }: Memory) {
    this.#repository = repository;
    this.#heard = last;
    this.#from = from;
    this.#runners = new Map(runners);
  }

  get memory(): Memory {
    return { heard: this.#heard, from: this.#from, runners: [...this.#runners] };
  }

  /** What to say in `hello`; nothing at the first start of all: only what comes is told then. */
  get after(): { readonly after?: { readonly seq: number; readonly atMs: number } } {
    if (this.#heard !== null) return { after: this.#heard };
    // Nobody knows the time of the last entry that there was: it is read again, and passed over.
    return this.#from === null ? {} : { after: { seq: 0, atMs: 0 } };
  }

  /** The session is open, and the journal ends there. */
  welcome(lastSeq: number): void {
    this.#from ??= lastSeq;
  }

  /** What is told from now on comes after that entry; after none, where it is another journal. */
  resync(seq: number): void {
    if (seq > 0) return;
    this.#heard = null;
    this.#from = 0;
    this.#runners.clear();
  }

  /** What is to be noted because of it, if anything. */
  hear(seq: number, entry: Told): NoteLine | null {
    this.#heard = { seq, atMs: entry.atMs };
    if (entry.repository !== this.#repository) return null;
    const parsed = ofRun.safeParse(entry).data;
    if (parsed === undefined) return null;
    if (parsed.kind !== 'finished') {
      this.#remember(parsed.run, parsed.runner);
      return null;
    }
    const runner = parsed.run === null ? null : (this.#runners.get(parsed.run) ?? null);
    if (parsed.run !== null) this.#runners.delete(parsed.run);
    if (seq <= (this.#from ?? 0)) return null;
    const { commit, name: job } = entry;
    return { commit, job, says: sentenceOf({ ...parsed, runner }) };
  }
  #remember(of: RunId, runner: string): void {
    const [oldest] = this.#runners.keys();
    if (this.#runners.size >= runnersMax && oldest !== undefined) this.#runners.delete(oldest);
    this.#runners.set(of, runner);
  }
}
