/**
 * Owns the dispatcher's sense of time: when a beat comes, when none may, and that none came for so
 * long that the process, or its machine, must have stood still. Never decides what that means.
 */

import { heartbeatEveryMs } from '../../protocol/limits.js';
import { type Cancel, type Clock, every } from '../../world/clock.js';
import type { Event } from '../core/events.js';
import { beatEveryMs, beatsPerHeartbeat, listenForMs, stalledAfterMs } from '../core/rules.js';

export interface PulseOptions {
  readonly clock: Clock;
  readonly handle: (event: Event) => void;
  /** When the oldest decision was made that is not performed yet; null where all are. */
  readonly unperformedSinceMs: () => number | null;
  /** Speaks for those who wait for us; called each beat, before anything else. */
  readonly vouch: () => void;
  /** Shows to peers that we live; called once a heartbeat while nothing can be said. */
  readonly breathe: () => void;
}

export class Pulse {
  readonly #options: PulseOptions;
  #lastWallMs: number;
  #stalledAtMs = 0;
  #beats = 0;
  #breathesAtBeat = 0;
  #cancel: Cancel = () => {};

  /** `startedWallMs`: when the process began, by a clock that no sleep of the machine stops. */
  constructor(options: PulseOptions, startedWallMs: number) {
    this.#options = options;
    this.#lastWallMs = startedWallMs;
  }

  start(): void {
    this.#cancel = every(this.#options.clock, beatEveryMs, () => this.#beat());
  }

  stop(): void {
    this.#cancel();
  }

  /** Beats come all the time: where none came, neither did anything else. Asked before each event. */
  noticeStall(): void {
    const wallMs = this.#options.clock.wallMs();
    const forMs = wallMs - this.#lastWallMs;
    this.#lastWallMs = wallMs;
    if (forMs > stalledAfterMs) this.#stalled(forMs);
  }

  #stalled(forMs: number): void {
    this.#stalledAtMs = this.#options.clock.nowMs();
    this.#options.handle({ kind: 'stalled', forMs });
  }

  /**
   * While the store takes its time, pings wait with all else that is to be sent, and peers have another
   * sign that we live. Where it takes longer than a heartbeat nobody may be called silent.
   */
  #beat(): void {
    const { clock, handle, unperformedSinceMs, vouch, breathe } = this.#options;
    vouch();
    this.noticeStall();
    const nowMs = clock.nowMs();
    const settledAtMs = unperformedSinceMs() ?? nowMs;
    this.#beats += 1;
    const waitsMs = nowMs - settledAtMs;
    if (waitsMs <= heartbeatEveryMs) handle({ kind: 'beat', settledAtMs });
    if (waitsMs <= beatEveryMs || this.#isListening(nowMs)) return;
    if (this.#beats < this.#breathesAtBeat) return;
    this.#breathesAtBeat = this.#beats + beatsPerHeartbeat;
    breathe();
  }

  /** Who has closed meanwhile answers any byte with a reset, and what it said last is lost with that. */
  #isListening(nowMs: number): boolean {
    return nowMs - this.#stalledAtMs < listenForMs;
  }
}
