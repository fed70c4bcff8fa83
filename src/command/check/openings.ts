/**
 * Owns what a stage has opened by now: folders, ports, programs. The newest is closed first, all are closed
 * though one of them cannot be, and what is opened after the end is closed at once. Closing twice is as once.
 */

export class Openings {
  #closings: (() => void)[] = [];
  #isOver = false;

  add(close: () => void): void {
    if (this.#isOver) close();
    else this.#closings.push(close);
  }

  /** Throws what the first threw that could not be closed, after the others. */
  closeAll(): void {
    this.#isOver = true;
    const failures: unknown[] = [];
    for (const close of this.#closings.splice(0).reverse()) {
      try {
        close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
