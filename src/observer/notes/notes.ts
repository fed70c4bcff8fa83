/**
 * Owns the way of verdicts into notes: a session of its own, in which the dispatcher tells all that happens,
 * a line in the note on each commit that has a verdict, and a push after the last one. The journal is the
 * queue: what could not be written is asked for again, from where all was written, after a pause; and so is
 * what came faster than git could write.
 */

import { openLink } from '../../link/link.js';
import type { LinkEvent } from '../../link/link-event.js';
import type { Address } from '../../protocol/address.js';
import type { Hello } from '../../protocol/bodies.js';
import { type Commit, short } from '../../protocol/ids.js';
import type { Cancel, Clock } from '../../world/clock.js';
import type { Network } from '../../world/network.js';
import type { Tell } from '../../world/story.js';
import type { Token } from '../../world/token.js';
import type { MemoryFile } from './memory-file.js';
import { type NoteLine, nameOf } from './note.js';
import type { Notebook } from './notebook.js';
import { type Memory, Verdicts } from './verdicts.js';

/** Commits that wait to be written, before nothing further is listened to. */
const waitingMax = 1_000;

/** What leads to no note is remembered as heard that often only. */
const heardMost = 500;

/** The first pause after something failed, doubled each time. */
const pauseFirstMs = 1_000;
const pauseMostMs = 5 * 60_000;

export interface NotesOptions {
  readonly dispatcher: Address;
  readonly token: Token | null;
  /** How the observer introduces itself. */
  readonly hello: Hello;
  readonly repository: string;
  /** Where the notes are pushed to; null: nowhere. */
  readonly remote: string | null;
}

interface World {
  readonly clock: Clock;
  readonly network: Network;
  readonly notebook: Pick<Notebook, 'write' | 'push'>;
  readonly memory: Pick<MemoryFile, 'read' | 'save'>;
  readonly tell: Tell;
}

export class Notes {
  readonly #world: World;
  readonly #options: NotesOptions;
  readonly #link: ReturnType<typeof openLink>;
  #verdicts: Verdicts;
  /** Up to there all is written. */
  #saved: Memory;
  readonly #waiting = new Map<Commit, Map<string, string>>();
  /** Written since the last push: a merge may have put what was there before beside it. */
  readonly #unpushed = new Map<Commit, Map<string, string>>();
  #isWriting = false;
  /** What is told now is not listened to: it is asked for again. */
  #isDeaf = false;
  #isInTrouble = false;
  /** What is heard first is saved at once. */
  #heardSince = heardMost;
  #isClosed = false;
  #pauseMs = pauseFirstMs;
  /** Null: there is none. */
  #cancelPause: Cancel | null = null;

