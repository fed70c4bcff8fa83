/**
 * Owns how moments and the time between them are written on the diagram. Pure.
 */

/** `0.4 µs`… as people say it: `380 µs`, `12.4 ms`, `3.20 s`, `2 min 5 s`. */
export function between(us: number): string {
  const size = Math.abs(us);
  if (size < 1_000) return `${Math.round(size)} µs`;
  if (size < 1_000_000) return `${(size / 1_000).toFixed(size < 100_000 ? 1 : 0)} ms`;
  if (size < 60_000_000) return `${(size / 1_000_000).toFixed(2)} s`;
  const seconds = Math.floor(size / 1_000_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Since the record began: `0:03.204`, `12:40.003`. */
export function clock(atUs: number): string {
  const ms = Math.floor(atUs / 1_000);
  const minutes = Math.floor(ms / 60_000);
  const seconds = Math.floor((ms % 60_000) / 1_000);
  return `${minutes}:${padded(seconds, 2)}.${padded(ms % 1_000, 3)}`;
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}
