/**
 * Owns the style that the bytes of a log leave behind, line by line. A log says the same few sequences
 * over and over: where each leads from each style is computed once, and then looked up.
 */

import { applied, parametersOf, type Style, styleFrom } from '../page/log/sgr.js';

export const escapeByte = 0x1b;

const bracket = 0x5b;
const zero = 0x30;
const semicolon = 0x3b;
const final = 0x6d;

/** Longer ones, nobody writes. */
const parametersMax = 60;

/** Of so many bytes a number can be the key. */
const keyBytesMax = 6;

/** Steps that are remembered from one style: beyond these it begins anew. */
const stepsMax = 1_000;

/** A style, and where short sequences lead from it. */
interface Standing {
  readonly style: Style;
  readonly parameters: string;
  readonly steps: Map<number, Standing>;
}

/** There are some thousand styles at most: every colour is one of sixteen. */
const standings = new Map<string, Standing>();

export class StyleTrail {
  #standing: Standing;

  /** `parameters`, as of SGR, say how it begins. */
  constructor(parameters: string) {
    this.#standing = standingOf(styleFrom(parameters));
  }

  /** The parameters that say how it is by now. */
  get parameters(): string {
    return this.#standing.parameters;
  }

  /** Those bytes passed, with all escapes in them. */
  pass(bytes: Uint8Array): void {
    for (let at = bytes.indexOf(escapeByte); at !== -1; at = bytes.indexOf(escapeByte, at + 1)) {
      this.escapeAt(bytes, at, bytes.length);
    }
  }

  /** An escape stands at `at`; nothing from `end` on belongs to it. */
  escapeAt(bytes: Uint8Array, at: number, end: number): void {
    if (bytes[at + 1] !== bracket) return;
    const from = at + 2;
    const most = Math.min(end, from + parametersMax);
    let key = 0;
    let to = from;
    for (; to < most; to += 1) {
      const byte = bytes[to] ?? 0;
      if (byte < zero || byte > semicolon) break;
      key = key * 256 + byte;
    }
    if (to >= most || bytes[to] !== final) return;
    const known = to - from <= keyBytesMax ? this.#standing.steps.get(key) : undefined;
    this.#standing = known ?? this.#step(bytes, from, to, key);
  }

  #step(bytes: Uint8Array, from: number, to: number, key: number): Standing {
    const { style, steps } = this.#standing;
    const parameters = String.fromCharCode(...bytes.subarray(from, to));
    const next = standingOf(applied(style, parameters));
    if (steps.size >= stepsMax) steps.clear();
    if (to - from <= keyBytesMax) steps.set(key, next);
    return next;
  }
}

function standingOf(style: Style): Standing {
  const parameters = parametersOf(style);
  const known = standings.get(parameters);
  if (known !== undefined) return known;
  const standing = { style, parameters, steps: new Map() };
  standings.set(parameters, standing);
  return standing;
}
