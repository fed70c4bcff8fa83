/**
 * Owns one end of a connection, in one process: to production code it behaves as node's sockets do.
 * Knows nothing of what befalls bytes on their way; it only tells the two ends when it is over.
 *
 *   write ──> the way to the peer ──> inbox ──(pause)──> the peer's handler
 */

import type { Connection, ConnectionEvent, ConnectionHandler } from '../../src/world/network.js';
import type { Life } from './life.js';
import { type Fate, Way, type Wires } from './way.js';
import type { Ears } from './wire-record.js';

/** What an end needs of the network that it hangs on. */
export type Hub = Wires & {
  readonly ends: Set<End>;
  readonly narrow: ReadonlySet<string>;
  readonly ears: Ears | null;
};

/** The kernel's buffers take so much; beyond, it is the process's memory. */
const windowBytes = 65_536;

/** Node's own: a socket that holds more asks its writer to wait. */
const highWaterBytes = 16_384;

/** To a machine that takes little at once: so much on its way, and its writer is asked to wait. */
const narrowBytes = 500;

/** After so long without an answer TCP gives a connection up. */
export const tcpPatienceMs = 60_000;

/** One end of a connection, in one process. */
export class End implements Connection {
  remoteHost = '';
  handler: ConnectionHandler = () => {};
  peer: End | null = null;
  isClosed = false;
  readonly #network: Hub;
  readonly #life: Life;
  readonly host: string;
  readonly peerHost: string;
  readonly #way: Way;
  /** Arrived, and not yet read; null is the end. */
  readonly #inbox: (Buffer | null)[] = [];
  /** Sent, and not yet read by the peer. */
  #outBytes = 0;
  #pauses = 0;
  #hasEnded = false;
  #peerHasEnded = false;
  #needsDrain = false;
  #destroysWhenSent = false;

