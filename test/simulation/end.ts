/**
 * Owns one end of a connection, in one process, and what befalls the bytes on their way from it.
 * To production code it behaves as node's sockets do. It keeps TCP's one promise: what arrives is
 * a prefix of what was sent, in order.
 *
 *   end ──write──> in flight ──(delay, slices, cut, hole)──> inbox ──(pause)──> the peer's handler
 */

import type { Connection, ConnectionEvent, ConnectionHandler } from '../../src/world/network.js';
import type { Life } from './life.js';
import type { Random } from './random.js';
import type { Timeline } from './timeline.js';

/** How bad the network is; each chance in a thousand. */
export interface NetworkWeather {
  /** Of each connection: it is not taken. */
  refused: number;
  /** Of each connection: its bytes come in small pieces, at first one by one. */
  sliced: number;
  /** Of each write: the connection breaks somewhere in it, and both ends learn of it in time. */
  cut: number;
  /** Of each write: from somewhere in it on nothing arrives, and nobody is told. */
  halfOpen: number;
  /** Of each write: it takes up to `stallMs` longer. */
  stalled: number;
  stallMs: number;
  latencyMsMax: number;
}

/** What an end needs of the network that it hangs on. */
export interface Wires {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly weather: NetworkWeather;
  readonly ends: Set<End>;
  /** Counts a fault that happened. */
  readonly suffered: (fault: string) => void;
  /** Milliseconds until something sent now would arrive. */
  travelMs(from: string, to: string): number;
}

/** The kernel's buffers take so much; beyond, it is the process's memory. */
const windowBytes = 65_536;

/** Node's own: a socket that holds more asks its writer to wait. */
const highWaterBytes = 16_384;

/** After so long without an answer TCP gives a connection up. */
export const tcpPatienceMs = 20_000;

/** One end of a connection, in one process. */
export class End implements Connection {
  remoteHost = '';
  handler: ConnectionHandler = () => {};
  peer: End | null = null;
  isClosed = false;
  readonly #network: Wires;
  readonly #life: Life;
  readonly host: string;
  readonly #peerHost: string;
  /** Arrived, and not yet read; null is the end. */
  readonly #inbox: (Buffer | null)[] = [];
  /** Sent, and not yet read by the peer. */
  #outBytes = 0;
  #lastArrivalMs = 0;
  #pauses = 0;
  #isSliced = false;
  /** From here nothing arrives at the peer any more. */
  #isHole = false;
  #hasEnded = false;
  #peerHasEnded = false;
  #needsDrain = false;
  #destroysWhenSent = false;

