/**
 * Owns the time that is comparable with a suite's `date +%s%N`, and waiting without a fixed sleep.
 */

let offsetMs = 0;

/** Sets our clock by the system's, to a few microseconds: it turns while a second is slewed. */
export function setClock(): void {
  const before = Date.now();
  while (Date.now() === before);
  offsetMs = Date.now() - performance.now();
}

/** Milliseconds since 1970, with fractions. */
export function wallMs(): number {
  return offsetMs + performance.now();
}

export function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}

/** Looks again and again until `look` finds something. Rejects when it takes too long. */
export async function until<Found>(
  what: string,
  look: () => Found | undefined | Promise<Found | undefined>,
  { everyMs = 5, withinMs = 30_000 } = {},
): Promise<Found> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadlineMs) throw new Error(`waited ${withinMs} ms for ${what}`);
    await pause(everyMs);
  }
}
