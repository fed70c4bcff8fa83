/**
 * Owns how one moves through a recording: live, paused, or playing it at a speed. Pure: told how much time
 * passed and what there is, it answers where one is by then.
 * Invariant: `index` is the last record that was by `atUs`, or −1 before the first.
 */

export interface Playback {
  readonly mode: 'live' | 'paused' | 'playing';
  /** The moment: the last record that has happened, by its place among all. */
  readonly index: number;
  /** Between records, too. */
  readonly atUs: number;
  readonly speed: number;
}

/** What is played. */
export interface Track {
  readonly count: number;
  readonly endUs: number;
  /** Whether more comes: its end is now. */
  readonly isLive: boolean;
  atUs(index: number): number;
  indexAtTime(atUs: number): number;
}

/** From a thousandth, in which a hop of a message takes half a second, to ten times. */
export const speeds = [
  ...[1 / 1_000, 1 / 500, 1 / 200, 1 / 100, 1 / 50, 1 / 20, 1 / 10, 1 / 5, 1 / 2],
  ...[1, 2, 5, 10],
] as const;

const usualSpeed = 1;

export const atRest: Playback = { mode: 'paused', index: -1, atUs: 0, speed: usualSpeed };

/** `×1`, `1/200`. */
export function speedWords(speed: number): string {
  return speed >= 1 ? `×${speed}` : `1/${Math.round(1 / speed)}`;
}

export function placeOfSpeed(speed: number): number {
  return speeds.findIndex((one) => one >= speed);
}

export function speedAt(place: number): number {
  return speeds[Math.max(0, Math.min(place, speeds.length - 1))] ?? usualSpeed;
}

export function atSpeed(playback: Playback, steps: number): Playback {
  return { ...playback, speed: speedAt(placeOfSpeed(playback.speed) + steps) };
}

/** At that record, and resting there. */
export function pausedAt(playback: Playback, index: number, track: Track): Playback {
  const place = Math.max(Math.min(0, track.count - 1), Math.min(index, track.count - 1));
  return { ...playback, mode: 'paused', index: place, atUs: track.atUs(place) };
}

export function live(playback: Playback, track: Track): Playback {
  return { ...playback, mode: 'live', index: track.count - 1, atUs: track.endUs };
}

/** Space: what goes on is paused; what rests goes on, from the beginning where it was at the end. */
export function toggled(playback: Playback, track: Track): Playback {
  if (playback.mode !== 'paused') return { ...playback, mode: 'paused' };
  const isAtEnd = playback.index >= track.count - 1;
  if (isAtEnd && track.isLive) return live(playback, track);
  const from = isAtEnd ? { index: 0, atUs: track.atUs(0) } : {};
  return { ...playback, ...from, mode: 'playing' };
}

/** So much time has passed for whoever looks. */
export function advanced(playback: Playback, passedMs: number, track: Track): Playback {
  if (playback.mode === 'live') return live(playback, track);
  if (playback.mode === 'paused') return playback;
  const atUs = playback.atUs + passedMs * 1_000 * playback.speed;
  if (atUs >= track.endUs) {
    return track.isLive ? live(playback, track) : pausedAt(playback, track.count - 1, track);
  }
  return { ...playback, atUs, index: track.indexAtTime(atUs) };
}