  constructor(network: Wires, life: Life, host: string, peerHost: string) {
    this.#network = network;
    this.#life = life;
    this.host = host;
    this.#peerHost = peerHost;
    network.ends.add(this);
    life.whenDead(() => this.#orphan());
  }

  get name(): string {
    return `${this.host} to ${this.#peerHost}`;
  }

  get unsentBytes(): number {
    return Math.max(0, this.#outBytes - windowBytes);
  }

  join(peer: End, isSliced: boolean): void {
    this.peer = peer;
    peer.peer = this;
    this.#isSliced = isSliced;
    peer.#isSliced = isSliced;
  }

  open(host: string): void {
    if (this.isClosed) return;
    this.remoteHost = host;
    this.#life.hear(() => this.#tell({ type: 'opened' }));
  }

  write(bytes: Uint8Array | string): boolean {
    if (this.isClosed || this.#hasEnded || !this.#life.step()) return false;
    this.#post(Buffer.from(bytes));
    this.#needsDrain = this.unsentBytes >= highWaterBytes;
    return !this.#needsDrain;
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
    this.#inbox.length = 0;
    const tell = () => this.#life.hear(() => this.handler({ type: 'closed', reason }));
    this.#network.timeline.after(0, tell);
  }

  /** The kernel closes for a process that died, or for a machine that has lost its power: not. */
  #orphan(): void {
    if (this.isClosed) return;
    this.#letGo();
    this.isClosed = true;
    this.#network.ends.delete(this);
  }

  /** Says to the peer that there will be no more: politely, or, with unread bytes left, not. */
  #letGo(): void {
    if (this.peer === null) return;
    if (this.#inbox.length > 0) this.#reset(this.peer);
    else if (!this.#hasEnded) this.#dispatch(null);
    this.#hasEnded = true;
  }

  #reset(peer: End): void {
    const { timeline } = this.#network;
    if (this.#isHole) return;
    const travelMs = this.#network.travelMs(this.host, this.#peerHost);
    timeline.after(travelMs, () => peer.close('closed its connection'));
  }

  /** Bytes leave, and something may befall them. */
  #post(bytes: Buffer): void {
    const { random, weather, suffered } = this.#network;
    const isCut = random.perMille(weather.cut);
    const isHoled = !isCut && random.perMille(weather.halfOpen);
    const end = isCut || isHoled ? random.below(bytes.length) : bytes.length;
    for (const piece of this.#pieces(bytes.subarray(0, end))) this.#dispatch(piece);
    this.#outBytes += bytes.length - end;
    if (isCut) {
      suffered('cut');
      this.#cut();
    } else if (isHoled) {
      suffered('half-open');
      this.fallSilent();
    }
  }

  #pieces(bytes: Buffer): Buffer[] {
    if (!this.#isSliced) return bytes.length === 0 ? [] : [bytes];
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const size = at < 24 ? 1 : this.#network.random.between(1, 1 + (bytes.length >> 2));
      pieces.push(bytes.subarray(at, at + size));
      at += size;
    }
    return pieces;
  }

  /** Sets out on the way; nothing overtakes what was sent before. */
  #dispatch(piece: Buffer | null): void {
    const { timeline } = this.#network;
    this.#outBytes += piece?.length ?? 0;
    if (this.#isHole) return;
    const travelMs = this.#network.travelMs(this.host, this.#peerHost);
    const arrivalMs = Math.max(timeline.nowMs + travelMs, this.#lastArrivalMs);
    this.#lastArrivalMs = arrivalMs;
    timeline.after(arrivalMs - timeline.nowMs, () => this.#arrive(piece));
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
          this.#tell({ type: 'ended' });
          this.#closeIfBothEnded();
        } else {
          if (this.peer !== null) this.peer.#taken(next.length);
          this.#tell({ type: 'bytes', bytes: next });
        }
      }
    });
  }

  #taken(bytes: number): void {
    this.#outBytes -= bytes;
    if (this.unsentBytes > 0 || this.isClosed) return;
    if (this.#destroysWhenSent) this.#network.timeline.after(0, () => this.destroy());
    if (!this.#needsDrain) return;
    this.#needsDrain = false;
    const tell = () => this.#life.hear(() => this.#tell({ type: 'drained' }));
    this.#network.timeline.after(0, tell);
  }

  #closeIfBothEnded(): void {
    if (this.#hasEnded && this.#peerHasEnded) this.close('closed its connection');
  }

  #cut(): void {
    const { timeline, random } = this.#network;
    const { peer } = this;
    // Each end learns of it in its own time; until then one of them believes.
    for (const end of [this, peer]) {
      if (end === null) continue;
      end.#isHole = end === this ? true : end.#isHole;
      timeline.after(random.between(0, random.perMille(200) ? 4_000 : 20), () => {
        end.close('closed its connection');
      });
    }
  }

  /** From here on nothing arrives, and nobody is told; until TCP loses its patience. */
  fallSilent(): void {
    const { timeline } = this.#network;
    for (const end of [this, this.peer]) {
      if (end === null) continue;
      end.#isHole = true;
      timeline.after(tcpPatienceMs, () => end.close('failed (ETIMEDOUT)'));
    }
  }

  #tell(event: ConnectionEvent): void {
    if (!this.isClosed) this.handler(event);
  }
}
