/**
 * Owns one direction of a connection through a proxy: messages wait here in order, and pass as the line
 * allows. Never reorders and never changes a byte; what does not pass is dropped, and said to be.
 */

import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Overheard, Piece, Side } from '../protocol/overheard.js';
import type { HeldMessage, LineState } from '../record/lab.js';
import type { Clock } from '../world/clock.js';
import type { LabRecorder } from './recorder.js';

/** A delayed message arrives so much later: as far as one can see, and no reason to call anybody dead. */
const delayMs = 1_000;

/** Slicing all of it byte by byte would take minutes; the head of each message is what counts. */
const slicedBytes = 64;

/** Whoever sends more than that into a line that does not move is made to wait. */
const waitingBytesMax = 4 * 1_024 * 1_024;

/** A classic message ends where nothing comes for that long. */
const quietMs = 15;

export interface DirectionEnds {
  readonly source: Socket;
  readonly sink: Socket;
  readonly from: string;
  readonly to: string;
  readonly connection: string;
}

interface Waiting {
  readonly kind: 'bytes' | 'end' | 'reset';
  readonly bytes: Buffer;
  /** Null: it is no message of its own. */
  readonly message: Omit<HeldMessage, 'from' | 'to' | 'connection'> | null;
  readonly dueMs: number;
}

export class ProxiedDirection {
  readonly #ends: DirectionEnds;
  readonly #side: Side;
  readonly #heard: Overheard;
  readonly #state: () => LineState;
  readonly #recorder: LabRecorder;
  readonly #clock: Clock;
  readonly #queue: Waiting[] = [];
  #queuedBytes = 0;
  #isPassing = false;
  #isOver = false;
  #cancelQuiet = () => {};
  #wake = () => {};
  /** Something was swallowed: what comes later would make no sense without it. */
  hasGap = false;

  constructor(
    ends: DirectionEnds,
    [heard, side]: readonly [Overheard, Side],
    { state, recorder, clock }: { state: () => LineState; recorder: LabRecorder; clock: Clock },
  ) {
    this.#ends = ends;
    this.#heard = heard;
    this.#side = side;
    this.#state = state;
    this.#recorder = recorder;
    this.#clock = clock;
    ends.source.on('data', (bytes: Buffer) => this.#hear(bytes));
    ends.source.on('end', () => this.#ended('end'));
    ends.source.on('error', () => this.#ended('reset'));
  }

  /** Messages that wait, oldest first. */
  get held(): HeldMessage[] {
    const { from, to, connection } = this.#ends;
    return this.#queue.flatMap(({ message }) =>
      message === null ? [] : { ...message, from, to, connection },
    );
  }

  /** The line is another than before. */
  changed(): void {
    if (this.#state() === 'swallow') this.#swallow();
    this.#wake();
    void this.#pass();
  }

  /** The first that is held passes. */
  deliver(): void {
    while (this.#queue[0] !== undefined) {
      const { message } = this.#write();
      if (message !== null) break;
    }
    this.#passEnd();
  }

  /** Nothing more passes; what waits never arrives. */
  close(says: string): void {
    this.#isOver = true;
    this.#cancelQuiet();
    this.#wake();
    for (const { message } of this.#queue.splice(0)) {
      if (message !== null) this.#recorder.dropped(message.id, says);
    }
  }

  #hear(bytes: Buffer): void {
    this.#cancelQuiet();
    this.#take(this.#heard.hear(this.#side, bytes));
    if (!this.#heard.isSession) {
      this.#cancelQuiet = this.#clock.after(quietMs, () =>
        this.#take(this.#heard.quiet(this.#side)),
      );
    }
  }

  #ended(kind: 'end' | 'reset'): void {
    if (this.#isOver) return;
    this.#cancelQuiet();
    this.#take(this.#heard.end(this.#side));
    this.#put({ kind, bytes: Buffer.alloc(0), message: null, dueMs: this.#dueMs() });
  }

  #take(pieces: readonly Piece[]): void {
    if (this.#isOver) return;
    const { from, to, connection } = this.#ends;
    for (const { bytes, shown } of pieces) {
      const id = shown && this.#recorder.message({ from, to, connection }, shown);
      const message = shown && id !== null && { id, verb: shown.verb, head: shown.head };
      this.#put({ kind: 'bytes', bytes, message: message || null, dueMs: this.#dueMs() });
    }
  }

  #dueMs(): number {
    return this.#clock.nowMs() + delayMs;
  }

  #put(waiting: Waiting): void {
    this.#queue.push(waiting);
    this.#queuedBytes += waiting.bytes.length;
    if (this.#queuedBytes > waitingBytesMax) this.#ends.source.pause();
    if (this.#state() === 'swallow') this.#swallow();
    else void this.#pass();
  }

  #swallow(): void {
    for (const { message, bytes } of this.#queue.splice(0)) {
      this.hasGap = true;
      this.#queuedBytes -= bytes.length;
      if (message !== null) this.#recorder.dropped(message.id, 'swallowed by its line');
    }
    this.#ends.source.resume();
  }

  async #pass(): Promise<void> {
    if (this.#isPassing) return;
    this.#isPassing = true;
    while (!this.#isOver && this.#queue[0] !== undefined) {
      const state = this.#state();
      if (state === 'hold') {
        this.#passEnd();
        break;
      }
      if (state === 'delay') await this.#until(this.#queue[0].dueMs);
      // It may have been swallowed, or the line be another one, meanwhile.
      if (this.#isOver || this.#state() !== state || this.#queue[0] === undefined) continue;
      await (state === 'slice' ? this.#slice() : this.#write());
      if (this.#ends.sink.writableNeedDrain) await this.#drained();
    }
    this.#isPassing = false;
  }

  /** Behind the last message that was held nothing is left to deliver by hand. */
  #passEnd(): void {
    while (this.#queue[0]?.message === null) this.#write();
  }

  #write(from = 0): Waiting {
    const [first] = this.#queue.splice(0, 1);
    if (first === undefined) throw new Error('nothing waits');
    const { kind, bytes, message } = first;
    const { source, sink } = this.#ends;
    this.#queuedBytes -= bytes.length;
    if (this.#queuedBytes < waitingBytesMax / 2) source.resume();
    if (kind === 'end') sink.end();
    if (kind === 'reset') sink.resetAndDestroy();
    if (from < bytes.length && !sink.destroyed) sink.write(bytes.subarray(from));
    if (message !== null) this.#recorder.arrived(message.id, this.#ends.from);
    return first;
  }

  async #slice(): Promise<void> {
    const [first] = this.#queue;
    const bytes = first?.bytes ?? Buffer.alloc(0);
    let from = 0;
    for (; from < Math.min(slicedBytes, bytes.length); from += 1) {
      if (this.#ends.sink.destroyed) break;
      this.#ends.sink.write(bytes.subarray(from, from + 1));
      await nextTurn();
    }
    // What was swallowed in the middle of a message left a gap there.
    if (this.#queue[0] === first && first !== undefined) this.#write(from);
  }

  #until(dueMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(Math.max(0, dueMs - this.#clock.nowMs()), resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  #drained(): Promise<void> {
    const { sink } = this.#ends;
    return new Promise((resolve) => {
      const go = () => {
        sink.off('drain', go).off('close', go);
        resolve();
      };
      sink.on('drain', go).on('close', go);
      if (sink.destroyed) go();
    });
  }
}
