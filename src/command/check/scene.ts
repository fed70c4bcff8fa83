/**
 * Owns waiting in a stage: for what is expected to happen, until the stage's time is over or the program
 * that is checked is gone. Never waits for ever, and always says what it waited for.
 */

import { Complaint } from './complaint.js';

/** What is expected, and what came instead, should nothing else come any more. */
export interface Expectation {
  /** `a connection with "register:<host>:<port>"` */
  readonly expects: string;
  /** Says why not, if it can say more than that time is over. */
  readonly why?: () => Complaint | null;
}

export class Scene {
  readonly #withinMs: number;
  readonly #untilMs: number;
  readonly #whyGone: () => string | null;

  /** `whyGone`: how the program ended, where it has and should not have. */
  constructor(withinMs: number, whyGone: () => string | null) {
    this.#withinMs = withinMs;
    this.#untilMs = performance.now() + withinMs;
    this.#whyGone = whyGone;
  }

  /** The first value of `look` that is neither null nor false. Throws a `Complaint`. */
  async until<Value>(
    { expects, why }: Expectation,
    look: () => Value | null | undefined | false,
  ): Promise<Value> {
    for (;;) {
      const value = look();
      if (value !== null && value !== undefined && value !== false) return value;
      const gone = this.#whyGone();
      if (gone !== null) throw new Complaint(`expected ${expects}, but the program ${gone}`);
      if (performance.now() > this.#untilMs) {
        throw why?.() ?? new Complaint(`expected ${expects}, but ${this.#overSays}`);
      }
      await this.pass(lookEveryMs);
    }
  }

  /** For so long nothing must come of `look`, which says what came. */
  async stays(ms: number, look: () => Complaint | null): Promise<void> {
    const untilMs = performance.now() + ms;
    for (;;) {
      const complaint = look();
      if (complaint !== null) throw complaint;
      if (performance.now() > untilMs) return;
      await this.pass(lookEveryMs);
    }
  }

  /** Lets real time pass: between two bytes, or while somebody is away. */
  pass(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  get #overSays(): string {
    return `nothing of the kind came within ${this.#withinMs / 1_000} s`;
  }
}

const lookEveryMs = 4;
