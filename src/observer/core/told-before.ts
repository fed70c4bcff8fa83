/**
 * Owns what a person was told already: what stays as it is is told once, not each second.
 * Never decides what is done about it; it answers what is worth telling now.
 */

import type { Notice } from './events.js';
import type { Broken, Poll } from './news.js';

export class ToldBefore {
  #away: string | null = null;
  #refused: string | null = null;
  #hasFailed = false;
  #isEmpty = false;
  #broken: ReadonlySet<string> = new Set();

  polled({ tips, broken }: Poll): Notice[] {
    const notices: Notice[] = [];
    const isEmpty = tips.length === 0 && broken.length === 0;
    if (this.#hasFailed) notices.push({ kind: 'polls-again' });
    if (isEmpty && !this.#isEmpty) notices.push({ kind: 'empty' });
    this.#hasFailed = false;
    this.#isEmpty = isEmpty;
    return notices;
  }

  broken(branches: readonly Broken[]): Notice[] {
    const news = branches.filter(({ branch }) => !this.#broken.has(branch));
    this.#broken = new Set(branches.map(({ branch }) => branch));
    return news.map((one) => ({ kind: 'broken', ...one }));
  }

  failed(reason: string): Notice[] {
    const isNews = !this.#hasFailed;
    this.#hasFailed = true;
    return isNews ? [{ kind: 'poll-failed', reason }] : [];
  }

  connected(): void {
    this.#away = null;
  }

  /** Each try fails for a reason of its own; only a refusal asks a person to do something. */
  away(reason: string, refused: boolean): Notice[] {
    if (this.#away === reason || (this.#away !== null && !refused)) return [];
    this.#away = reason;
    return [{ kind: 'away', reason }];
  }

  accepted(): void {
    this.#refused = null;
  }

  refused(reason: string): Notice[] {
    const isNews = this.#refused !== reason;
    this.#refused = reason;
    return isNews ? [{ kind: 'refused', reason }] : [];
  }
}
