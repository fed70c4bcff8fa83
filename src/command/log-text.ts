/**
 * Owns what a terminal may see of a log, whose bytes are anybody's: letters, and colours where they are
 * wanted. What moves the cursor, sets a title or asks the terminal something is left out.
 */

/** A colour, another command of a terminal, its other escapes, and controls but for tab and line ends. */
const escapes =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /(\u001b\[[0-9;:]*m)|\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[ -/]*[0-Z\\`-~]|[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f]/g;

/** An escape that has only begun: the rest of it may come with the next piece. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const begun = /\u001b(?:\[[0-?]*[ -/]*|[\]PX^_][^\u0007\u001b]{0,200}\u001b?|[ -/]*)?$/;

/** A log, piece by piece. */
export class Tamed {
  readonly #isColoured: boolean;
  readonly #decoder = new TextDecoder();
  #kept = '';

  constructor(isColoured: boolean) {
    this.#isColoured = isColoured;
  }

  push(bytes: Buffer): string {
    const text = this.#kept + this.#decoder.decode(bytes, { stream: true });
    const whole = text.replace(begun, '');
    this.#kept = text.slice(whole.length);
    return this.#tame(whole);
  }

  /** What is left at the end. */
  end(): string {
    return this.#tame(this.#kept + this.#decoder.decode()).replaceAll('\u001b', '');
  }

  #tame(text: string): string {
    return text.replace(escapes, (_, colour?: string) => (this.#isColoured ? (colour ?? '') : ''));
  }
}