  constructor(network: Hub, life: Life, host: string, peerHost: string) {
    this.#network = network;
    this.#life = life;
    this.host = host;
    this.peerHost = peerHost;
    this.#way = new Way(network, host, peerHost);
    network.ends.add(this);
    life.whenDead(() => this.#orphan());
  }

  get name(): string {
    return `${this.host} to ${this.peerHost}`;
  }

  get unsentBytes(): number {
    return Math.max(0, this.#outBytes - windowBytes);
  }

  /** To a machine that takes little at once. */
  get #isNarrow(): boolean {
    return this.#network.narrow.has(this.peerHost);
  }

  join(peer: End, isSliced: boolean): void {
    this.peer = peer;
    peer.peer = this;
    if (!isSliced) return;
    this.#way.slice();
    peer.#way.slice();
  }

  open(host: string): void {
    if (this.isClosed) return;
    this.remoteHost = host;
    this.#life.hear(() => this.#tell({ kind: 'opened' }));
  }

  write(bytes: Uint8Array | string): boolean {
    if (this.isClosed || this.#hasEnded || !this.#life.step()) return false;
    this.#post(Buffer.from(bytes));
    const isFull = this.#isNarrow
      ? this.#outBytes >= narrowBytes
      : this.unsentBytes >= highWaterBytes;
    // It stays so until that is told, whatever is written meanwhile.
    this.#needsDrain ||= isFull;
    return !isFull;
  }

  end(): void {
    if (this.isClosed || this.#hasEnded || !this.#life.step()) return;
    this.#hasEnded = true;
    this.#dispatch(null);
    this.#closeIfBothEnded();
  }

  destroySoon(): void {
    this.end();
    this.#destroysWhenSent = true;
    if (this.unsentBytes === 0) this.destroy();
  }

  destroy(): void {
    if (this.isClosed || !this.#life.step()) return;
    this.#letGo();
    this.close('closed its connection');
  }

  pause(): void {
    this.#pauses += 1;
  }

  resume(): void {
    this.#pauses -= 1;
    if (this.#pauses === 0) this.#network.timeline.after(0, () => this.#read());
  }

  /** It is over for this end; its process hears of it once. */
  close(reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#network.ends.delete(this);
    this.#network.ears?.closed(this);
    this.#inbox.length = 0;
    const tell = () => this.#life.hear(() => this.handler({ kind: 'closed', reason }));
    this.#network.timeline.after(0, tell);
  }

  /** The kernel closes for a process that died, or for a machine that has lost its power: not. */
  #orphan(): void {
    if (this.isClosed) return;
    this.#letGo();
    this.isClosed = true;
    this.#network.ends.delete(this);
    this.#network.ears?.closed(this);
  }

  /** Says to the peer that there will be no more: politely, or, with unread bytes left, not. */
  #letGo(): void {
    if (this.peer === null) return;
    if (this.#inbox.length > 0) this.#reset(this.peer);
    else if (!this.#hasEnded) this.#dispatch(null);
    this.#hasEnded = true;
  }

  #reset(peer: End): void {
    this.#way.rush(() => peer.close('closed its connection'));
  }

  /** Bytes leave, and something may befall them. */
  #post(bytes: Buffer): void {
    const { fate, pieces } = this.#way.fateOf(bytes);
    const { ears } = this.#network;
    if (ears !== null) ears.said(this, bytes, this.#way.isHole ? 0 : lengthOf(pieces));
    for (const piece of pieces) this.#dispatch(piece);
    this.#outBytes += bytes.length - lengthOf(pieces);
    this.#suffer(fate);
  }

  #suffer(fate: Fate): void {
    if (fate === 'sent') return;
    this.#network.suffered(fate);
    if (fate === 'cut') this.#cut();
    else this.fallSilent();
  }

  #dispatch(piece: Buffer | null): void {
    this.#outBytes += piece?.length ?? 0;
    this.#way.carry(() => this.#arrive(piece));
  }

  #arrive(piece: Buffer | null): void {
    const { peer } = this;
    if (peer === null) return;
    if (peer.isClosed) {
      // Whoever sends to a socket that is gone is told so.
      if (piece !== null) peer.#reset(this);
      return;
    }
    peer.#inbox.push(piece);
    peer.#read();
  }

  #read(): void {
    this.#life.hear(() => {
      while (this.#pauses === 0 && !this.isClosed) {
        const next = this.#inbox.shift();
        if (next === undefined) return;
        if (next === null) {
          this.#peerHasEnded = true;
          this.#tell({ kind: 'ended' });
          this.#closeIfBothEnded();
        } else {
          if (this.peer !== null) this.peer.#taken(next.length);
          this.#network.ears?.heard(this, next.length);
          this.#tell({ kind: 'bytes', bytes: next });
        }
      }
    });
  }

  #taken(bytes: number): void {
    this.#outBytes -= bytes;
    if (this.unsentBytes > 0 || this.isClosed) return;
    if (this.#isNarrow && this.#outBytes > 0) return;
    if (this.#destroysWhenSent) this.#network.timeline.after(0, () => this.destroy());
    if (!this.#needsDrain) return;
    this.#needsDrain = false;
    const tell = () => this.#life.hear(() => this.#tell({ kind: 'drained' }));
    this.#network.timeline.after(0, tell);
  }

  #closeIfBothEnded(): void {
    if (this.#hasEnded && this.#peerHasEnded) this.close('closed its connection');
  }

  /** Each end learns of it in its own time; until then one of them believes. */
  #cut(): void {
    const { timeline, random } = this.#network;
    this.#way.swallow();
    for (const end of this.#both) {
      timeline.after(random.between(0, random.perMille(200) ? 4_000 : 20), () => {
        end.close('closed its connection');
      });
    }
  }

  /** From here on nothing arrives, and nobody is told; until TCP loses its patience. */
  fallSilent(): void {
    for (const end of this.#both) {
      end.#way.swallow();
      this.#network.timeline.after(tcpPatienceMs, () => end.close('failed (ETIMEDOUT)'));
    }
  }

  /** What is under way here, to and fro, arrives so much later. */
  holdUp(forMs: number): void {
    this.#way.holdUp(forMs);
  }

  get #both(): End[] {
    return this.peer === null ? [this] : [this, this.peer];
  }

  #tell(event: ConnectionEvent): void {
    if (!this.isClosed) this.handler(event);
  }
}

function lengthOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