  constructor(world: World, options: NotesOptions) {
    this.#world = world;
    this.#options = options;
    this.#saved = world.memory.read();
    this.#verdicts = new Verdicts(options.repository, this.#saved);
    const { dispatcher: address, token, hello } = options;
    const watching = { role: 'spectator' as const, knows: ['long'] };
    const introduction = () => ({ ...hello, ...watching, ...this.#verdicts.after });
    this.#link = openLink(world, {
      ...{ address, token, hello: introduction },
      handle: (event) => this.#hear(event),
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelPause?.();
    this.#link.close();
  }

  #hear(event: LinkEvent): void {
    if (event.kind === 'session') this.#welcome(event.welcome.lastSeq ?? 0);
    if (event.kind === 'classic') this.#tellThatNoneCome('is a classic one');
    if (event.kind === 'away' && event.final) this.#tellThatNoneCome(event.reason);
    if (event.kind !== 'message' || this.#isDeaf) return;
    const { message } = event;
    if (message.verb === 'resync') this.#verdicts.resync(message.seq);
    if (message.verb !== 'entry') return;
    const line = this.#verdicts.hear(message.seq, message.body);
    if (line === null) return this.#saveNowAndThen();
    this.#note(this.#waiting, line);
    if (this.#waiting.size >= waitingMax) this.#isDeaf = true;
    if (!this.#isWriting) void this.#write();
  }

  #welcome(lastSeq: number): void {
    this.#verdicts.welcome(lastSeq);
    this.#saveNowAndThen();
  }

  /** So that the next start need not hear much again. */
  #saveNowAndThen(): void {
    this.#heardSince += 1;
    if (this.#heardSince < heardMost || this.#isWriting || this.#isDeaf) return;
    try {
      this.#save();
    } catch (error) {
      this.#failed(error);
    }
  }

  #save(): void {
    const { memory } = this.#verdicts;
    this.#world.memory.save(memory);
    this.#saved = memory;
    this.#heardSince = 0;
  }

  #note(where: Map<Commit, Map<string, string>>, { commit, job, says }: NoteLine): void {
    where.set(commit, (where.get(commit) ?? new Map()).set(job, says));
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      while (this.#waiting.size > 0) await this.#writeAll();
      if (this.#isClosed) return;
      this.#save();
      this.#isWell();
      if (this.#isDeaf) this.#listenAgain();
    } catch (error) {
      if (!this.#isClosed) this.#failed(error);
    } finally {
      this.#isWriting = false;
    }
  }

  async #writeAll(): Promise<void> {
    const { notebook, tell } = this.#world;
    const commits: Commit[] = [];
    for (const [commit, says] of this.#waiting) {
      if (this.#isClosed) return this.#waiting.clear();
      this.#waiting.delete(commit);
      if (!(await notebook.write(commit, says))) {
        this.#tellOfNone(commit);
        continue;
      }
      commits.push(commit);
      for (const [job, text] of says) this.#note(this.#unpushed, { commit, job, says: text });
    }
    if (commits.length === 0) return;
    const msg = `noted the verdict on ${nameOf(commits)}`;
    tell({ event: 'noted', level: 'debug', commits, msg });
    if (this.#options.remote === null) this.#unpushed.clear();
    else await this.#push(this.#options.remote);
  }

  async #push(remote: string): Promise<void> {
    const { notebook } = this.#world;
    const isMerged = await notebook.push(remote);
    const written = [...this.#unpushed];
    this.#unpushed.clear();
    if (!isMerged) return;
    // What was there before stands beside ours now, sorted: ours is what counts.
    for (const [commit, says] of written) {
      for (const [job, text] of says) {
        const isNewer = this.#waiting.get(commit)?.has(job) === true;
        if (!isNewer) this.#note(this.#waiting, { commit, job, says: text });
      }
    }
  }

  #isWell(): void {
    this.#pauseMs = pauseFirstMs;
    if (!this.#isInTrouble) return;
    this.#isInTrouble = false;
    this.#world.tell({ event: 'notes-written', msg: 'notes are written again; nothing was lost' });
  }

  #failed(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    if (!this.#isInTrouble) {
      const msg = `notes cannot be written (${why}): nothing is lost, it is tried again`;
      this.#world.tell({ event: 'notes-wait', level: 'warn', msg });
    }
    this.#isInTrouble = true;
    this.#isDeaf = true;
    this.#waiting.clear();
    // A session that begins meanwhile asks for what was not written, too.
    const from = this.#saved.from ?? this.#verdicts.memory.from;
    this.#verdicts = new Verdicts(this.#options.repository, { ...this.#saved, from });
    // At the end of the pause all is tried again.
    if (this.#cancelPause !== null) return;
    this.#cancelPause = this.#world.clock.after(this.#pauseMs, () => {
      this.#cancelPause = null;
      this.#listenAgain();
    });
    this.#pauseMs = Math.min(2 * this.#pauseMs, pauseMostMs);
  }

  /** From the last entry on that was listened to. */
  #listenAgain(): void {
    this.#isDeaf = false;
    this.#link.introduceAgain();
  }

  #tellOfNone(commit: Commit): void {
    const msg = `${short(commit)} is no id of a commit here: the verdict on it is not noted`;
    this.#world.tell({ event: 'not-noted', level: 'warn', commit, msg });
  }

  #tellThatNoneCome(why: string): void {
    const msg = `the dispatcher tells nobody of verdicts (${why}): no notes are written`;
    this.#world.tell({ event: 'no-notes', level: 'warn', msg });
  }
}
