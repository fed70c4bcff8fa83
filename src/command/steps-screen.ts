/**
 * Owns what `trivet run` shows: each step's output as it comes, a line for each step that goes on, which
 * counts its seconds below all else, and at the end how each went. Without a terminal nothing is ever
 * rewritten.
 *
 *   build │ go build ./...
 *   test  │ ok   example.org/parser
 *   ● build 3 s
 *   ● test 1 s
 */

import type { StepStanding } from '../test-runner/local/here.js';
import { type Cancel, every, realClock } from '../world/clock.js';

export interface Screen {
  /** A heading, above what follows. */
  heading(text: string): void;
  /** Something for people. */
  say(text: string): void;
  output(bytes: Buffer, step: string | null): void;
  stepped(standing: StepStanding): void;
  close(): void;
}

/** Where it is shown. */
export interface Terminal {
  readonly write: (text: string) => void;
  readonly isTTY: boolean;
  readonly isColoured: boolean;
  readonly columns: () => number;
}

const redrawEveryMs = 200;

const marks = {
  passed: { mark: '✓', shade: 32 },
  failed: { mark: '✗', shade: 31 },
  errored: { mark: '✗', shade: 31 },
  'timed-out': { mark: '✗', shade: 31 },
  cancelled: { mark: '✗', shade: 33 },
  skipped: { mark: '–', shade: 2 },
  stopped: { mark: '■', shade: 2 },
  running: { mark: '●', shade: 36 },
} as const;

/** What a step's line may tell a terminal: colours, and nothing that moves. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is being removed
const movements = /\u001b\[[0-9;?]*[A-Za-ln-z]|\u001b[^[]|[\u0000-\u0008\u000b-\u001a\u007f]/g;

export function screenOn(terminal: Terminal, widest: number): Screen {
  return new StepsScreen(terminal, widest);
}

class StepsScreen implements Screen {
  readonly #terminal: Terminal;
  readonly #widest: number;
  /** What came of a line that is not whole yet, by step. */
  readonly #begun = new Map<string, string>();
  readonly #decoders = new Map<string, InstanceType<typeof TextDecoder>>();
  readonly #going = new Map<number, { readonly name: string; readonly sinceMs: number }>();
  readonly #cancel: Cancel;
  #drawn = 0;

  constructor(terminal: Terminal, widest: number) {
    this.#terminal = terminal;
    this.#widest = widest;
    this.#cancel = terminal.isTTY
      ? every(realClock, redrawEveryMs, () => this.#redraw())
      : () => {};
  }

  heading(text: string): void {
    this.#above([`\n${this.#shaded(`▸ ${text}`, 1)}`]);
  }

  say(text: string): void {
    this.#above([text]);
  }

  output(bytes: Buffer, step: string | null): void {
    const name = step ?? '';
    const decoder = this.#decoders.get(name) ?? new TextDecoder();
    this.#decoders.set(name, decoder);
    const text = (this.#begun.get(name) ?? '') + decoder.decode(bytes, { stream: true });
    const lines = text.split('\n');
    this.#begun.set(name, lines.pop() ?? '');
    this.#above(lines.map((line) => this.#line(name, line)));
  }

  stepped({ number, name, state, durationMs, exitCode, isIgnored, reason }: StepStanding): void {
    if (state === 'running') {
      this.#going.set(number, { name, sinceMs: realClock.nowMs() });
      this.#redraw();
      return;
    }
    this.#going.delete(number);
    this.#flush(name);
    const { mark, shade } = marks[state];
    const took = durationMs === null ? '' : ` after ${(durationMs / 1_000).toFixed(1)} s`;
    const code = exitCode === null || exitCode === 0 ? '' : ` with exit code ${exitCode}`;
    const why = reason === '' ? '' : `: ${reason}`;
    const count = isIgnored && state !== 'passed' ? ', which does not count' : '';
    this.#above([this.#shaded(`${mark} ${name} ${state}${took}${code}${count}${why}`, shade)]);
  }

  close(): void {
    this.#cancel();
    for (const name of this.#begun.keys()) this.#flush(name);
    this.#going.clear();
    this.#redraw();
  }

  /** A last line without its end. */
  #flush(name: string): void {
    const rest = this.#begun.get(name) ?? '';
    this.#begun.delete(name);
    if (rest !== '') this.#above([this.#line(name, rest)]);
  }

  #line(name: string, text: string): string {
    // Of a line that was rewritten the last version counts.
    const shown = (text.replace(/\r$/, '').split('\r').at(-1) ?? '').replace(movements, '');
    return `${this.#shaded(`${name.padEnd(this.#widest)} │`, 2)} ${shown}`;
  }

  #above(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#terminal.write(`${this.#erased()}${lines.map((line) => `${line}\n`).join('')}`);
    this.#draw();
  }

  #redraw(): void {
    if (!this.#terminal.isTTY) return;
    this.#terminal.write(this.#erased());
    this.#draw();
  }

  #erased(): string {
    const erased = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A\r\u001b[J`;
    this.#drawn = 0;
    return erased;
  }

  #draw(): void {
    if (!this.#terminal.isTTY) return;
    const lines = [...this.#going.values()].map(({ name, sinceMs }) => {
      const seconds = Math.floor((realClock.nowMs() - sinceMs) / 1_000);
      const line = `${marks.running.mark} ${name} ${seconds} s`;
      return this.#shaded(line.slice(0, Math.max(1, this.#terminal.columns() - 1)), 36);
    });
    this.#terminal.write(lines.map((line) => `${line}\n`).join(''));
    this.#drawn = lines.length;
  }

  #shaded(text: string, shade: number): string {
    return this.#terminal.isColoured ? `\u001b[${shade}m${text}\u001b[0m` : text;
  }
}
