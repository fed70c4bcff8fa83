/**
 * Owns the way of logs from disk to dispatcher: in chunks with offsets, as files grow, no faster
 * than the connection takes them. Never holds more than one chunk, however long a log is.
 */

import { type LogId, ownerOf, type RunId } from '../protocol/ids.js';
import { logChunkBytesMax } from '../protocol/limits.js';
import type { SessionMessage } from '../protocol/messages.js';
import type { OpenFile } from '../world/disk.js';
import { isRefused } from '../world/refusals.js';

export interface PumpOptions {
  /** False: no room, `drained` will be called. */
  readonly send: (message: SessionMessage) => boolean;
  /** All logs of the run that were to be sent have been, and have ended. */
  readonly shipped: (run: RunId) => void;
  /** The disk refuses to read that log from there on: it is not sent any more. */
  readonly unreadable: (log: LogId, offset: number) => void;
}

/** A log that is to be sent from `offset` on; there are `bytes` of it already. */
export interface Order {
  readonly log: LogId;
  readonly file: OpenFile;
  readonly offset: number;
  readonly bytes: number;
  readonly ended: boolean;
}

interface Shipment {
  readonly file: OpenFile;
  /** Where the next chunk starts. */
  offset: number;
  /** How much of the file may be sent. */
  bytes: number;
  ended: boolean;
}

export class LogPump {
  readonly #options: PumpOptions;
  readonly #shipments = new Map<LogId, Shipment>();
  readonly #buffer = Buffer.allocUnsafe(logChunkBytesMax);
  #hasRoom = true;

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  /** From now on sends these logs, and closes each at its end. */
  ship(orders: readonly Order[]): void {
    for (const { log, ...order } of orders) {
      this.#close(log);
      this.#shipments.set(log, order);
    }
    this.#pump();
  }

  /** False where that log is not being sent. */
  grown(log: LogId, bytes: number): boolean {
    return this.#update(log, bytes, false);
  }

  ended(log: LogId, bytes: number): void {
    this.#update(log, bytes, true);
  }

  /** There is room again after `send` said false. */
  drained(): void {
    this.#hasRoom = true;
    this.#pump();
  }

  forget(run: RunId): void {
    for (const log of this.#shipments.keys()) if (ownerOf(log).run === run) this.#close(log);
  }

  /** The session is gone; the next one says anew what it wants. */
  stop(): void {
    for (const log of this.#shipments.keys()) this.#close(log);
    this.#hasRoom = true;
  }

  #update(log: LogId, bytes: number, ended: boolean): boolean {
    const shipment = this.#shipments.get(log);
    if (shipment === undefined) return false;
    shipment.bytes = bytes;
    shipment.ended = ended;
    this.#pump();
    return true;
  }

  /** A chunk of each log in turn, so that a long one does not hold up the others. */
  #pump(): void {
    let sent = true;
    while (sent) {
      sent = false;
      for (const [log, shipment] of this.#shipments) {
        if (this.#hasRoom && this.#sendChunk(log, shipment)) sent = true;
      }
    }
    const done = [...this.#shipments].filter(
      ([, { offset, bytes, ended }]) => ended && offset >= bytes,
    );
    for (const [log] of done) this.#close(log);
    for (const run of new Set(done.map(([log]) => ownerOf(log).run))) {
      if (!this.#isSending(run)) this.#options.shipped(run);
    }
  }

  #isSending(run: RunId): boolean {
    return [...this.#shipments.keys()].some((log) => ownerOf(log).run === run);
  }

  #sendChunk(log: LogId, shipment: Shipment): boolean {
    const { offset } = shipment;
    const length = this.#read(log, shipment);
    if (length === 0) return false;
    shipment.offset += length;
    const body = this.#buffer.subarray(0, length);
    this.#hasRoom = this.#options.send({ verb: 'log', log, offset, body });
    return true;
  }

  /** The next chunk into the buffer; answers its length. */
  #read(log: LogId, { file, offset, bytes }: Shipment): number {
    const due = Math.max(0, Math.min(bytes - offset, this.#buffer.length));
    try {
      return file.read(this.#buffer.subarray(0, due), offset);
    } catch (error) {
      if (!isRefused(error)) throw error;
      this.#close(log);
      this.#options.unreadable(log, offset);
      return 0;
    }
  }

  #close(log: LogId): void {
    const shipment = this.#shipments.get(log);
    if (shipment === undefined) return;
    this.#shipments.delete(log);
    shipment.file.close();
  }
}
