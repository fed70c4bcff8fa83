/**
 * Owns a log as programs read it: a line of JSON for each of its lines, as soon as that is whole. What a
 * line holds is as it came; bytes that are no UTF-8 read as U+FFFD.
 */

/** A log, piece by piece. */
export class LogLines {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #begun = '';
  #line = 0;

  push(bytes: Buffer): string {
    return this.#written(this.#decoder.decode(bytes, { stream: true }));
  }

  /** What is left at the end. */
  end(): string {
    const whole = this.#written(this.#decoder.decode());
    return this.#begun === '' ? whole : `${whole}${this.#json(this.#begun)}`;
  }

  #written(text: string): string {
    const lines = (this.#begun + text).split('\n');
    this.#begun = lines.pop() ?? '';
    return lines.map((line) => this.#json(line)).join('');
  }

  #json(text: string): string {
    this.#line += 1;
    return `${JSON.stringify({ line: this.#line, text })}\n`;
  }
}
