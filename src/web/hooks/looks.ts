/**
 * Owns how often webhooks make the observers look: at once, and then no more often than is of use. What
 * comes in between is looked for together.
 */

import type { Behind } from '../behind.js';

/** A look takes a git fetch. */
const lookEveryMs = 1_000;

/** Repositories that are named in between; with more of them, all are looked at. */
const namesMax = 50;

export class Looks {
  readonly #behind: Pick<Behind, 'clock' | 'want'>;
  /** Null: all. */
  readonly #wanted = new Set<string | null>();
  #isResting = false;

  constructor(behind: Pick<Behind, 'clock' | 'want'>) {
    this.#behind = behind;
  }

  /** Null: at all repositories. */
  look(repository: string | null): void {
    this.#wanted.add(repository);
    if (!this.#isResting) this.#go();
  }

  #go(): void {
    const names = [...this.#wanted].flatMap((name) => name ?? []);
    const isAll = names.length < this.#wanted.size || names.length > namesMax;
    this.#wanted.clear();
    const which = isAll ? [{}] : names.map((repository) => ({ repository }));
    for (const one of which) void this.#behind.want({ verb: 'poll', ...one }, 'a webhook');
    this.#isResting = true;
    this.#behind.clock.after(lookEveryMs, () => {
      this.#isResting = false;
      if (this.#wanted.size > 0) this.#go();
    });
  }
}
