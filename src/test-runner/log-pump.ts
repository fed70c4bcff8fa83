/**
 * Owns the way of logs from disk to dispatcher: in chunks with offsets, as files grow, no faster
 * than the connection takes them. Never holds more than one chunk, however long a log is.
 */

import type { RunId } from '../protocol/ids.js';
import { logChunkBytesMax } from '../protocol/limits.js';
import type { SessionMessage } from '../protocol/messages.js';
import type { OpenFile } from '../world/disk.js';

export interface PumpOptions {
  /** False: no room, `drained` will be called. */
  readonly send: (message: SessionMessage) => boolean;
  /** All of an ended run's log has been sent. */
  readonly shipped: (run: RunId) => void;
}

interface Shipment {
  readonly log: OpenFile;
  /** Where the next chunk starts. */
  offset: number;
  /** How much of the file may be sent. */
  bytes: number;
  ended: boolean;
}

export class LogPump {
  readonly #options: PumpOptions;
  readonly #shipments = new Map<RunId, Shipment>();
  readonly #buffer = Buffer.allocUnsafe(logChunkBytesMax);
  #hasRoom = true;

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  /** From now on sends that log, of which `bytes` are there already, from `offset`; closes it. */
  ship(run: RunId, log: OpenFile, from: { offset: number; bytes: number; ended: boolean }): void {
    this.#close(run);
    this.#shipments.set(run, { ...from, log });
    this.#pump();
  }

  grown(run: RunId, bytes: number): void {
    this.#update(run, bytes, false);
  }

  ended(run: RunId, bytes: number): void {
    this.#update(run, bytes, true);
  }

  /** There is room again after `send` said false. */
  drained(): void {
    this.#hasRoom = true;
    this.#pump();
  }

  forget(run: RunId): void {
    this.#close(run);
  }

  /** The session is gone; the next one says anew what it wants. */
  stop(): void {
    for (const run of [...this.#shipments.keys()]) this.#close(run);
    this.#hasRoom = true;
  }

  #update(run: RunId, bytes: number, ended: boolean): void {
    const shipment = this.#shipments.get(run);
    if (shipment === undefined) return;
    shipment.bytes = bytes;
    shipment.ended = ended;
    this.#pump();
  }

  /** A chunk of each log in turn, so that a long one does not hold up the others. */
  #pump(): void {
    let sent = true;
    while (sent) {
      sent = false;
      for (const [run, shipment] of this.#shipments) {
        if (this.#hasRoom && this.#sendChunk(run, shipment)) sent = true;
      }
    }
    for (const [run, { offset, bytes, ended }] of this.#shipments) {
      if (!ended || offset < bytes) continue;
      this.#close(run);
      this.#options.shipped(run);
    }
  }

  #sendChunk(run: RunId, shipment: Shipment): boolean {
    const { log, offset, bytes } = shipment;
    const due = Math.max(0, Math.min(bytes - offset, this.#buffer.length));
    const length = log.read(this.#buffer.subarray(0, due), offset);
    if (length === 0) return false;
    shipment.offset += length;
    const body = this.#buffer.subarray(0, length);
    this.#hasRoom = this.#options.send({ verb: 'log', log: run, offset, body });
    return true;
  }

  #close(run: RunId): void {
    const shipment = this.#shipments.get(run);
    if (shipment === undefined) return;
    this.#shipments.delete(run);
    shipment.log.close();
  }
}
