/**
 * Owns waiting in tests: for something to become true, with a deadline, never for time to pass.
 */

/** Well beyond what a loaded two-core machine needs; only a failing test ever waits so long. */
const withinMsDefault = 20_000;

/** Resolves to the first value of `look` that is neither null, undefined nor false. */
export async function eventually<Value>(
  what: string,
  look: () => Value | null | undefined | false,
  withinMs = withinMsDefault,
): Promise<Value> {
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    const value = look();
    if (value !== null && value !== undefined && value !== false) return value;
    if (Date.now() > deadlineMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
