/**
 * Owns what a person was told already: what stays as it is is told once, not each second.
 * Never decides what is done about it; it answers what is worth telling now.
 */

import type { Happening } from './events.js';
import type { Broken, Poll } from './news.js';

export class ToldBefore {
  #away: string | null = null;
  #refused: string | null = null;
  #hasFailed = false;
  #isEmpty = false;
  #broken: ReadonlySet<string> = new Set();

  polled({ tips, broken }: Poll): Happening[] {
    const happenings: Happening[] = [];
    const isEmpty = tips.length === 0 && broken.length === 0;
    if (this.#hasFailed) happenings.push({ kind: 'polls-again' });
    if (isEmpty && !this.#isEmpty) happenings.push({ kind: 'empty' });
    this.#hasFailed = false;
    this.#isEmpty = isEmpty;
    return happenings;
  }

  broken(branches: readonly Broken[]): Happening[] {
    const news = branches.filter(({ branch }) => !this.#broken.has(branch));
    this.#broken = new Set(branches.map(({ branch }) => branch));
    return news.map((one) => ({ kind: 'broken', ...one }));
  }

  failed(reason: string): Happening[] {
    const isNews = !this.#hasFailed;
    this.#hasFailed = true;
    return isNews ? [{ kind: 'poll-failed', reason }] : [];
  }

  connected(): void {
    this.#away = null;
  }

  /** Each try fails for a reason of its own; only a refusal asks a person to do something. */
  away(reason: string, refused: boolean): Happening[] {
    if (this.#away === reason || (this.#away !== null && !refused)) return [];
    this.#away = reason;
    return [{ kind: 'away', reason }];
  }

  accepted(): void {
    this.#refused = null;
  }

  refused(reason: string): Happening[] {
    const isNews = this.#refused !== reason;
    this.#refused = reason;
    return isNews ? [{ kind: 'refused', reason }] : [];
  }
}
