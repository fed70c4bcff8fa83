/**
 * Owns whose turn it is at a beat, and for how long each peer has been silent. A resting runner is looked
 * at when its ping is due: ten thousand cost what a few hundred do. One that does not answer is asked as
 * often as others, until it is heard.
 */

import { restingHeartbeats } from '../../protocol/limits.js';
import type { Peer } from './peers.js';
import { beatEveryMs, beatsPerHeartbeat, silentBeatsMax } from './rules.js';

/** Beats from one ping of a resting runner to the next. */
const restingBeats = beatsPerHeartbeat * restingHeartbeats;

/** Whether it is content with fewer pings now. */
export function isResting(peer: Peer): boolean {
  const { role, doubtedAtBeat } = peer;
  return role === 'runner' && peer.rests && peer.runs.size === 0 && doubtedAtBeat === null;
}

export class Heartbeats {
  readonly #wakeful = new Set<Peer>();
  /** Those that rest, by their phase. */
  readonly #resting = Array.from({ length: restingBeats }, () => new Set<Peer>());
  #joins = 0;
  /** Beats in which silence counted: not while we only listened. */
  #countedBeats = 0;

  /** Of a peer that joins now. */
  first(): Pick<Peer, 'phase' | 'heardAtBeat' | 'doubtedAtBeat' | 'pingsSent' | 'pongsHeard'> {
    this.#joins += 1;
    const phase = this.#joins % restingBeats;
    const heardAtBeat = this.#countedBeats;
    return { phase, heardAtBeat, doubtedAtBeat: null, pingsSent: 0, pongsHeard: 0 };
  }

  /** Something came from it, or its silence up to now means nothing. */
  hear(peer: Peer): void {
    peer.heardAtBeat = this.#countedBeats;
    if (peer.doubtedAtBeat === null) return;
    peer.doubtedAtBeat = null;
    this.place(peer);
  }

  /** How long nothing was heard, a beat more or less. */
  silentMs(peer: Peer): number {
    return this.#silentBeats(peer) * beatEveryMs;
  }

  /** Whether three pings in a row went unanswered, and the last one's answer is due. */
  isLost(peer: Peer): boolean {
    const sinceBeat = peer.doubtedAtBeat ?? peer.heardAtBeat;
    return !isResting(peer) && this.#countedBeats - sinceBeat > silentBeatsMax;
  }

  /** It is new, or whether it rests may have changed. */
  place(peer: Peer): void {
    const [to, from] = isResting(peer)
      ? [this.#restingWith(peer.phase), this.#wakeful]
      : [this.#wakeful, this.#restingWith(peer.phase)];
    from.delete(peer);
    to.add(peer);
  }

  leave(peer: Peer): void {
    this.#wakeful.delete(peer);
    this.#restingWith(peer.phase).delete(peer);
  }

  /** The next beat, with that number: those that are to be looked at. */
  beat(number: number): Peer[] {
    this.#countedBeats += 1;
    for (const peer of this.#dueAt(number - 1)) {
      if (this.#silentBeats(peer) > 1) this.#doubt(peer);
    }
    return [...this.#wakeful, ...this.#dueAt(number)];
  }

  #silentBeats(peer: Peer): number {
    return this.#countedBeats - peer.heardAtBeat;
  }

  /** Its answer is late: from now on it is asked as often as others. */
  #doubt(peer: Peer): void {
    peer.doubtedAtBeat = this.#countedBeats;
    this.place(peer);
  }

  /** Those whose ping is due at that beat; see `isDue`. */
  #dueAt(beat: number): Set<Peer> {
    return this.#restingWith((restingBeats - (beat % restingBeats)) % restingBeats);
  }

  #restingWith(phase: number): Set<Peer> {
    const those = this.#resting[phase];
    if (those === undefined) throw new Error(`there is no phase ${phase}`);
    return those;
  }
}
