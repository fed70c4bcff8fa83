/**
 * Owns which git folder is watched for changes: one at a time, or none.
 */

import type { Cancel } from '../world/clock.js';

export class WatchedFolder {
  readonly #watch: (folder: string) => Cancel;
  #folder: string | null = null;
  #cancel: Cancel = () => {};

  constructor(watch: (folder: string) => Cancel) {
    this.#watch = watch;
  }

  /** From now on that one, or none; answers whether it is another than before. */
  turnTo(folder: string | null): boolean {
    if (folder === this.#folder) return false;
    this.leave();
    this.#folder = folder;
    if (folder !== null) this.#cancel = this.#watch(folder);
    return true;
  }

  /** None; whichever comes next is another one. */
  leave(): void {
    this.#cancel();
    this.#cancel = () => {};
    this.#folder = null;
  }
}
